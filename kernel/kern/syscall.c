/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of Mach traps, made from <mach/syscall.def>, and those traps that only call what they are
 * named for.
 */
#include <arch/syscall.h>

#include <mach/message.h>

#include <arch/context.h>
#include <arch/user_copy.h>
#include <sched/thread.h>
#include <ipc/mach_msg.h>
#include <ipc/mach_port.h>
#include <kern/host.h>
#include <kern/kernel_port.h>
#include <kern/message_trace.h>
#include <kern/mk_timer.h>
#include <kern/port_traps.h>
#include <kern/semaphore.h>
#include <kern/switch_traps.h>
#include <kern/task.h>
#include <kern/thread_control.h>
#include <kern/trap_handler.h>
#include <kern/vm_traps.h>
#include <kern/voucher_user.h>

#define TRAP(name) static TRAP_HANDLER(name)

TRAP(mach_reply_port)
{
    return mach_reply_port_trap();
}

TRAP(task_self_trap)
{
    return send_right_copyout(current_thread()->space, task_make_send(current_task()));
}

TRAP(thread_self_trap)
{
    return send_right_copyout(current_thread()->space, thread_make_send(current_thread()));
}

TRAP(host_self_trap)
{
    return send_right_copyout(current_thread()->space, task_host_port(current_task()));
}

TRAP(mk_timer_create_trap)
{
    return mk_timer_create();
}

TRAP(mk_timer_destroy_trap)
{
    return trap_result(mk_timer_destroy((mach_port_name_t)a1));
}

TRAP(mk_timer_arm_trap)
{
    return trap_result(mk_timer_arm((mach_port_name_t)a1, a2, 0));
}

/* name, flags, deadline, leeway */
TRAP(mk_timer_arm_leeway_trap)
{
    return trap_result(mk_timer_arm((mach_port_name_t)a1, a3, a4));
}

TRAP(mk_timer_cancel_trap)
{
    uint64_t deadline;
    kern_return_t result = mk_timer_cancel((mach_port_name_t)a1, &deadline);
    if (result == KERN_SUCCESS && a2 != 0 &&
        copyout(a2, &deadline, sizeof(deadline)) != KERN_SUCCESS) {
        return KERN_FAILURE;
    }
    return trap_result(result);
}

/* Absolute time is in nanoseconds. */
TRAP(mach_timebase_info_trap)
{
    static const uint32_t timebase[2] = { 1, 1 };
    return trap_result(copyout(a1, timebase, sizeof(timebase)));
}

TRAP(thread_set_tls_base_trap)
{
    return trap_result(context_set_tls_base(&current_thread()->context, a1));
}

#ifdef MACH_R_DEBUG
/* The traps as debug builds enter them: they come with interrupts off, and their messages can be shown. */
#define MACH_TRAP(number, name, arguments)              \
    static TRAP_HANDLER(entered_##name)                 \
    {                                                   \
        interrupts_note_off(nullptr);                   \
        message_trace_enter(number, a1, a2, a3);        \
        uint64_t result = name(a1, a2, a3, a4, a5, a6); \
        message_trace_leave(number, a1, a2, result);    \
        interrupts_note_on(nullptr);                    \
        return result;                                  \
    }
#include <mach/syscall.def>
#undef MACH_TRAP
#define ENTERED(name) entered_##name
#else
#define ENTERED(name) name
#endif

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winitializer-overrides" /* the traps fill their places */
const syscall_handler_t syscall_table[SYSCALL_TABLE_SIZE] = {
    [0 ... SYSCALL_TABLE_SIZE - 1] = syscall_missing,
#define MACH_TRAP(number, name, arguments) [number] = ENTERED(name),
#include <mach/syscall.def>
};
#pragma clang diagnostic pop
