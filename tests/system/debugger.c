/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A debugger in user space: breakpoints in code, single steps, and breakpoints of the processor, in
 * the thread of another task. The test is the debugger; its handler gets rights to thread and task,
 * and changes the thread while that waits for the answer.
 */
#include <string.h>

#include <mach/mach_exc_server.h>
#include <mach/mach_vm.h>

#include "faults.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define RAISE_ID     2405
#define REPLY_OFFSET 100

#define FLAG_TRAP   UINT64_C(0x100)
#define FLAG_RESUME UINT64_C(0x10000)

/* DR6: breakpoint 0, or a step, was it. DR7: breakpoint 0 is on; what it watches. */
#define STATUS_FIRST  UINT64_C(0x1)
#define STATUS_STEP   UINT64_C(0x4000)
#define CONTROL_FIRST UINT64_C(0x1)
#define WATCH_EXECUTE UINT64_C(0x00000)
#define WATCH_WRITE   UINT64_C(0xd0000) /* of four bytes */
#define WATCH_ACCESS  UINT64_C(0xf0000)

#define INT3 0xcc

#define TRAP_SWTCH_PRI 0x100003b

#define ROUNDS 3

/* What the debuggees below use; shared with them. */
uint32_t debuggee_variable;
uint32_t debuggee_other;
uint32_t debuggee_selector = 0x23; /* that of all user data */

/* Count debuggee_variable, and debuggee_other before it, up to ROUNDS. */
void debuggee_count(void *argument);
extern uint8_t debuggee_add[], debuggee_added[];
__asm__(".text\n"
        "debuggee_count:\n"
        "    incl debuggee_other(%rip)\n"
        "debuggee_add:\n"
        "    incl debuggee_variable(%rip)\n"
        "debuggee_added:\n"
        "    cmpl $3, debuggee_variable(%rip)\n"
        "    jne debuggee_count\n"
        "    ret\n");

/* A trap, two bytes long, and an instruction of one byte. */
void debuggee_trap(void *argument);
__asm__(".text\n"
        "debuggee_trap:\n"
        "    syscall\n"
        "    nop\n"
        "    ud2\n");

/* Read debuggee_selector into the stack's segment register: the processor holds the exception back for
 * one instruction, which enters the kernel. */
void debuggee_gap(void *argument);
__asm__(".text\n"
        "debuggee_gap:\n"
        "    movl $0x100003b, %eax\n"
        "    movw debuggee_selector(%rip), %ss\n"
        "    syscall\n"
        "    movw debuggee_selector(%rip), %ss\n"
        "    int3\n"
        "    ret\n");

/* Have the kernel write debuggee_variable. */
static void debuggee_copyout(void *argument)
{
    (void)argument;
    (void)mach_timebase_info_trap((mach_timebase_info_t)(void *)&debuggee_variable);
}

/* A thread under the debugger. */
struct session {
    struct helper helper;
    struct worker worker;
    mach_port_t port;
    union {
        mach_msg_header_t header;
        __Request__mach_exception_raise_t raise;
        uint8_t room[512];
    } stop; /* the exception that it waits for the answer to */
};

/* Begin to debug FUNCTION, which has not run yet. */
static bool session_begin(struct session *session, void (*function)(void *argument))
{
    *session = (struct session){ .port = port_create_with_send() };
    debuggee_variable = debuggee_other = 0;
    if (!helper_create(&session->helper)) {
        return false;
    }
    EXPECT_OK(task_set_exception_ports(session->helper.task, EXC_MASK_BREAKPOINT, session->port,
                                       LONG_CODES(EXCEPTION_DEFAULT), THREAD_STATE_NONE));
    return EXPECT(worker_create(&session->worker, session->helper.task, function, NULL));
}

static void session_end(struct session *session)
{
    worker_join(&session->worker);
    helper_destroy(&session->helper);
    port_destroy_with_send(session->port);
}

