/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The receiver's side of <mach_r/signal_frame.h>, called by signal_entry.S: which stack the handler runs on, what
 * it is told, and with which registers the thread goes on. A handler may change them in its context,
 * but not those of the FPU.
 */
#include <cpuid.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/mach_vm.h>
#include <mach/mig.h>

#include "../threads/cancel.h"
#include "../threads/thread_block.h"
#include "errors.h"
#include "process.h"
#include "signal_stack.h"
#include "signals.h"

#define LEGACY_SIZE    512 /* of FXSAVE's area */
#define CPUID_OSXSAVE  (1u << 27)
#define CPUID_XSAVE    0xd
#define FPU_ALIGNMENT  64
#define ALL_COMPONENTS UINT32_MAX

static __thread stack_t other_stack = { .ss_flags = SS_DISABLE };

/* The frame for which a place is being made: a fault meanwhile is one of the stack. */
static __thread struct signal_frame *being_placed;

static bool is_on_other_stack(uint64_t rsp)
{
    uint64_t base = (uint64_t)other_stack.ss_sp;
    return (other_stack.ss_flags & SS_DISABLE) == 0 && rsp > base &&
           rsp <= base + other_stack.ss_size;
}

int sigaltstack(const stack_t *restrict wanted, stack_t *restrict former)
{
    bool is_on = is_on_other_stack((uint64_t)__builtin_frame_address(0));
    stack_t old = other_stack;
    if (wanted != NULL) {
        if (is_on) {
            return fail_errno(EPERM);
        }
        if ((wanted->ss_flags & ~SS_DISABLE) != 0) {
            return fail_errno(EINVAL);
        }
        if ((wanted->ss_flags & SS_DISABLE) == 0 && wanted->ss_size < MINSIGSTKSZ) {
            return fail_errno(ENOMEM);
        }
        other_stack = *wanted;
    }
    if (former != NULL) {
        *former = old;
        former->ss_flags |= is_on ? SS_ONSTACK : 0;
    }
    return 0;
}

uint64_t signal_other_stack(void)
{
    bool is_used = (other_stack.ss_flags & SS_DISABLE) != 0 ||
                   is_on_other_stack((uint64_t)__builtin_frame_address(0));
    return is_used ? 0 : (uint64_t)other_stack.ss_sp + other_stack.ss_size;
}

struct signal_frame *signal_place(struct signal_frame *frame);
const x86_thread_state64_t *signal_run(struct signal_frame *frame, mach_vm_address_t page);
const x86_thread_state64_t *signal_refuse(struct signal_frame *frame);

/* Where the handler's stack begins; null if FRAME is of a fault while one was looked for. */
struct signal_frame *signal_place(struct signal_frame *frame)
{
    if (frame->is_fault && being_placed != NULL) {
        return NULL;
    }
    struct sigaction action = signal_action(frame->signal);
    uint64_t top = frame->registers.__rsp - SIGNAL_RED_ZONE - SIGNAL_RETURN_BYTES;
    if ((action.sa_flags & SA_ONSTACK) != 0 && (other_stack.ss_flags & SS_DISABLE) == 0 &&
        !is_on_other_stack(frame->registers.__rsp)) {
        top = (uint64_t)other_stack.ss_sp + other_stack.ss_size;
    }
    struct signal_frame *place =
        (struct signal_frame *)((top - sizeof(*frame)) & ~(uint64_t)(FPU_ALIGNMENT - 1));
    being_placed = frame;
    *place = *frame;
    return place;
}

/* The signal of FRAME cannot be handled: it is what it would be without a handler. A fault comes again. */
const x86_thread_state64_t *signal_refuse(struct signal_frame *frame)
{
    struct signal_frame *first = being_placed != NULL ? being_placed : frame;
    signal_forget_handlers();
    if (!first->is_fault || first->signal == SIGTRAP) {
        (void)process_kill(getpid(), first->signal);
    }
    return &first->registers;
}

