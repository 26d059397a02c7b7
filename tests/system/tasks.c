/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a task keeps for others: registered and special ports, how often it is suspended, whose it
 * is.
 */
#include <mach/task_info.h>
#include <mach/task_special_ports.h>
#include <mach/thread_special_ports.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define REGISTERED_MAX 3

CASE(registered_ports_are_looked_up_and_have_a_limit)
{
    struct helper helper;
    mach_port_array_t found;
    mach_msg_type_number_t count;
    mach_port_t first = port_create_with_send(), second = port_create_with_send();
    mach_port_t four[] = { first, second, first, second };
    if (helper_create(&helper)) {
        EXPECT_OK(mach_ports_register(helper.task, four, REGISTERED_MAX));
        EXPECT_EQ(mach_ports_register(helper.task, four, REGISTERED_MAX + 1),
                  KERN_INVALID_ARGUMENT);
        EXPECT_OK(mach_ports_register(helper.task, four, 2));
        for (int i = 0; i < 2; i++) { /* the task keeps what it tells */
            EXPECT_OK(mach_ports_lookup(helper.task, &found, &count));
            EXPECT_EQ(count, REGISTERED_MAX);
            EXPECT(found[0] == first && found[1] == second && found[2] == MACH_PORT_NULL);
            EXPECT_OK(mach_port_deallocate(mach_task_self(), first));
            EXPECT_OK(mach_port_deallocate(mach_task_self(), second));
            EXPECT_OK(
                vm_deallocate(mach_task_self(), (vm_address_t)found, count * sizeof(found[0])));
        }
        helper_destroy(&helper);
    }
    port_destroy_with_send(first);
    port_destroy_with_send(second);
}

/* Set TASK's bootstrap port to PORT, which it then has to tell. */
static void check_bootstrap(task_t task, mach_port_t port)
{
    mach_port_t told = MACH_PORT_NULL;
    EXPECT_OK(task_set_special_port(task, TASK_BOOTSTRAP_PORT, port));
    EXPECT_OK(task_get_special_port(task, TASK_BOOTSTRAP_PORT, &told));
    EXPECT_EQ(told, port);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), told));
}

CASE(special_ports_are_told_and_replaced)
{
    struct helper helper;
    mach_port_t told = MACH_PORT_NULL, host = mach_host_self();
    mach_port_t first = port_create_with_send(), second = port_create_with_send();
    if (helper_create(&helper)) {
        check_bootstrap(helper.task, first);
        check_bootstrap(helper.task, second);
        EXPECT_OK(task_get_special_port(helper.task, TASK_HOST_PORT, &told));
        EXPECT_EQ(told, host);
        EXPECT_OK(mach_port_deallocate(mach_task_self(), told));
        EXPECT_EQ(task_set_special_port(helper.task, TASK_KERNEL_PORT, first),
                  KERN_INVALID_ARGUMENT);
        EXPECT_EQ(task_set_special_port(helper.task, 77, first), KERN_INVALID_ARGUMENT);
        EXPECT_EQ(task_get_special_port(helper.task, 77, &told), KERN_INVALID_ARGUMENT);
        helper_destroy(&helper);
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    port_destroy_with_send(first);
    port_destroy_with_send(second);
}

CASE(a_threads_only_special_port_is_its_own)
{
    mach_port_t told = MACH_PORT_NULL, self = mach_thread_self();
    EXPECT_OK(thread_get_special_port(self, THREAD_KERNEL_PORT, &told));
    EXPECT_EQ(told, self);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), told));
    EXPECT_EQ(thread_get_special_port(self, 77, &told), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_get_special_port(self, 0, &told), KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
}

static _Atomic bool has_run;

static bool ran([[maybe_unused]] void *argument)
{
    return has_run;
}

static void run(void *argument)
{
    (void)argument;
    has_run = true;
}

CASE(a_task_stands_still_until_it_is_resumed_as_often_as_suspended)
{
    struct helper helper;
    struct worker worker;
    has_run = false;
    if (helper_create(&helper)) {
        EXPECT(worker_create(&worker, helper.task, run, NULL));
        EXPECT_OK(task_suspend(helper.task));
        EXPECT_OK(task_suspend(helper.task));
        EXPECT_OK(thread_resume(worker.thread));
        EXPECT_OK(task_resume(helper.task));
        for (int i = 0; i < 20; i++) {
            systest_pause();
        }
        EXPECT(!has_run);
        EXPECT_OK(task_resume(helper.task));
        EXPECT(systest_wait(ran, NULL));
        worker_join(&worker);
        helper_destroy(&helper);
    }
}

