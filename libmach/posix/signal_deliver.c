/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sender's side of <mach_r/signal_frame.h>. The frame lies on a page of its own, whose rest is the
 * stack of the entry's first steps: the thread's own stack may be what it has run out of, and which
 * other one it wants is known only inside.
 */
#include <mach_r/signal_frame.h>

#include <mach/mach_init.h>
#include <mach/mach_traps.h>
#include <mach/mach_vm.h>
#include <mach/thread_act.h>
#include <mach/thread_switch.h>

#define RFLAGS_TRAP      UINT64_C(0x100)
#define RFLAGS_DIRECTION UINT64_C(0x400)

/* How often to look whether a thread has left a call that cannot be broken off. */
#define TRIES 1000

static kern_return_t registers_get(thread_act_t thread, struct signal_frame *frame)
{
    mach_msg_type_number_t count = x86_THREAD_STATE64_COUNT;
    kern_return_t result =
        thread_get_state(thread, x86_THREAD_STATE64, (thread_state_t)&frame->registers, &count);
    count = x86_EXCEPTION_STATE64_COUNT;
    if (result == KERN_SUCCESS) {
        result =
            thread_get_state(thread, x86_EXCEPTION_STATE64, (thread_state_t)&frame->fault, &count);
    }
    return result;
}

kern_return_t signal_deliver(task_t task, thread_act_t thread, uint64_t entry,
                             struct signal_frame *frame)
{
    mach_vm_address_t page = 0;
    kern_return_t result = registers_get(thread, frame);
    if (result == KERN_SUCCESS) {
        result = mach_vm_allocate(task, &page, vm_page_size, VM_FLAGS_ANYWHERE);
    }
    if (result != KERN_SUCCESS) {
        return result;
    }
    x86_thread_state64_t state = frame->registers;
    state.__rip = entry;
    state.__rdi = page;
    state.__rsp = page + vm_page_size - sizeof(uint64_t); /* as after a call */
    state.__rflags &= ~(RFLAGS_TRAP | RFLAGS_DIRECTION);
    result = mach_vm_write(task, page, (vm_offset_t)frame, sizeof(*frame));
    if (result == KERN_SUCCESS) {
        result = thread_set_state(thread, x86_THREAD_STATE64, (thread_state_t)&state,
                                  x86_THREAD_STATE64_COUNT);
    }
    if (result != KERN_SUCCESS) {
        (void)mach_vm_deallocate(task, page, vm_page_size);
    }
    return result;
}

kern_return_t signal_try(task_t task, thread_act_t thread, uint64_t entry,
                         struct signal_frame *frame)
{
    kern_return_t result = thread_suspend(thread);
    if (result != KERN_SUCCESS) {
        return result;
    }
    bool is_safe = thread_abort_safely(thread) == KERN_SUCCESS;
    result = is_safe ? signal_deliver(task, thread, entry, frame) : KERN_ABORTED;
    (void)thread_resume(thread);
    return result;
}

kern_return_t signal_interrupt(task_t task, thread_act_t thread, uint64_t entry,
                               struct signal_frame *frame)
{
    for (int i = 0; i < TRIES; i++) {
        kern_return_t result = signal_try(task, thread, entry, frame);
        if (result != KERN_ABORTED) {
            return result;
        }
        (void)thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, 1);
    }
    return KERN_FAILURE;
}
