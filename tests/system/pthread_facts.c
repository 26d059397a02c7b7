/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What threads are told about themselves and each other, their priorities, and what runs at their end.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include <mach/mach.h>
#include <mach/mach_vm.h>

#include "systest.h"

static void *do_nothing(void *argument)
{
    return argument;
}

/* A port to wait on, some heap. */
void systest_prepare(void)
{
    pthread_t thread;
    (void)pthread_mach_thread_np(pthread_self());
    EXPECT_EQ(pthread_create(&thread, NULL, do_nothing, NULL), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
}

struct facts {
    uint64_t id, id_by_info;
    void *stack_end;
    size_t stack_size;
    pthread_t by_port, main_by_port;
    char name[64];
};

static struct facts collect(mach_port_t main_port)
{
    struct facts facts = {};
    thread_identifier_info_data_t info = {};
    mach_msg_type_number_t count = THREAD_IDENTIFIER_INFO_COUNT;
    mach_port_t port = pthread_mach_thread_np(pthread_self());
    EXPECT_OK(thread_info(port, THREAD_IDENTIFIER_INFO, (thread_info_t)&info, &count));
    facts.id_by_info = info.thread_id;
    EXPECT_EQ(pthread_threadid_np(NULL, &facts.id), 0);
    facts.stack_end = pthread_get_stackaddr_np(pthread_self());
    facts.stack_size = pthread_get_stacksize_np(pthread_self());
    facts.by_port = pthread_from_mach_thread_np(port);
    facts.main_by_port = pthread_from_mach_thread_np(main_port);
    return facts;
}

/* Is a variable of the caller's on the stack that FACTS tells? */
static bool is_on_stack(const void *variable, const struct facts *facts)
{
    const char *end = facts->stack_end;
    return (const char *)variable < end && (const char *)variable >= end - facts->stack_size;
}

static mach_port_t main_port;

static void *tell_about_self(void *argument)
{
    struct facts *facts = argument;
    EXPECT_EQ(pthread_setname_np("worker"), 0);
    *facts = collect(main_port);
    EXPECT(is_on_stack(&facts, facts));
    EXPECT_EQ(facts->by_port, pthread_self());
    return pthread_self();
}

CASE(a_thread_knows_itself)
{
    pthread_t thread;
    void *self = NULL;
    struct facts own, other;
    main_port = pthread_mach_thread_np(pthread_self());
    own = collect(main_port);
    EXPECT_EQ(pthread_create(&thread, NULL, tell_about_self, &other), 0);
    EXPECT_EQ(pthread_join(thread, &self), 0);
    EXPECT_EQ(own.id, own.id_by_info);
    EXPECT_EQ(other.id, other.id_by_info);
    EXPECT(own.id != other.id);
    EXPECT(is_on_stack(&own, &own));
    EXPECT(!is_on_stack(&own, &other));
    EXPECT_EQ(own.by_port, pthread_self());
    EXPECT_EQ(other.main_by_port, pthread_self());
    EXPECT_EQ(pthread_is_threaded_np(), 1);
    EXPECT_EQ(pthread_from_mach_thread_np(mach_task_self()), NULL);
    EXPECT_EQ(pthread_threadid_np(NULL, NULL), EINVAL);
}

CASE(a_thread_has_the_name_it_chose)
{
    pthread_t thread;
    char name[64], small[4];
    char long_name[65] = {};
    memset(long_name, 'x', 64);
    EXPECT_EQ(pthread_create_suspended_np(&thread, NULL, do_nothing, NULL), 0);
    EXPECT_EQ(pthread_getname_np(thread, name, sizeof(name)), 0);
    EXPECT_EQ(strcmp(name, ""), 0);
    EXPECT_OK(thread_resume(pthread_mach_thread_np(thread)));
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    EXPECT_EQ(pthread_setname_np("first"), 0);
    EXPECT_EQ(pthread_getname_np(pthread_self(), name, sizeof(name)), 0);
    EXPECT_EQ(strcmp(name, "first"), 0);
    EXPECT_EQ(pthread_getname_np(pthread_self(), small, sizeof(small)), ERANGE);
    EXPECT_EQ(pthread_setname_np(long_name), ENAMETOOLONG);
}

static policy_timeshare_info_data_t timeshare_of(pthread_t thread)
{
    policy_timeshare_info_data_t info = {};
    mach_msg_type_number_t count = POLICY_TIMESHARE_INFO_COUNT;
    EXPECT_OK(thread_info(pthread_mach_thread_np(thread), THREAD_SCHED_TIMESHARE_INFO,
                          (thread_info_t)&info, &count));
    return info;
}

CASE(a_priority_is_the_kernels)
{
    struct sched_param parameters = { .sched_priority = 20 };
    int policy = -1;
    int before = timeshare_of(pthread_self()).base_priority;
    EXPECT_EQ(pthread_setschedparam(pthread_self(), SCHED_OTHER, &parameters), 0);
    EXPECT_EQ(timeshare_of(pthread_self()).base_priority, before - 11);
    parameters.sched_priority = 0;
    EXPECT_EQ(pthread_getschedparam(pthread_self(), &policy, &parameters), 0);
    EXPECT_EQ(policy, SCHED_OTHER);
    EXPECT_EQ(parameters.sched_priority, 20);
    EXPECT_EQ(pthread_setschedprio(pthread_self(), 31), 0);
    EXPECT_EQ(timeshare_of(pthread_self()).base_priority, before);
    parameters.sched_priority = sched_get_priority_max(SCHED_RR) + 1;
    EXPECT_EQ(pthread_setschedparam(pthread_self(), SCHED_RR, &parameters), EINVAL);
    EXPECT_EQ(pthread_setschedprio(pthread_self(), sched_get_priority_min(SCHED_RR) - 1), EINVAL);
    EXPECT(sched_get_priority_max(77) == -1 && errno == EINVAL);
}

CASE(attributes_tell_the_priority)
{
    pthread_attr_t attributes;
    pthread_t thread;
    const struct sched_param parameters = { .sched_priority = 40 };
    int before = timeshare_of(pthread_self()).base_priority;
    EXPECT_EQ(pthread_attr_init(&attributes), 0);
    EXPECT_EQ(pthread_attr_setschedparam(&attributes, &parameters), 0);
    EXPECT_EQ(pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED), 0);
    EXPECT_EQ(pthread_attr_setschedpolicy(&attributes, 77), EINVAL);
    EXPECT_EQ(pthread_attr_setscope(&attributes, PTHREAD_SCOPE_PROCESS), ENOTSUP);
    EXPECT_EQ(pthread_create_suspended_np(&thread, &attributes, do_nothing, NULL), 0);
    EXPECT_EQ(timeshare_of(thread).base_priority, before + 9);
    EXPECT_OK(thread_resume(pthread_mach_thread_np(thread)));
    EXPECT_EQ(pthread_join(thread, NULL), 0);
}

