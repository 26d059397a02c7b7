/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps with pointers that lead nowhere, sizes that make no sense, and numbers that do not exist:
 * an error code or an exception, and nothing else.
 */
#include <mach/exc_server.h>
#include <mach/mach_exc_server.h>
#include <mach/syscall_numbers.h>

#include "faults.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "systest_wild.h"

#define TRAP(number) ((uint64_t)MACH_TRAP_CLASS | (number))

#define TRAP_VM_ALLOCATE   10
#define TRAP_VM_DEALLOCATE 12
#define TRAP_VM_PROTECT    14
#define TRAP_VM_MAP        15
#define TRAP_PORT_ALLOCATE 16
#define TRAP_MSG           31
#define TRAP_MSG_OVERWRITE 32
#define TRAP_PORT_TYPE     76
#define TRAP_CLOCK_SLEEP   62
#define TRAP_REQUEST       77
#define TRAP_TIMEBASE      89
#define TRAP_WAIT_UNTIL    90

/* The first copy of the program leaves something of it shared for good. */
void systest_prepare(void)
{
    struct helper helper;
    if (helper_create_private(&helper)) {
        helper_destroy(&helper);
    }
}

/* Run FUNCTION in a private helper that has a send right to a port of the test as HELPER_PORT(0).
 * FUNCTION ends with report(). Returns: what it reported. */
static uint32_t run_private(void (*function)(void *argument))
{
    struct helper helper;
    struct worker worker;
    uint32_t result = ~0u;
    mach_port_t port = port_create();
    if (helper_create_private(&helper)) {
        helper_give(&helper, 0, port, MACH_MSG_TYPE_MAKE_SEND);
        if (EXPECT(worker_start(&worker, helper.task, function, NULL))) {
            result = receive_value(port);
            worker_join(&worker);
        }
        helper_destroy(&helper);
    }
    port_destroy(port);
    return result;
}

static void report(uint32_t value)
{
    (void)send_value(HELPER_PORT(0), value);
}

/* In the sweep below these arguments would take the program's own memory, or much time, away. */
static bool is_harmful(uint32_t number, uint32_t position)
{
    number &= MACH_TRAP_NUMBER_MASK;
    return (number == TRAP_VM_DEALLOCATE && position == 2) ||
           (number == TRAP_VM_PROTECT && position == 2) ||
           (number == TRAP_CLOCK_SLEEP && position == 2) || number == TRAP_WAIT_UNTIL;
}

/* Each argument of each trap in turn takes each wild value. */
static void sweep(void *argument)
{
    uint32_t calls = 0;
    (void)argument;
    for (uint32_t t = 0; t < trap_count; t++) {
        for (uint32_t position = 0; position < trap_table[t].arguments; position++) {
            for (uint32_t w = 0; w < wild_count && !is_harmful(trap_table[t].number, position);
                 w++) {
                uint64_t arguments[8] = { mach_task_self() };
                arguments[position] = wild_addresses[w];
                (void)raw_trap(trap_table[t].number, arguments);
                calls++;
            }
        }
    }
    report(calls);
}

CASE(every_argument_of_every_trap_may_be_wild)
{
    uint32_t calls = run_private(sweep);
    EXPECT(calls > 1000 && calls != ~0u);
}

/* Call NUMBER with wild pointers at POSITION. Returns: how often it was not refused with ERROR. */
static uint32_t count_accepted(uint32_t number, const uint64_t *good, uint32_t position,
                               uint32_t error, bool is_read)
{
    uint32_t accepted = 0;
    for (uint32_t w = 0; w < wild_count; w++) {
        uint64_t arguments[8];
        for (uint32_t i = 0; i < 8; i++) {
            arguments[i] = good[i];
        }
        arguments[position] = wild_addresses[w];
        if (is_read && wild_addresses[w] == 0x7fffffe00000) {
            continue; /* can be read */
        }
        accepted += (uint32_t)raw_trap(TRAP(number), arguments) != error;
    }
    return accepted;
}

