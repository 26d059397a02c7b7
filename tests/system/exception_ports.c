/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is told of exceptions: what is set is what is told and inherited, what makes no sense is
 * refused, and a task whose exception nobody wants ends.
 */
#include <mach/task_special_ports.h>
#include <mach_debug/mach_debug_types.h>

#include "faults.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* What a task tells about its exception ports. */
struct told {
    exception_mask_t masks[EXC_TYPES_COUNT];
    mach_port_t handlers[EXC_TYPES_COUNT];
    exception_behavior_t behaviors[EXC_TYPES_COUNT];
    thread_state_flavor_t flavors[EXC_TYPES_COUNT];
    mach_msg_type_number_t count;
};

static void ask_task(task_t task, exception_mask_t mask, struct told *told)
{
    told->count = EXC_TYPES_COUNT;
    EXPECT_OK(task_get_exception_ports(task, mask, told->masks, &told->count, told->handlers,
                                       told->behaviors, told->flavors));
}

#define SOME_MASK (EXC_MASK_ARITHMETIC | EXC_MASK_BREAKPOINT)

/* TASK has to have HANDLER for SOME_MASK and nothing for other exceptions. */
static void expect_told(task_t task, mach_port_t handler)
{
    struct told told;
    ask_task(task, SOME_MASK, &told);
    EXPECT_EQ(told.count, 1);
    EXPECT_EQ(told.masks[0], SOME_MASK);
    EXPECT_EQ(told.handlers[0], handler);
    EXPECT_EQ(told.behaviors[0], EXCEPTION_STATE);
    EXPECT_EQ(told.flavors[0], x86_THREAD_STATE64);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), told.handlers[0]));
    ask_task(task, EXC_MASK_BAD_ACCESS | EXC_MASK_SYSCALL, &told);
    EXPECT_EQ(told.count, 1);
    EXPECT_EQ(told.handlers[0], MACH_PORT_NULL);
}

CASE(exception_ports_are_told_and_inherited)
{
    struct helper helper, child;
    mach_port_t handler = port_create_with_send();
    if (helper_create(&helper)) {
        EXPECT_OK(task_set_exception_ports(helper.task, SOME_MASK, handler, EXCEPTION_STATE,
                                           x86_THREAD_STATE64));
        expect_told(helper.task, handler);
        EXPECT_OK(task_create(helper.task, NULL, 0, FALSE, &child.task));
        helper_destroy(&helper);
        expect_told(child.task, handler);
        helper_destroy(&child);
    }
    port_destroy_with_send(handler);
}

/* Kinds of exceptions are told together if all that is set for them is the same. */
CASE(what_differs_is_told_apart)
{
    static const struct {
        exception_behavior_t behavior;
        thread_state_flavor_t flavor;
        mach_msg_type_number_t count;
    } others[] = {
        { EXCEPTION_STATE, x86_THREAD_STATE64, 1 },
        { EXCEPTION_STATE, x86_FLOAT_STATE64, 2 },
        { EXCEPTION_STATE_IDENTITY, x86_THREAD_STATE64, 2 },
    };
    struct helper helper;
    struct told told;
    mach_port_t handler = port_create_with_send();
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) && helper_create(&helper); i++) {
        EXPECT_OK(task_set_exception_ports(helper.task, EXC_MASK_ARITHMETIC, handler,
                                           EXCEPTION_STATE, x86_THREAD_STATE64));
        EXPECT_OK(task_set_exception_ports(helper.task, EXC_MASK_BREAKPOINT, handler,
                                           others[i].behavior, others[i].flavor));
        ask_task(helper.task, SOME_MASK, &told);
        EXPECT_EQ(told.count, others[i].count);
        for (mach_msg_type_number_t j = 0; j < told.count; j++) {
            EXPECT_EQ(told.handlers[j], handler);
            EXPECT_OK(mach_port_deallocate(mach_task_self(), told.handlers[j]));
        }
        helper_destroy(&helper);
    }
    port_destroy_with_send(handler);
}

/* What is told in numbers: those by which name spaces tell ports (mach_port_space_info). */
struct numbers {
    exception_mask_t masks[EXC_TYPES_COUNT];
    exception_handler_info_t handlers[EXC_TYPES_COUNT];
    exception_behavior_t behaviors[EXC_TYPES_COUNT];
    thread_state_flavor_t flavors[EXC_TYPES_COUNT];
    mach_msg_type_number_t count;
};

static natural_t number_of(mach_port_t name)
{
    ipc_info_space_t info;
    ipc_info_name_array_t table;
    ipc_info_tree_name_array_t tree;
    mach_msg_type_number_t count, tree_count;
    natural_t number = 0;
    EXPECT_OK(mach_port_space_info(mach_task_self(), &info, &table, &count, &tree, &tree_count));
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        number = table[i].iin_name == name ? table[i].iin_object : number;
    }
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)table, count * sizeof(table[0])));
    return number;
}