static char calls[8];

static void note(void *letter)
{
    strcat(calls, letter);
}

static void *end_within(void *argument)
{
    pthread_cleanup_push(note, "a");
    pthread_cleanup_push(note, "b");
    pthread_cleanup_push(note, "c");
    pthread_cleanup_pop(0);
    pthread_cleanup_push(note, "d");
    pthread_cleanup_pop(1);
    pthread_exit(argument);
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
}

CASE(the_end_of_a_thread_cleans_up)
{
    pthread_t thread;
    calls[0] = '\0';
    EXPECT_EQ(pthread_create(&thread, NULL, end_within, NULL), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    EXPECT_EQ(strcmp(calls, "dba"), 0);
}

static void *tell_stack(void *facts)
{
    *(struct facts *)facts = collect(main_port);
    EXPECT(is_on_stack(&facts, facts));
    return NULL;
}

static struct facts stack_facts(const pthread_attr_t *attributes)
{
    pthread_t thread;
    struct facts facts = {};
    EXPECT_EQ(pthread_create(&thread, attributes, tell_stack, &facts), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    return facts;
}

CASE(a_thread_has_the_stack_that_was_asked_for)
{
    pthread_attr_t attributes;
    void *start = &attributes;
    size_t size = 0;
    EXPECT_EQ(pthread_attr_init(&attributes), 0);
    EXPECT_EQ(stack_facts(&attributes).stack_size, 512 * 1024);
    EXPECT_EQ(pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN - 1), EINVAL);
    EXPECT_EQ(pthread_attr_setstacksize(&attributes, 0), EINVAL);
    EXPECT_EQ(pthread_attr_setstacksize(&attributes, 100001), EINVAL);
    EXPECT_EQ(pthread_attr_setguardsize(&attributes, 1), EINVAL);
    EXPECT_EQ(pthread_attr_getstack(&attributes, &start, &size), 0);
    EXPECT(start == NULL && size == 512 * 1024);
    EXPECT_EQ(pthread_attr_setguardsize(&attributes, 2 * vm_page_size), 0);
    EXPECT_EQ(pthread_attr_getguardsize(&attributes, &size), 0);
    EXPECT_EQ(size, 2 * vm_page_size);
    EXPECT_EQ(pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN), 0);
    EXPECT_EQ(stack_facts(&attributes).stack_size, PTHREAD_STACK_MIN);
}

CASE(a_thread_runs_on_the_programs_stack)
{
    enum {
        SIZE = 96 * 1024
    };
    pthread_attr_t attributes;
    mach_vm_address_t memory = 0;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, SIZE, VM_FLAGS_ANYWHERE));
    EXPECT_EQ(pthread_attr_init(&attributes), 0);
    EXPECT_EQ(pthread_attr_setstack(&attributes, (void *)(memory + 8), SIZE), EINVAL);
    EXPECT_EQ(pthread_attr_setstackaddr(&attributes, (void *)(memory + 8)), EINVAL);
    EXPECT_EQ(pthread_attr_setstack(&attributes, (void *)memory, SIZE), 0);
    struct facts facts = stack_facts(&attributes);
    EXPECT(facts.stack_end == (char *)memory + SIZE && facts.stack_size == SIZE);
    EXPECT_EQ(pthread_attr_init(&attributes), 0);
    EXPECT_EQ(pthread_attr_setstackaddr(&attributes, (char *)memory + SIZE), 0);
    EXPECT_EQ(pthread_attr_setstacksize(&attributes, SIZE), 0);
    EXPECT_EQ(stack_facts(&attributes).stack_end, (char *)memory + SIZE);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, SIZE));
}