static void run(struct session *session)
{
    EXPECT_OK(thread_resume(session->worker.thread));
}

/* Wait for the next stop, which has to be a breakpoint. */
static bool receive_stop(struct session *session)
{
    return EXPECT_OK(mach_msg(&session->stop.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
                              sizeof(session->stop), session->port, 20000, MACH_PORT_NULL)) &&
           EXPECT_EQ(session->stop.header.msgh_id, RAISE_ID) &&
           EXPECT_EQ(session->stop.raise.thread.name, session->worker.thread) &&
           EXPECT_EQ(session->stop.raise.exception, EXC_BREAKPOINT);
}

/* The same, with CODE. */
static bool wait_stop(struct session *session, int64_t code)
{
    return receive_stop(session) && EXPECT_EQ(session->stop.raise.code[0], code);
}

/* Let the thread go on from its stop. */
static void go_on(struct session *session)
{
    mig_reply_error_t reply = {
        .Head = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
            .msgh_remote_port = session->stop.header.msgh_remote_port,
            .msgh_id = RAISE_ID + REPLY_OFFSET,
        },
        .NDR = NDR_record,
    };
    EXPECT_OK(mach_msg(&reply.Head, MACH_SEND_MSG, sizeof(reply), 0, 0, 0, 0));
    session->stop.header.msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(&session->stop.header);
    memset(&session->stop, 0, sizeof(session->stop));
}

static x86_thread_state64_t registers(const struct session *session)
{
    x86_thread_state64_t state = {};
    mach_msg_type_number_t count = x86_THREAD_STATE64_COUNT;
    EXPECT_OK(thread_get_state(session->worker.thread, x86_THREAD_STATE64, (thread_state_t)&state,
                               &count));
    return state;
}

static void set_registers(const struct session *session, x86_thread_state64_t state)
{
    EXPECT_OK(thread_set_state(session->worker.thread, x86_THREAD_STATE64, (thread_state_t)&state,
                               x86_THREAD_STATE64_COUNT));
}

/* Set the flags SET, clear CLEAR, and let the thread stand at PC (null: where it does). */
static void set_flags(const struct session *session, const void *pc, uint64_t set, uint64_t clear)
{
    x86_thread_state64_t state = registers(session);
    state.__rflags = (state.__rflags & ~clear) | set;
    state.__rip = pc != NULL ? (uint64_t)pc : state.__rip;
    set_registers(session, state);
}

/* Write VALUE into the debuggee's code at ADDRESS. Returns: what was there. */
static uint8_t poke(const struct session *session, const uint8_t *address, uint8_t value)
{
    task_t task = session->helper.task;
    vm_offset_t old;
    mach_msg_type_number_t size;
    EXPECT_OK(mach_vm_read(task, (mach_vm_address_t)address, 1, &old, &size));
    uint8_t before = *(uint8_t *)old;
    EXPECT_OK(vm_deallocate(mach_task_self(), old, size));
    EXPECT_OK(mach_vm_protect(task, (mach_vm_address_t)address, 1, FALSE,
                              VM_PROT_READ | VM_PROT_WRITE | VM_PROT_COPY));
    EXPECT_OK(mach_vm_write(task, (mach_vm_address_t)address, (vm_offset_t)&value, 1));
    EXPECT_OK(mach_vm_protect(task, (mach_vm_address_t)address, 1, FALSE,
                              VM_PROT_READ | VM_PROT_EXECUTE));
    return before;
}