/* True if the task has no threads. */
static bool is_without_threads(void *argument)
{
    thread_act_array_t list;
    mach_msg_type_number_t count = 0;
    EXPECT_OK(task_threads(*(task_t *)argument, &list, &count));
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        (void)mach_port_deallocate(mach_task_self(), list[i]); /* null, if it is about to end */
    }
    if (count > 0) {
        EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)list, count * sizeof(list[0])));
    }
    return count == 0;
}

#define THREADS_MAX 1024

/* Is there room for a thread in the helper ARGUMENT points to? It is ended at once. */
static bool has_room(void *argument)
{
    const struct helper *helper = argument;
    thread_act_t thread;
    if (thread_create(helper->task, &thread) != KERN_SUCCESS) {
        return false;
    }
    EXPECT_OK(thread_terminate(thread));
    return true;
}

/* Have all threads ended but as many as ARGUMENT points to? */
static bool have_threads_ended(void *argument)
{
    return systest_count("threads") <= *(const uint64_t *)argument;
}

/* Fill a task with threads, all there may be. They have ended on return: so many may stand still for
 * moments before, and the ledger would take that for its beginning. */
static void fill_a_task(void)
{
    uint64_t before = systest_count("threads");
    static thread_act_t threads[THREADS_MAX];
    struct helper helper;
    thread_act_t thread = MACH_PORT_NULL;
    uint32_t count = 0;
    if (!helper_create(&helper)) {
        return;
    }
    while (count < THREADS_MAX && EXPECT_OK(thread_create(helper.task, &threads[count]))) {
        count++;
    }
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(thread_create(helper.task, &thread), KERN_RESOURCE_SHORTAGE);
    }
    EXPECT_OK(thread_terminate(threads[--count]));
    EXPECT(systest_wait(has_room, &helper));
    helper_destroy(&helper);
    while (count > 0) {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), threads[--count]));
    }
    EXPECT(systest_wait(have_threads_ended, &before));
}

/* So many threads make the kernel's caches grow once. */
void systest_prepare(void)
{
    fill_a_task();
}

/* What is refused leaves nothing behind: the kernel's ledger has to balance. */
CASE(threads_of_a_task_have_a_limit)
{
    fill_a_task();
}

/* A thread that cannot start is not left behind. */
CASE(a_thread_without_registers_is_not_made)
{
    struct helper helper;
    thread_act_t thread;
    x86_thread_state64_t state = { 0 };
    if (helper_create(&helper)) {
        EXPECT_EQ(thread_create_running(helper.task, 12345, (thread_state_t)&state,
                                        x86_THREAD_STATE64_COUNT, &thread),
                  KERN_INVALID_ARGUMENT);
        EXPECT(systest_wait(is_without_threads, &helper.task));
        helper_destroy(&helper);
    }
}

CASE(only_the_security_port_changes_who_a_task_is)
{
    struct helper helper;
    mach_port_t security = MACH_PORT_NULL;
    security_token_t token = { { 11, 22 } }, told = { { 0 } };
    audit_token_t audit = { { 1, 2, 3, 4, 5, 6, 7, 8 } };
    mach_msg_type_number_t count = TASK_SECURITY_TOKEN_COUNT;
    EXPECT_OK(
        host_get_special_port(systest_host_priv(), HOST_LOCAL_NODE, HOST_SECURITY_PORT, &security));
    if (helper_create(&helper)) {
        EXPECT_EQ(host_security_set_task_token(systest_host_priv(), helper.task, token, audit,
                                               MACH_PORT_NULL),
                  KERN_INVALID_SECURITY);
        EXPECT_OK(
            host_security_set_task_token(security, helper.task, token, audit, MACH_PORT_NULL));
        EXPECT_OK(task_info(helper.task, TASK_SECURITY_TOKEN, (task_info_t)&told, &count));
        EXPECT(told.val[0] == 11 && told.val[1] == 22);
        helper_destroy(&helper);
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), security));
}