/* Bytes of the FPU's state. */
static uint32_t fpu_size(void)
{
    static uint32_t size;
    uint32_t eax, ebx, ecx, edx;
    if (size == 0) {
        __cpuid(1, eax, ebx, ecx, edx);
        if ((ecx & CPUID_OSXSAVE) != 0) {
            __cpuid_count(CPUID_XSAVE, 0, eax, ebx, ecx, edx);
            size = ebx;
        } else {
            size = LEGACY_SIZE;
        }
    }
    return size;
}

static void fpu_save(void *area, uint32_t size)
{
    if (size > LEGACY_SIZE) {
        __asm__ volatile("xsave64 (%0)"
                         :
                         : "r"(area), "a"(ALL_COMPONENTS), "d"(ALL_COMPONENTS)
                         : "memory");
    } else {
        __asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
    }
}

static void fpu_restore(const void *area, uint32_t size)
{
    if (size > LEGACY_SIZE) {
        __asm__ volatile("xrstor64 (%0)"
                         :
                         : "r"(area), "a"(ALL_COMPONENTS), "d"(ALL_COMPONENTS)
                         : "memory");
    } else {
        __asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
    }
}

/* A fault that its thread has blocked cannot wait, and has no handler then. */
static bool is_refused(const struct signal_frame *frame)
{
    return frame->is_fault && (signal_blocked & signal_bit(frame->signal)) != 0;
}

static void call(const struct signal_frame *frame, mcontext_t registers)
{
    siginfo_t info = {
        .si_signo = frame->signal,
        .si_code = frame->code,
        .si_pid = frame->sender,
        .si_uid = frame->user,
        .si_addr = (void *)frame->address,
    };
    ucontext_t context = {
        .uc_onstack = is_on_other_stack(frame->registers.__rsp),
        .uc_sigmask = signal_blocked,
        .uc_stack = other_stack,
        .uc_mcsize = sizeof(*registers),
        .uc_mcontext = registers,
    };
    int error = errno;
    signal_come(&info, &context);
    errno = error;
}

/* The thread was in the middle of anything: the answers to its own calls are not for the handler's. */
static void call_with_own_ports(const struct signal_frame *frame, mcontext_t registers)
{
    struct thread_block *block = thread_block_self();
    mach_port_t reply_port = block->reply_port;
    mach_port_t park_port = block->park_port;
    block->reply_port = MACH_PORT_NULL;
    block->park_port = MACH_PORT_NULL;
    call(frame, registers);
    thread_ports_release(block);
    block->reply_port = reply_port;
    block->park_port = park_port;
}

/* Called on the handler's stack with the copy of the frame on PAGE. Returns: what to go on with. */
const x86_thread_state64_t *signal_run(struct signal_frame *frame, mach_vm_address_t page)
{
    struct __darwin_mcontext64 registers = { .__es = frame->fault, .__ss = frame->registers };
    uint32_t size = fpu_size();
    void *area = __builtin_alloca_with_align(size, FPU_ALIGNMENT * CHAR_BIT);
    memset(area, 0, size);
    fpu_save(area, size);
    memcpy(&registers.__fs.__fpu_fcw, area, LEGACY_SIZE);
    being_placed = NULL;
    if (is_refused(frame)) {
        return signal_refuse(frame);
    }
    (void)mach_vm_deallocate(mach_task_self_, page, vm_page_size);
    if (frame->signal == CANCEL_SIGNAL) {
        cancel_interrupted();
    } else if (frame->is_fault) {
        call(frame, &registers);
    } else {
        call_with_own_ports(frame, &registers);
    }
    fpu_restore(area, size);
    frame->registers = registers.__ss;
    return &frame->registers;
}

int signal_send(mach_port_t thread, int number)
{
    struct signal_frame frame = {
        .signal = number, .code = SI_USER, .sender = getpid(), .user = getuid()
    };
    kern_return_t result =
        signal_interrupt(mach_task_self_, thread, (uint64_t)signal_entry, &frame);
    return result == KERN_SUCCESS ? 0 : ESRCH;
}