/* At each breakpoint: the instruction as it was, one step over it, the breakpoint again. */
CASE(a_breakpoint_is_stepped_over_and_set_again)
{
    struct session session;
    if (!session_begin(&session, debuggee_count)) {
        return;
    }
    uint8_t original = poke(&session, debuggee_add, INT3);
    run(&session);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        EXPECT(wait_stop(&session, EXC_I386_BPT));
        EXPECT_EQ(registers(&session).__rip, debuggee_add + 1);
        EXPECT_EQ(debuggee_variable, round);
        EXPECT_EQ(poke(&session, debuggee_add, original), INT3);
        set_flags(&session, debuggee_add, FLAG_TRAP, 0);
        go_on(&session);
        EXPECT(wait_stop(&session, EXC_I386_SGL));
        EXPECT_EQ(registers(&session).__rip, debuggee_added);
        EXPECT_EQ(debuggee_variable, round + 1);
        (void)poke(&session, debuggee_add, INT3);
        set_flags(&session, NULL, 0, FLAG_TRAP);
        go_on(&session);
    }
    session_end(&session);
    EXPECT_EQ(debuggee_variable, ROUNDS);
    debuggee_variable = ROUNDS - 1;
    debuggee_count(NULL); /* the test's own code is as it was */
}

static x86_debug_state64_t debug_state(const struct session *session)
{
    x86_debug_state64_t state = {};
    mach_msg_type_number_t count = x86_DEBUG_STATE64_COUNT;
    EXPECT_OK(thread_get_state(session->worker.thread, x86_DEBUG_STATE64, (thread_state_t)&state,
                               &count));
    EXPECT_EQ(count, x86_DEBUG_STATE64_COUNT);
    return state;
}

static kern_return_t set_debug_state(const struct session *session, x86_debug_state64_t state)
{
    return thread_set_state(session->worker.thread, x86_DEBUG_STATE64, (thread_state_t)&state,
                            x86_DEBUG_STATE64_COUNT);
}

/* Let breakpoint 0 watch ADDRESS in the way WATCH. */
static void watch(const struct session *session, const void *address, uint64_t how)
{
    x86_debug_state64_t state = { .__dr0 = (uint64_t)address, .__dr7 = CONTROL_FIRST | how };
    EXPECT_OK(set_debug_state(session, state));
    EXPECT_EQ(debug_state(session).__dr0, address);
    EXPECT_EQ(debug_state(session).__dr7 & (CONTROL_FIRST | how), CONTROL_FIRST | how);
}

static void watch_nothing(const struct session *session)
{
    EXPECT_OK(set_debug_state(session, (x86_debug_state64_t){}));
    EXPECT_EQ(debug_state(session).__dr7, 0);
}

CASE(a_thread_steps_through_a_trap)
{
    struct session session;
    if (!session_begin(&session, debuggee_trap)) {
        return;
    }
    x86_thread_state64_t state = registers(&session);
    state.__rax = TRAP_SWTCH_PRI;
    state.__rip = (uint64_t)debuggee_trap;
    state.__rflags |= FLAG_TRAP;
    set_registers(&session, state);
    run(&session);
    /* To the instruction behind the trap or, on some machines, over that too. */
    for (uint64_t bytes = 0; bytes < 3;) {
        if (!EXPECT(wait_stop(&session, EXC_I386_SGL))) {
            break;
        }
        EXPECT((debug_state(&session).__dr6 & STATUS_STEP) != 0);
        bytes = registers(&session).__rip - (uint64_t)debuggee_trap;
        EXPECT(bytes == 2 || bytes == 3);
        set_flags(&session, bytes < 3 ? NULL : (void *)bare_thread_exit, 0,
                  bytes < 3 ? 0 : FLAG_TRAP);
        go_on(&session);
    }
    session_end(&session);
}

CASE(a_variable_is_watched)
{
    struct session session;
    if (!session_begin(&session, debuggee_count)) {
        return;
    }
    watch(&session, &debuggee_variable, WATCH_WRITE);
    run(&session);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        EXPECT(wait_stop(&session, EXC_I386_SGL));
        EXPECT_EQ(debug_state(&session).__dr6 & 0xf, STATUS_FIRST);
        EXPECT_EQ(registers(&session).__rip, debuggee_added);
        EXPECT_EQ(debuggee_variable, round);
        go_on(&session);
    }
    session_end(&session);
}