static natural_t number_of_own_task(void)
{
    unsigned type = 0, number = 0;
    EXPECT_OK(mach_port_kernel_object(mach_task_self(), mach_task_self(), &type, &number));
    EXPECT(number != 0);
    return number;
}

/* NUMBERS, of SOME_MASK and a kind for which nothing is set, have to be of HANDLER. */
static void expect_numbers(const struct numbers *numbers, mach_port_t handler)
{
    EXPECT_EQ(numbers->count, 2);
    EXPECT_EQ(numbers->masks[0], EXC_MASK_BAD_ACCESS);
    EXPECT(numbers->handlers[0].iip_port_object == 0 &&
           numbers->handlers[0].iip_receiver_object == 0);
    EXPECT_EQ(numbers->masks[1], SOME_MASK);
    EXPECT_EQ(numbers->handlers[1].iip_port_object, number_of(handler));
    EXPECT_EQ(numbers->handlers[1].iip_receiver_object, number_of_own_task());
    EXPECT_EQ(numbers->behaviors[1], EXCEPTION_STATE);
    EXPECT_EQ(numbers->flavors[1], x86_THREAD_STATE64);
}

static kern_return_t task_numbers(task_t task, exception_mask_t mask, struct numbers *numbers)
{
    numbers->count = EXC_TYPES_COUNT;
    return task_get_exception_ports_info(task, mask, numbers->masks, &numbers->count,
                                         numbers->handlers, numbers->behaviors, numbers->flavors);
}

static kern_return_t thread_numbers(thread_t thread, exception_mask_t mask, struct numbers *numbers)
{
    numbers->count = EXC_TYPES_COUNT;
    return thread_get_exception_ports_info(thread, mask, numbers->masks, &numbers->count,
                                           numbers->handlers, numbers->behaviors, numbers->flavors);
}

/* Who may read a task is told its handlers in numbers, and gets no right to them. */
CASE(a_tasks_exception_ports_are_told_in_numbers)
{
    struct helper helper;
    struct numbers numbers;
    mach_port_t read = MACH_PORT_NULL;
    mach_port_t handler = port_create_with_send();
    if (helper_create(&helper)) {
        EXPECT_OK(task_set_exception_ports(helper.task, SOME_MASK, handler, EXCEPTION_STATE,
                                           x86_THREAD_STATE64));
        EXPECT_OK(task_get_special_port(helper.task, TASK_READ_PORT, &read));
        EXPECT_OK(task_numbers(read, SOME_MASK | EXC_MASK_BAD_ACCESS, &numbers));
        expect_numbers(&numbers, handler);
        EXPECT_EQ(task_numbers(read, 1, &numbers), KERN_INVALID_ARGUMENT);
        EXPECT_EQ(thread_numbers(read, SOME_MASK, &numbers), KERN_INVALID_ARGUMENT);
        helper_destroy(&helper);
        EXPECT_OK(mach_port_deallocate(mach_task_self(), read));
    }
    port_destroy_with_send(handler);
}

static void do_nothing([[maybe_unused]] void *argument)
{
}

CASE(a_threads_exception_ports_are_told_in_numbers)
{
    struct worker worker;
    struct numbers numbers;
    mach_port_t handler = port_create_with_send();
    if (EXPECT(worker_create(&worker, mach_task_self(), do_nothing, NULL))) {
        EXPECT_OK(thread_numbers(worker.thread, EXC_MASK_BAD_ACCESS, &numbers));
        EXPECT_EQ(numbers.count, 0);
        EXPECT_OK(thread_set_exception_ports(worker.thread, SOME_MASK, handler, EXCEPTION_STATE,
                                             x86_THREAD_STATE64));
        EXPECT_OK(thread_numbers(worker.thread, SOME_MASK | EXC_MASK_BAD_ACCESS, &numbers));
        expect_numbers(&numbers, handler);
        EXPECT_EQ(thread_numbers(worker.thread, 1, &numbers), KERN_INVALID_ARGUMENT);
        EXPECT_EQ(task_numbers(worker.thread, SOME_MASK, &numbers), KERN_INVALID_TASK);
        worker_kill(&worker);
    }
    port_destroy_with_send(handler);
}

static kern_return_t swap_task(task_t task, exception_mask_t mask, mach_port_t handler,
                               struct told *told)
{
    told->count = EXC_TYPES_COUNT;
    return task_swap_exception_ports(task, mask, handler, EXCEPTION_DEFAULT, THREAD_STATE_NONE,
                                     told->masks, &told->count, told->handlers, told->behaviors,
                                     told->flavors);
}