static void count_accepted_results(void *argument)
{
    uint64_t self = mach_task_self();
    mach_port_t port = port_create();
    uint32_t accepted = 0;
    (void)argument;
    accepted += count_accepted(TRAP_VM_ALLOCATE, (uint64_t[8]){ self, 0, 4096, VM_FLAGS_ANYWHERE },
                               1, KERN_INVALID_ADDRESS, true);
    accepted += count_accepted(TRAP_VM_MAP,
                               (uint64_t[8]){ self, 0, 4096, 0, VM_FLAGS_ANYWHERE, VM_PROT_READ },
                               1, KERN_INVALID_ADDRESS, true);
    accepted += count_accepted(TRAP_PORT_ALLOCATE, (uint64_t[8]){ self, MACH_PORT_RIGHT_RECEIVE },
                               2, KERN_INVALID_ADDRESS, false);
    accepted +=
        count_accepted(TRAP_PORT_TYPE, (uint64_t[8]){ self, port }, 2, KERN_INVALID_ADDRESS, false);
    accepted += count_accepted(TRAP_TIMEBASE, (uint64_t[8]){ 0 }, 0, KERN_INVALID_ADDRESS, false);
    accepted += count_accepted(
        TRAP_REQUEST, (uint64_t[8]){ self, port, 70, 5, port, MACH_MSG_TYPE_MAKE_SEND_ONCE }, 6,
        KERN_INVALID_ADDRESS, false);
    report(accepted);
}

CASE(results_cannot_be_written_to_wild_places)
{
    EXPECT_EQ(run_private(count_accepted_results), 0);
}

/* Messages from and to wild buffers. */
static void count_accepted_buffers(void *argument)
{
    union any_message message;
    uint32_t accepted = 0;
    mach_port_t port = port_create_with_send();
    (void)argument;
    accepted += count_accepted(TRAP_MSG, (uint64_t[8]){ 0, MACH_SEND_MSG, 64 }, 0,
                               MACH_SEND_INVALID_DATA, true);
    for (uint32_t w = 0; w < wild_count; w++) {
        uint64_t arguments[8] = { wild_addresses[w], MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, 512,
                                  port };
        accepted += send_value(port, w) != MACH_MSG_SUCCESS;
        accepted += (uint32_t)raw_trap(TRAP(TRAP_MSG), arguments) != MACH_RCV_INVALID_DATA;
        accepted += receive_now(port, &message) != MACH_RCV_TIMED_OUT;
        arguments[0] = (uint64_t)&message;
        arguments[7] = wild_addresses[w];
        if (wild_addresses[w] != 0) { /* null: the first buffer */
            accepted += send_value(port, w) != MACH_MSG_SUCCESS;
            accepted +=
                (uint32_t)raw_trap(TRAP(TRAP_MSG_OVERWRITE), arguments) != MACH_RCV_INVALID_DATA;
        }
    }
    report(accepted);
}

CASE(messages_cannot_be_in_wild_places)
{
    EXPECT_EQ(run_private(count_accepted_buffers), 0);
}

static void use_wild_stacks(void *argument)
{
    uint32_t wrong = 0;
    uint64_t base;
    (void)argument;
    for (uint32_t w = 0; w < wild_count; w++) {
        uint64_t timebase[8] = { (uint64_t)&base };
        wrong +=
            raw_trap_on_stack(TRAP(TRAP_TIMEBASE), timebase, wild_addresses[w]) != KERN_SUCCESS;
        uint64_t receive[8] = { 0, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, 64, 0x12345600 };
        wrong += (uint32_t)raw_trap_on_stack(TRAP(TRAP_MSG_OVERWRITE), receive,
                                             wild_addresses[w]) == KERN_SUCCESS;
    }
    report(wrong);
}

CASE(the_stack_pointer_may_be_wild)
{
    EXPECT_EQ(run_private(use_wild_stacks), 0);
}