CASE(an_instruction_is_watched)
{
    struct session session;
    if (!session_begin(&session, debuggee_count)) {
        return;
    }
    watch(&session, debuggee_add, WATCH_EXECUTE);
    run(&session);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        EXPECT(wait_stop(&session, EXC_I386_SGL));
        EXPECT_EQ(registers(&session).__rip, debuggee_add);
        EXPECT_EQ(debuggee_variable, round);
        if (round + 1 < ROUNDS) {
            set_flags(&session, NULL, FLAG_RESUME, 0); /* this one instruction is let through */
        } else {
            watch_nothing(&session);
        }
        go_on(&session);
    }
    session_end(&session);
    EXPECT_EQ(debuggee_variable, ROUNDS);
}

/* Two threads that take turns have each its own breakpoints; so has the debugger, which has none. */
CASE(breakpoints_are_the_threads_own)
{
    struct session one, other;
    if (!session_begin(&one, debuggee_count) || !session_begin(&other, debuggee_count)) {
        return;
    }
    watch(&one, &debuggee_variable, WATCH_WRITE);
    watch(&other, &debuggee_other, WATCH_WRITE);
    run(&one);
    EXPECT(wait_stop(&one, EXC_I386_SGL));
    EXPECT_EQ(registers(&one).__rip, debuggee_added);
    run(&other);
    EXPECT(wait_stop(&other, EXC_I386_SGL));
    EXPECT_EQ(registers(&other).__rip, debuggee_add);
    debuggee_variable = ROUNDS - 1;
    go_on(&other);
    worker_join(&other.worker);
    debuggee_variable = ROUNDS - 1;
    go_on(&one);
    EXPECT(wait_stop(&one, EXC_I386_SGL));
    EXPECT_EQ(registers(&one).__rip, debuggee_added);
    go_on(&one);
    session_end(&one);
    helper_destroy(&other.helper);
    port_destroy_with_send(other.port);
}

/* What the kernel does to a watched variable for the thread, or right after the thread has, is its
 * own affair; then the thread is stopped as usual. */
CASE(the_kernel_is_not_stopped_by_a_breakpoint)
{
    struct session session;
    if (session_begin(&session, debuggee_copyout)) {
        watch(&session, &debuggee_variable, WATCH_ACCESS);
        run(&session);
        session_end(&session);
        EXPECT_EQ(debuggee_variable, 1);
    }
    if (session_begin(&session, debuggee_gap)) {
        watch(&session, &debuggee_selector, WATCH_ACCESS);
        run(&session);
        int64_t code = EXC_I386_SGL;
        while (code == EXC_I386_SGL && receive_stop(&session)) {
            code = session.stop.raise.code[0];
            go_on(&session);
        }
        EXPECT_EQ(code, EXC_I386_BPT);
        session_end(&session);
    }
}

CASE(dangerous_breakpoints_are_refused)
{
    static const x86_debug_state64_t wrong[] = {
        { .__dr0 = 0xffffffff80000000 },       /* the kernel's */
        { .__dr3 = 0x800000000000 },           /* nobody's */
        { .__dr0 = 0x1000, .__dr7 = 0x20001 }, /* a port */
        { .__dr0 = 0x1000, .__dr7 = 0xc0001 }, /* a long instruction */
        { .__dr7 = 0x2 },
        { .__dr7 = 0x8 },
        { .__dr7 = 0x80 }, /* of all tasks */
        { .__dr7 = 0x800 },
        { .__dr7 = 0x2000 },
        { .__dr7 = 0x8000 },
        { .__dr7 = UINT64_C(1) << 32 },
    };
    struct session session;
    if (!session_begin(&session, debuggee_count)) {
        return;
    }
    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        EXPECT_EQ(set_debug_state(&session, wrong[i]), KERN_INVALID_ARGUMENT);
    }
    EXPECT_EQ(debug_state(&session).__dr7, 0);
    EXPECT_EQ(debug_state(&session).__dr0, 0);
    run(&session);
    session_end(&session);
}