/* Of several kinds that agreed, those asked for come as one entry; a refused swap changes nothing. */
CASE(exception_ports_are_swapped)
{
    struct helper helper;
    struct told told;
    mach_port_t first = port_create_with_send(), second = port_create_with_send();
    if (helper_create(&helper)) {
        EXPECT_OK(task_set_exception_ports(helper.task, SOME_MASK, first, EXCEPTION_STATE,
                                           x86_THREAD_STATE64));
        EXPECT_EQ(swap_task(helper.task, 0xffffffff, second, &told), KERN_INVALID_ARGUMENT);
        EXPECT_EQ(swap_task(helper.task, EXC_MASK_ALL, mach_task_self(), &told),
                  KERN_INVALID_RIGHT);
        expect_told(helper.task, first);
        EXPECT_OK(swap_task(helper.task, SOME_MASK | EXC_MASK_SYSCALL, second, &told));
        EXPECT_EQ(told.count, 2);
        EXPECT_EQ(told.masks[0], SOME_MASK);
        EXPECT_EQ(told.handlers[0], first);
        EXPECT_EQ(told.behaviors[0], EXCEPTION_STATE);
        EXPECT_EQ(told.flavors[0], x86_THREAD_STATE64);
        EXPECT_EQ(told.masks[1], EXC_MASK_SYSCALL);
        EXPECT_EQ(told.handlers[1], MACH_PORT_NULL);
        EXPECT_OK(mach_port_deallocate(mach_task_self(), told.handlers[0]));
        EXPECT_OK(swap_task(helper.task, EXC_MASK_SYSCALL, MACH_PORT_NULL, &told));
        EXPECT_EQ(told.count, 1);
        EXPECT_EQ(told.handlers[0], second);
        EXPECT_OK(mach_port_deallocate(mach_task_self(), told.handlers[0]));
        helper_destroy(&helper);
    }
    port_destroy_with_send(first);
    port_destroy_with_send(second);
}

static struct told swap_host(mach_port_t handler, exception_behavior_t behavior,
                             thread_state_flavor_t flavor)
{
    struct told told = { .count = EXC_TYPES_COUNT };
    EXPECT_OK(host_swap_exception_ports(systest_host_priv(), EXC_MASK_RPC_ALERT, handler, behavior,
                                        flavor, told.masks, &told.count, told.handlers,
                                        told.behaviors, told.flavors));
    EXPECT_EQ(told.count, 1);
    return told;
}

/* The host's are the process server's, which gets them back. */
CASE(a_threads_and_the_hosts_exception_ports_are_swapped)
{
    struct worker worker;
    struct told told = { .count = EXC_TYPES_COUNT };
    mach_port_t handler = port_create_with_send();
    EXPECT(worker_create(&worker, mach_task_self(), fault_null, NULL));
    EXPECT_OK(thread_swap_exception_ports(worker.thread, SOME_MASK, handler, EXCEPTION_DEFAULT,
                                          THREAD_STATE_NONE, told.masks, &told.count, told.handlers,
                                          told.behaviors, told.flavors));
    EXPECT_EQ(told.count, 1);
    EXPECT_EQ(told.handlers[0], MACH_PORT_NULL);
    worker_kill(&worker);
    struct told host = swap_host(handler, EXCEPTION_DEFAULT, THREAD_STATE_NONE);
    told = swap_host(host.handlers[0], host.behaviors[0], host.flavors[0]);
    EXPECT_EQ(told.handlers[0], handler);
    EXPECT_EQ(told.behaviors[0], EXCEPTION_DEFAULT);
    told = swap_host(host.handlers[0], host.behaviors[0], host.flavors[0]);
    EXPECT_EQ(told.handlers[0], host.handlers[0]);
    for (int i = 0; i < 2 && MACH_PORT_VALID(host.handlers[0]); i++) {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), host.handlers[0]));
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), handler)); /* the one that came back */
    port_destroy_with_send(handler);
}