CASE(wrong_sizes_and_ranges_are_refused)
{
    mach_vm_address_t address = 0;
    mach_port_t self = mach_task_self();
    EXPECT(_kernelrpc_mach_vm_allocate_trap(self, &address, ~UINT64_C(0), VM_FLAGS_ANYWHERE) !=
           KERN_SUCCESS);
    EXPECT(_kernelrpc_mach_vm_allocate_trap(self, &address, UINT64_C(1) << 47, VM_FLAGS_ANYWHERE) !=
           KERN_SUCCESS);
    EXPECT(_kernelrpc_mach_vm_allocate_trap(self, &address, 4096, 0x7ffffffe) != KERN_SUCCESS);
    EXPECT(_kernelrpc_mach_vm_deallocate_trap(self, 0xfffffffffffff000, 0x2000) != KERN_SUCCESS);
    EXPECT(_kernelrpc_mach_vm_deallocate_trap(self, 0xffffffff80000000, 0x1000) != KERN_SUCCESS);
    EXPECT(_kernelrpc_mach_vm_protect_trap(self, 0xffffffff80000000, 0x1000, 0, VM_PROT_ALL) !=
           KERN_SUCCESS);
    EXPECT(_kernelrpc_mach_vm_protect_trap(self, 0x7fffffffe000, ~UINT64_C(0), 0, VM_PROT_ALL) !=
           KERN_SUCCESS);
    EXPECT_EQ(_kernelrpc_mach_vm_allocate_trap(MACH_PORT_NULL, &address, 4096, VM_FLAGS_ANYWHERE),
              MACH_SEND_INVALID_DEST);
    EXPECT_EQ(_kernelrpc_mach_port_allocate_trap(0x12345600, 1, (mach_port_name_t *)&address),
              MACH_SEND_INVALID_DEST);
    EXPECT_EQ(thread_switch(MACH_PORT_NULL, 77, 0), KERN_INVALID_ARGUMENT);
}

/* Numbers that stand for no trap, and a few far outside. */
static void use_unknown_numbers(void *argument)
{
    static const uint64_t arguments[8] = { 0 };
    (void)argument;
    for (uint64_t number = 0; number < MACH_TRAP_TABLE_COUNT + 8; number++) {
        bool is_known = false;
        for (uint32_t t = 0; t < trap_count; t++) {
            is_known = is_known || trap_table[t].number == TRAP(number);
        }
        if (!is_known) {
            (void)raw_trap(TRAP(number), arguments);
        }
    }
    for (uint32_t shift = 24; shift < 64; shift++) {
        (void)raw_trap((UINT64_C(1) << shift) + (shift == 24 ? 0xffff : 10), arguments);
    }
}

/* Let the thread whose exception arrives at HANDLER go on. Returns: the code; 0, none came. */
static int64_t skip_exception(mach_port_t handler)
{
    union {
        mach_msg_header_t header;
        __Request__mach_exception_raise_t request;
        uint8_t room[512];
    } message;
    if (mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), handler,
                 20000, MACH_PORT_NULL) != MACH_MSG_SUCCESS) {
        return 0;
    }
    EXPECT_EQ(message.request.exception, EXC_SYSCALL);
    mig_reply_error_t reply = {
        .Head = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
            .msgh_remote_port = message.header.msgh_remote_port,
            .msgh_id = message.header.msgh_id + 100,
        },
        .NDR = NDR_record,
    };
    EXPECT_OK(mach_msg(&reply.Head, MACH_SEND_MSG, sizeof(reply), 0, 0, 0, 0));
    message.header.msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(&message.header);
    return message.request.code[0];
}

CASE(unknown_numbers_are_exceptions)
{
    struct worker worker;
    mach_port_t handler = port_create_with_send();
    EXPECT(worker_create(&worker, mach_task_self(), use_unknown_numbers, NULL));
    EXPECT_OK(thread_set_exception_ports(worker.thread, EXC_MASK_ALL, handler,
                                         LONG_CODES(EXCEPTION_DEFAULT), x86_THREAD_STATE64));
    EXPECT_OK(thread_resume(worker.thread));
    uint32_t expected = MACH_TRAP_TABLE_COUNT + 8 - trap_count + 40;
    int64_t code = 0;
    for (uint32_t i = 0; i < expected; i++) {
        code = skip_exception(handler);
        EXPECT(code != 0);
    }
    EXPECT_EQ(code, (int64_t)((UINT64_C(1) << 63) + 10));
    worker_join(&worker);
    port_destroy_with_send(handler);
}
