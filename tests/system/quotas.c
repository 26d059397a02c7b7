/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Quotas: one task runs into each of its limits, and another goes on undisturbed.
 */
#include <mach/mach_vm.h>
#include <mach/quota_info.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SELF mach_task_self()

/* What the offender may have beyond what it has: few, so that the tests are short. */
#define MORE_PORTS        20
#define MORE_NAMES        40
#define MORE_THREADS      3
#define MORE_QUEUED_BYTES (64 * 1024)
#define MORE_KERNEL_BYTES (8 * 1024)

/* More than there may be answers. */
#define QUESTIONS 500

/* Calls after which a limit has to have been met. */
#define TRIES 100000

static struct mach_r_quota_info quotas_of(task_t task)
{
    struct mach_r_quota_info info = {};
    mach_msg_type_number_t count = MACH_R_QUOTA_INFO_COUNT;
    EXPECT_OK(task_info(task, MACH_R_QUOTA_INFO, (task_info_t)&info, &count));
    EXPECT_EQ(count, MACH_R_QUOTA_INFO_COUNT);
    return info;
}

static kern_return_t set_quotas(task_t task, struct mach_r_quota_info info)
{
    return task_set_info(task, MACH_R_QUOTA_INFO, (task_info_t)&info, MACH_R_QUOTA_INFO_COUNT);
}

/* Make the offender: a task with little room. */
static bool offender_create(struct helper *offender)
{
    if (!helper_create(offender)) {
        return false;
    }
    struct mach_r_quota_info info = quotas_of(offender->task);
    info.names.limit = info.names.used + MORE_NAMES;
    info.ports.limit = info.ports.used + MORE_PORTS;
    info.queued_bytes.limit = info.queued_bytes.used + MORE_QUEUED_BYTES;
    info.kernel_bytes.limit = info.kernel_bytes.used + MORE_KERNEL_BYTES;
    info.threads.limit = info.threads.used + MORE_THREADS;
    return EXPECT_OK(set_quotas(offender->task, info));
}

/* This task can do all that the offender cannot. */
static void expect_undisturbed(void)
{
    mach_port_t port = port_create_with_send();
    mach_port_t set;
    semaphore_t semaphore;
    thread_t thread;
    mach_vm_address_t memory = 0;
    EXPECT_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
    EXPECT_OK(mach_port_insert_member(SELF, port, set));
    EXPECT_OK(semaphore_create(SELF, &semaphore, SYNC_POLICY_FIFO, 0));
    EXPECT_OK(thread_create(SELF, &thread));
    EXPECT_OK(mach_vm_allocate(SELF, &memory, vm_page_size, VM_FLAGS_ANYWHERE));
    EXPECT_OK(send_value(port, 1));
    EXPECT_EQ(receive_value(port), 1);
    EXPECT_OK(mach_vm_deallocate(SELF, memory, vm_page_size));
    EXPECT_OK(thread_terminate(thread)); /* takes the right along */
    EXPECT_OK(semaphore_destroy(SELF, semaphore));
    EXPECT_OK(mach_port_destroy(SELF, set));
    port_destroy_with_send(port);
}

/* Repeat MAKE(TASK, i) until it fails.  Returns: how often it did not; *RESULT is the failure. */
static uint32_t exhaust(task_t task, kern_return_t (*make)(task_t task, uint32_t i),
                        kern_return_t *result)
{
    uint32_t made = 0;
    while (made < TRIES && (*result = make(task, made)) == KERN_SUCCESS) {
        made++;
    }
    return made;
}

static kern_return_t make_port(task_t task, [[maybe_unused]] uint32_t i)
{
    mach_port_name_t name;
    return mach_port_allocate(task, MACH_PORT_RIGHT_RECEIVE, &name);
}

static kern_return_t make_name(task_t task, [[maybe_unused]] uint32_t i)
{
    mach_port_name_t name;
    return mach_port_allocate(task, MACH_PORT_RIGHT_DEAD_NAME, &name);
}

static kern_return_t make_chosen_name(task_t task, uint32_t i)
{
    return mach_port_allocate_name(task, MACH_PORT_RIGHT_DEAD_NAME, HELPER_PORT(1000 + i));
}

static kern_return_t make_thread(task_t task, [[maybe_unused]] uint32_t i)
{
    thread_t thread;
    kern_return_t result = thread_create(task, &thread);
    if (result == KERN_SUCCESS) {
        EXPECT_OK(mach_port_deallocate(SELF, thread));
    }
    return result;
}