CASE(wrong_exception_ports_are_refused)
{
    mach_port_t handler = port_create_with_send(), dead = port_create_with_send();
    port_destroy(dead);
    const struct {
        exception_mask_t mask;
        mach_port_t handler;
        exception_behavior_t behavior;
        thread_state_flavor_t flavor;
        kern_return_t result;
    } wrong[] = {
        { 0xffffffff, handler, EXCEPTION_STATE, x86_THREAD_STATE64, KERN_INVALID_ARGUMENT },
        { EXC_MASK_ALL, handler, 77, x86_THREAD_STATE64, KERN_INVALID_ARGUMENT },
        { EXC_MASK_ALL, handler, 0, x86_THREAD_STATE64, KERN_INVALID_ARGUMENT },
        { EXC_MASK_ALL, handler, LONG_CODES(6), x86_THREAD_STATE64, KERN_INVALID_ARGUMENT },
        { EXC_MASK_ALL, handler, EXCEPTION_IDENTITY_PROTECTED, x86_THREAD_STATE64,
          KERN_INVALID_ARGUMENT },
        { EXC_MASK_ALL, handler, EXCEPTION_STATE_IDENTITY_PROTECTED, x86_THREAD_STATE64,
          KERN_INVALID_ARGUMENT },
        { EXC_MASK_ALL, handler, LONG_CODES(EXCEPTION_STATE_IDENTITY_PROTECTED), 12345,
          KERN_INVALID_ARGUMENT },
        { EXC_MASK_ALL, handler, EXCEPTION_DEFAULT | MACH_EXCEPTION_BACKTRACE_PREFERRED,
          x86_THREAD_STATE64, KERN_INVALID_ARGUMENT },
        { EXC_MASK_ALL, handler, EXCEPTION_STATE, 12345, KERN_INVALID_ARGUMENT },
        { EXC_MASK_ALL, mach_task_self(), EXCEPTION_DEFAULT, x86_THREAD_STATE64,
          KERN_INVALID_RIGHT },
        { EXC_MASK_ALL, dead, EXCEPTION_DEFAULT, x86_THREAD_STATE64, KERN_INVALID_RIGHT },
    };
    struct helper helper;
    struct told told;
    if (helper_create(&helper)) {
        for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
            EXPECT_EQ(task_set_exception_ports(helper.task, wrong[i].mask, wrong[i].handler,
                                               wrong[i].behavior, wrong[i].flavor),
                      wrong[i].result);
        }
        ask_task(helper.task, EXC_MASK_ALL, &told);
        EXPECT_EQ(told.handlers[0], MACH_PORT_NULL);
        EXPECT_OK(task_set_exception_ports(helper.task, EXC_MASK_ALL, handler,
                                           LONG_CODES(EXCEPTION_DEFAULT | MACH_EXCEPTION_ERRORS),
                                           THREAD_STATE_NONE));
        helper_destroy(&helper);
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), dead));
    port_destroy_with_send(handler);
}

CASE(a_question_for_no_exception_is_refused)
{
    struct told told = { .count = EXC_TYPES_COUNT };
    mach_port_t thread = mach_thread_self();
    EXPECT_EQ(task_get_exception_ports(mach_task_self(), 0xffffffff, told.masks, &told.count,
                                       told.handlers, told.behaviors, told.flavors),
              KERN_INVALID_ARGUMENT);
    told.count = EXC_TYPES_COUNT;
    EXPECT_OK(thread_get_exception_ports(thread, SOME_MASK, told.masks, &told.count, told.handlers,
                                         told.behaviors, told.flavors));
    EXPECT_EQ(told.count, 0); /* nothing was ever set */
    EXPECT_OK(mach_port_deallocate(mach_task_self(), thread));
}

/* A task with HANDLER, or none, for registers of no flavor, which is accepted, as on Darwin, and then passed
 * over, has to end by its exception. */
static void fault_unwanted(mach_port_t handler)
{
    struct helper helper;
    struct worker worker;
    if (helper_create(&helper)) {
        EXPECT_OK(task_set_exception_ports(helper.task, EXC_MASK_ALL, handler, EXCEPTION_STATE,
                                           THREAD_STATE_NONE));
        EXPECT(worker_start(&worker, helper.task, fault_null, NULL));
        (void)wait_dead(helper.task);
        helper_destroy(&helper);
        worker_join(&worker);
    }
}

/* The system's own handler is the process server: for the time of the test it is taken away. */
CASE(an_exception_that_nobody_wants_ends_the_task)
{
    struct told told = { .count = EXC_TYPES_COUNT };
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } message;
    mach_port_t handler = port_create_with_send();
    EXPECT_OK(host_get_exception_ports(systest_host_priv(), EXC_MASK_ALL, told.masks, &told.count,
                                       told.handlers, told.behaviors, told.flavors));
    EXPECT_OK(host_set_exception_ports(systest_host_priv(), EXC_MASK_ALL, MACH_PORT_NULL,
                                       EXCEPTION_DEFAULT, THREAD_STATE_NONE));
    fault_unwanted(MACH_PORT_NULL);
    fault_unwanted(handler);
    EXPECT_EQ(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message),
                       handler, 0, MACH_PORT_NULL),
              MACH_RCV_TIMED_OUT);
    port_destroy_with_send(handler);
    for (mach_msg_type_number_t i = 0; i < told.count; i++) {
        EXPECT_OK(host_set_exception_ports(systest_host_priv(), told.masks[i], told.handlers[i],
                                           told.behaviors[i], told.flavors[i]));
        if (MACH_PORT_VALID(told.handlers[i])) {
            EXPECT_OK(mach_port_deallocate(mach_task_self(), told.handlers[i]));
        }
    }
}
