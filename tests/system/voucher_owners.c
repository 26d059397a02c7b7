/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who has vouchers: threads and tasks, and whom they are charged to; and the traps, which programs use without
 * noticing.
 */
#include <string.h>

#include <mach/mach_vm.h>
#include <mach/quota_info.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "voucher_recipes.h"

#define SELF  mach_task_self()
#define DATA  MACH_VOUCHER_ATTR_KEY_USER_DATA
#define STORE MACH_VOUCHER_ATTR_USER_DATA_STORE
#define WHICH MACH_VOUCHER_SELECTOR_CURRENT

void systest_prepare(void)
{
    task_warm_up();
}

static void nothing([[maybe_unused]] void *argument)
{
}

/* The voucher of THREAD; the caller's own if it has none. */
static mach_voucher_t voucher_of_thread(thread_t thread)
{
    mach_voucher_t voucher = MACH_PORT_DEAD;
    EXPECT_OK(thread_get_mach_voucher(thread, MACH_VOUCHER_SELECTOR_EFFECTIVE, &voucher));
    return voucher;
}

CASE(a_thread_works_for_a_voucher)
{
    mach_port_t thread = mach_thread_self();
    mach_voucher_t voucher = voucher_with("mine");
    EXPECT_EQ(voucher_of_thread(thread), MACH_VOUCHER_NULL);
    EXPECT_OK(thread_set_mach_voucher(thread, voucher));
    EXPECT_EQ(voucher_of_thread(thread), voucher);
    voucher_drop(voucher);
    voucher_drop(voucher);
    EXPECT_EQ(port_type(voucher), 0);
    voucher = voucher_of_thread(thread); /* the thread's reference kept it */
    EXPECT(voucher_has(voucher, DATA, "mine"));
    mach_voucher_t other = voucher;
    EXPECT_EQ(thread_swap_mach_voucher(thread, voucher, &other), KERN_NOT_SUPPORTED);
    EXPECT_OK(thread_set_mach_voucher(thread, MACH_VOUCHER_NULL));
    EXPECT_EQ(voucher_of_thread(thread), MACH_VOUCHER_NULL);
    voucher_drop(voucher);
    EXPECT_EQ(thread_set_mach_voucher(SELF, MACH_VOUCHER_NULL), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_get_mach_voucher(SELF, WHICH, &voucher), KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_deallocate(SELF, thread));
}

CASE(a_thread_gets_it_before_it_starts_and_drops_it_when_it_ends)
{
    struct worker worker;
    mach_voucher_t voucher = voucher_with("before");
    uint64_t vouchers = systest_count("vouchers");
    if (!worker_create(&worker, SELF, nothing, NULL)) {
        return;
    }
    EXPECT_OK(thread_set_mach_voucher(worker.thread, voucher));
    EXPECT_EQ(voucher_of_thread(worker.thread), voucher);
    voucher_drop(voucher);
    voucher_drop(voucher);
    EXPECT_EQ(systest_count("vouchers"), vouchers);
    EXPECT_OK(thread_resume(worker.thread));
    worker_join(&worker);
    EXPECT_EQ(systest_count("vouchers"), vouchers - 1);
}

static void wait_for_message(void *port)
{
    union any_message message;
    EXPECT_OK(receive((mach_port_t)(uintptr_t)port, &message));
}