/* Regions that do not join: every other page. */
static kern_return_t make_region(task_t task, uint32_t i)
{
    mach_vm_address_t address = 0x200000000000 + 2 * (mach_vm_address_t)i * vm_page_size;
    return mach_vm_allocate(task, &address, vm_page_size, VM_FLAGS_FIXED);
}

CASE(ports_and_semaphores_are_limited)
{
    struct helper offender;
    semaphore_t kept[MORE_PORTS / 2];
    semaphore_t refused;
    kern_return_t result = KERN_SUCCESS;
    if (offender_create(&offender)) {
        for (uint32_t i = 0; i < MORE_PORTS / 2; i++) {
            EXPECT_OK(semaphore_create(offender.task, &kept[i], SYNC_POLICY_FIFO, 0));
        }
        EXPECT_EQ(exhaust(offender.task, make_port, &result), MORE_PORTS - MORE_PORTS / 2);
        EXPECT_EQ(result, KERN_RESOURCE_SHORTAGE);
        EXPECT_EQ(semaphore_create(offender.task, &refused, SYNC_POLICY_FIFO, 0),
                  KERN_RESOURCE_SHORTAGE);
        struct mach_r_quota_info info = quotas_of(offender.task);
        EXPECT_EQ(info.ports.used, info.ports.limit);
        expect_undisturbed();
        for (uint32_t i = 0; i < MORE_PORTS / 2; i++) {
            EXPECT_OK(mach_port_deallocate(SELF, kept[i])); /* the last right: it ends */
        }
        EXPECT_OK(make_port(offender.task, 0));
        helper_destroy(&offender);
    }
}

CASE(names_are_limited)
{
    struct helper offender;
    kern_return_t result = KERN_SUCCESS;
    if (offender_create(&offender)) {
        EXPECT_EQ(exhaust(offender.task, make_name, &result), MORE_NAMES);
        EXPECT_EQ(result, KERN_NO_SPACE);
        expect_undisturbed();
        helper_destroy(&offender);
    }
}

CASE(threads_are_limited)
{
    struct helper offender;
    kern_return_t result = KERN_SUCCESS;
    if (offender_create(&offender)) {
        EXPECT_EQ(exhaust(offender.task, make_thread, &result), MORE_THREADS);
        EXPECT_EQ(result, KERN_RESOURCE_SHORTAGE);
        expect_undisturbed();
        helper_destroy(&offender);
    }
}

CASE(kernel_memory_is_limited)
{
    struct helper offender;
    kern_return_t result = KERN_SUCCESS;
    if (offender_create(&offender)) {
        uint32_t made = exhaust(offender.task, make_region, &result);
        EXPECT(made > 0 && made < MORE_KERNEL_BYTES / 16);
        EXPECT_EQ(result, KERN_RESOURCE_SHORTAGE);
        EXPECT_EQ(make_chosen_name(offender.task, 0), KERN_RESOURCE_SHORTAGE);
        expect_undisturbed();
        /* What is given back can be had again. */
        EXPECT_OK(mach_vm_deallocate(offender.task, 0x200000000000, 16 * vm_page_size));
        EXPECT_OK(make_region(offender.task, 0));
        EXPECT_OK(make_chosen_name(offender.task, 0));
        helper_destroy(&offender);
    }
}

/* For the offender's thread: send to HELPER_PORT(0) until that fails. */
static void flood(void *argument)
{
    mach_msg_return_t *result = argument;
    do {
        *result =
            send_value_option(HELPER_PORT(0), MACH_MSG_TYPE_COPY_SEND, 1, MACH_SEND_TIMEOUT, 0);
    } while (*result == MACH_MSG_SUCCESS);
}

CASE(queued_bytes_of_a_sender_are_limited)
{
    static mach_msg_return_t result;
    struct helper offender;
    struct worker worker;
    mach_port_t port = port_create_with_send();
    mach_port_limits_t most = { MACH_PORT_QLIMIT_MAX };
    EXPECT_OK(mach_port_set_attributes(SELF, port, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&most,
                                       MACH_PORT_LIMITS_INFO_COUNT));
    if (offender_create(&offender)) {
        helper_give(&offender, 0, port, MACH_MSG_TYPE_COPY_SEND);
        if (worker_start(&worker, offender.task, flood, &result)) {
            worker_join(&worker);
        }
        EXPECT_EQ(result, MACH_SEND_NO_BUFFER);
        struct mach_r_quota_info info = quotas_of(offender.task);
        EXPECT(info.queued_bytes.used > MORE_QUEUED_BYTES / 2);
        EXPECT(info.queued_bytes.used <= info.queued_bytes.limit);
        /* Others send to the same port, and it can be emptied. */
        EXPECT_OK(send_value(port, 2));
        expect_undisturbed();
        while (receive_value(port) == 1) {
        }
        EXPECT_EQ(quotas_of(offender.task).queued_bytes.used, 0);
        helper_destroy(&offender);
    }
    port_destroy_with_send(port);
}

/* For the offender's thread: ask HELPER_PORT(0) QUESTIONS times, never to listen. */
static void ask([[maybe_unused]] void *argument)
{
    for (uint32_t i = 0; i < QUESTIONS; i++) {
        struct value_message message = {
            .header = { .msgh_bits =
                            MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                        .msgh_remote_port = HELPER_PORT(0),
                        .msgh_local_port = HELPER_PORT(1) },
        };
        (void)mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0,
                       MACH_PORT_NULL);
    }
}

/* Have OFFENDER ask PORT, take all questions down, and answer them then. */
static void ask_and_answer(const struct helper *offender, mach_port_t port)
{
    static mach_port_t replies[QUESTIONS];
    struct worker worker;
    union any_message message;
    if (!worker_start(&worker, offender->task, ask, nullptr)) {
        return;
    }
    for (uint32_t i = 0; i < QUESTIONS; i++) {
        EXPECT_OK(receive(port, &message));
        replies[i] = message.header.msgh_remote_port;
    }
    worker_join(&worker);
    for (uint32_t i = 0; i < QUESTIONS; i++) {
        EXPECT_OK(send_value_option(replies[i], MACH_MSG_TYPE_MOVE_SEND_ONCE, i, 0, 0));
    }
}

CASE(who_does_not_listen_loses_answers_and_the_server_notices_nothing)
{
    struct helper offender;
    mach_port_t port = port_create_with_send();
    uint64_t before = quotas_of(SELF).queued_bytes.used;
    if (offender_create(&offender)) {
        helper_give(&offender, 0, port, MACH_MSG_TYPE_COPY_SEND);
        EXPECT_OK(mach_port_allocate_name(offender.task, MACH_PORT_RIGHT_RECEIVE, HELPER_PORT(1)));
        ask_and_answer(&offender, port);
        struct mach_r_quota_info info = quotas_of(offender.task);
        EXPECT(info.queued_bytes.used > MORE_QUEUED_BYTES / 2);
        EXPECT(info.queued_bytes.used <= info.queued_bytes.limit);
        EXPECT_EQ(quotas_of(SELF).queued_bytes.used, before);
        expect_undisturbed();
        helper_destroy(&offender);
    }
    port_destroy_with_send(port);
}

CASE(limits_are_inherited_and_only_lowered)
{
    struct helper offender;
    task_t child;
    if (offender_create(&offender)) {
        struct mach_r_quota_info info = quotas_of(offender.task);
        EXPECT_OK(task_create(offender.task, nullptr, 0, FALSE, &child));
        struct mach_r_quota_info inherited = quotas_of(child);
        EXPECT_EQ(inherited.names.limit, info.names.limit);
        EXPECT_EQ(inherited.ports.limit, info.ports.limit);
        EXPECT_EQ(inherited.queued_bytes.limit, info.queued_bytes.limit);
        EXPECT_EQ(inherited.kernel_bytes.limit, info.kernel_bytes.limit);
        EXPECT_EQ(inherited.threads.limit, info.threads.limit);
        EXPECT_EQ(inherited.ports.used, 0);
        EXPECT_EQ(inherited.threads.used, 0);
        EXPECT_OK(task_terminate(child));
        EXPECT_OK(mach_port_deallocate(SELF, child));
        info.ports.limit++;
        info.threads.limit--;
        EXPECT_EQ(set_quotas(offender.task, info), KERN_NO_ACCESS);
        EXPECT_EQ(quotas_of(offender.task).threads.limit, info.threads.limit + 1);
        EXPECT_EQ(task_set_info(offender.task, MACH_R_QUOTA_INFO, (task_info_t)&info,
                                MACH_R_QUOTA_INFO_COUNT - 1),
                  KERN_INVALID_ARGUMENT);
        helper_destroy(&offender);
    }
}