CASE(nobody_else_sets_it_once_a_thread_has_started)
{
    struct worker worker;
    mach_port_t port = port_create_with_send();
    mach_voucher_t voucher = voucher_with("late");
    if (!worker_start(&worker, SELF, wait_for_message, (void *)(uintptr_t)port)) {
        return;
    }
    EXPECT(worker_wait_blocked(&worker));
    EXPECT_EQ(thread_set_mach_voucher(worker.thread, voucher), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(voucher_of_thread(worker.thread), MACH_VOUCHER_NULL);
    EXPECT_OK(send_value(port, 1));
    worker_join(&worker);
    voucher_drop(voucher);
    port_destroy_with_send(port);
}

CASE(a_task_has_a_voucher)
{
    struct helper helper;
    mach_voucher_t voucher = voucher_with("task");
    mach_voucher_t seen = MACH_PORT_DEAD;
    if (!helper_create(&helper)) {
        return;
    }
    EXPECT_OK(task_get_mach_voucher(helper.task, WHICH, &seen));
    EXPECT_EQ(seen, MACH_VOUCHER_NULL);
    EXPECT_OK(task_set_mach_voucher(helper.task, voucher));
    EXPECT_OK(task_get_mach_voucher(helper.task, WHICH, &seen));
    EXPECT_EQ(seen, voucher);
    voucher_drop(voucher);
    seen = voucher;
    EXPECT_EQ(task_swap_mach_voucher(helper.task, voucher, &seen), KERN_NOT_SUPPORTED);
    EXPECT_EQ(task_set_mach_voucher(voucher, voucher), KERN_INVALID_TASK);
    EXPECT_EQ(task_get_mach_voucher(voucher, WHICH, &seen), KERN_INVALID_TASK);
    helper_destroy(&helper); /* and the reference with it */
    voucher_drop(voucher);
}

/* What a helper's thread is to make vouchers of, and what came of that. */
static struct {
    struct one_step steps[3];
    kern_return_t results[3];
} orders;

/* In a helper, whose HELPER_PORT(0) is the host: carry out the orders, twice, the second time after a
 * message to HELPER_PORT(1). */
static void make_vouchers([[maybe_unused]] void *argument)
{
    for (uint32_t i = 0; i < 6; i++) {
        mach_port_name_t voucher;
        struct one_step *step = &orders.steps[i % 3];
        if (i == 3) {
            wait_for_message((void *)(uintptr_t)HELPER_PORT(1));
        }
        orders.results[i % 3] = host_create_mach_voucher_trap(HELPER_PORT(0), (uint8_t *)step,
                                                              (int)step_size(step), &voucher);
    }
}

static struct mach_r_quota_info quotas_of(task_t task)
{
    struct mach_r_quota_info info = {};
    mach_msg_type_number_t count = MACH_R_QUOTA_INFO_COUNT;
    EXPECT_OK(task_info(task, MACH_R_QUOTA_INFO, (task_info_t)&info, &count));
    return info;
}

/* HELPER, which WORKER works in, makes one voucher; then, with no more ports or no more bytes, others. */
static void expect_charged(const struct helper *helper, struct worker *worker, mach_port_t go_on,
                           bool by_ports)
{
    struct mach_r_quota_info before = quotas_of(helper->task);
    orders.steps[0] = orders.steps[1] = orders.steps[2] = step_of(DATA, STORE, 0, "charged");
    if (!worker_start(worker, helper->task, make_vouchers, NULL)) {
        return;
    }
    EXPECT(worker_wait_blocked(worker));
    struct mach_r_quota_info with = quotas_of(helper->task);
    EXPECT(!orders.results[0] && !orders.results[1] && !orders.results[2]);
    EXPECT_EQ(with.ports.used, before.ports.used + 1);
    EXPECT(with.kernel_bytes.used > before.kernel_bytes.used + sizeof("charged"));

    *(by_ports ? &with.ports.limit : &with.kernel_bytes.limit) =
        by_ports ? with.ports.used : with.kernel_bytes.used;
    EXPECT_OK(task_set_info(helper->task, MACH_R_QUOTA_INFO, (task_info_t)&with,
                            MACH_R_QUOTA_INFO_COUNT));
    orders.steps[0] = step_of(DATA, STORE, 0, "more");
    orders.steps[1] = step_of(DATA, STORE, 0, NULL);
    EXPECT_OK(send_value(go_on, 1));
    worker_join(worker);
    EXPECT_EQ(orders.results[0], KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(orders.results[1], KERN_RESOURCE_SHORTAGE);
    EXPECT_OK(orders.results[2]); /* is there already */
    EXPECT_EQ(quotas_of(helper->task).ports.used, with.ports.used);
}

CASE(vouchers_are_charged_to_who_made_them)
{
    mach_port_t host = mach_host_self();
    for (uint32_t by_ports = 0; by_ports <= 1; by_ports++) {
        struct helper helper;
        struct worker worker;
        mach_port_t go_on = port_create_with_send();
        if (helper_create(&helper)) {
            helper_give(&helper, 0, host, MACH_MSG_TYPE_COPY_SEND);
            helper_give(&helper, 1, go_on, MACH_MSG_TYPE_MOVE_RECEIVE);
            expect_charged(&helper, &worker, go_on, by_ports);
            helper_destroy(&helper);
        }
        EXPECT_OK(mach_port_deallocate(SELF, go_on));
    }
    EXPECT_OK(mach_port_deallocate(SELF, host));
}

/* An address that nothing is at. */
#define NOWHERE ((void *)0x10)

CASE(the_trap_that_makes_vouchers)
{
    struct one_step step = step_of(DATA, STORE, 0, "trap");
    static uint8_t large[MACH_VOUCHER_ATTR_MAX_RAW_RECIPE_ARRAY_SIZE + 1];
    mach_port_t host = mach_host_self();
    mach_port_name_t voucher = MACH_PORT_NULL;
    uint8_t *recipe = (uint8_t *)&step;
    int size = (int)step_size(&step);
    EXPECT_OK(host_create_mach_voucher_trap(host, recipe, size, &voucher));
    EXPECT(voucher_has(voucher, DATA, "trap"));
    voucher_drop(voucher);
    EXPECT_EQ(host_create_mach_voucher_trap(SELF, recipe, size, &voucher), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(host_create_mach_voucher_trap(0x1234, recipe, size, &voucher),
              MACH_SEND_INVALID_DEST);
    EXPECT_EQ(host_create_mach_voucher(SELF, recipe, (uint32_t)size, &voucher),
              KERN_INVALID_ARGUMENT); /* by a message, then */
    EXPECT_EQ(host_create_mach_voucher_trap(host, recipe, -1, &voucher), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(host_create_mach_voucher_trap(host, large, sizeof(large), &voucher),
              MIG_ARRAY_TOO_LARGE);
    EXPECT_EQ(host_create_mach_voucher_trap(host, NOWHERE, size, &voucher), KERN_INVALID_ADDRESS);
    EXPECT_EQ(host_create_mach_voucher_trap(host, NOWHERE, 1000, &voucher), KERN_INVALID_ADDRESS);

    const mach_voucher_attr_recipe_data_t head = { .key = DATA,
                                                   .command = STORE,
                                                   .content_size = 5120 - sizeof(head) };
    memcpy(large, &head, sizeof(head));
    memset(large + sizeof(head), 'x', head.content_size);
    EXPECT_OK(host_create_mach_voucher_trap(host, large, 5120, &voucher));
    EXPECT_OK(mach_port_deallocate(SELF, host));

    static uint8_t content[5120];
    mach_msg_type_number_t there = 4096;
    EXPECT_EQ(mach_voucher_extract_attr_content(voucher, DATA, content, &there), KERN_NO_SPACE);
    there = sizeof(content);
    EXPECT_OK(mach_voucher_extract_all_attr_recipes(voucher, content, &there));
    EXPECT(there == 5120 && memcmp(content, large, 5120) == 0);
    voucher_drop(voucher);
}

CASE(the_trap_that_reads_recipes)
{
    mach_voucher_t voucher = voucher_with("trap");
    uint8_t recipe[MACH_VOUCHER_TRAP_STACK_LIMIT + 16];
    const mach_msg_type_number_t expected = sizeof(mach_voucher_attr_recipe_data_t) + 5;
    mach_msg_type_number_t size;
    for (size = 64; size <= sizeof(recipe); size += sizeof(recipe) - 64) {
        mach_msg_type_number_t there = size;
        memset(recipe, 0x55, sizeof(recipe));
        EXPECT_OK(mach_voucher_extract_attr_recipe_trap(voucher, DATA, recipe, &there));
        EXPECT_EQ(there, expected);
        EXPECT(strcmp((char *)recipe + expected - 5, "trap") == 0);
        EXPECT_EQ(recipe[expected], 0x55);
    }
    size = MACH_VOUCHER_ATTR_MAX_RAW_RECIPE_ARRAY_SIZE + 1;
    EXPECT_EQ(mach_voucher_extract_attr_recipe_trap(voucher, DATA, recipe, &size),
              MIG_ARRAY_TOO_LARGE);
    size = 64;
    EXPECT_EQ(mach_voucher_extract_attr_recipe_trap(SELF, DATA, recipe, &size),
              MACH_SEND_INVALID_DEST);
    EXPECT_EQ(mach_voucher_extract_attr_recipe(SELF, DATA, recipe, &size), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_voucher_extract_attr_recipe_trap(voucher, DATA, recipe, NOWHERE),
              KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_voucher_extract_attr_recipe_trap(voucher, DATA, NOWHERE, &size),
              KERN_INVALID_ADDRESS);
    size = 1;
    EXPECT_EQ(mach_voucher_extract_attr_recipe_trap(voucher, DATA, recipe, &size), KERN_NO_SPACE);
    voucher_drop(voucher);
}
