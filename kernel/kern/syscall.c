/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of Mach traps, made from <mach/syscall.def>, and the traps that are not of ipc/.  Those
 * that also exist as messages share the body with them; they work on the caller's own task only and
 * answer MACH_SEND_INVALID_DEST for any other, whereupon the library sends the message.
 */
#include <arch/syscall.h>

#include <mach/message.h>
#include <mach/vm_statistics.h>

#include <arch/context.h>
#include <arch/user_copy.h>
#include <sched/thread.h>
#include <ipc/ipc_right.h>
#include <ipc/mach_msg.h>
#include <ipc/mach_port.h>
#include <vm/vm_map.h>
#include <vm/vm_user.h>
#include <kern/call_failures.h>
#include <kern/host.h>
#include <kern/kernel_port.h>
#include <kern/memory_entry.h>
#include <kern/message_trace.h>
#include <kern/mk_timer.h>
#include <kern/semaphore.h>
#include <kern/switch_traps.h>
#include <kern/task.h>
#include <kern/thread_control.h>
#include <kern/trap_handler.h>

#define TRAP(name) static TRAP_HANDLER(name)

/* RESULT becomes what CALL says, the routine that the message ID asks for too; for tests it is called
 * more than once (kern/call_failures.h). */
#define CALL_ROUTINE(id, result, call)                  \
    do {                                                \
        call_failures_begin();                          \
        do {                                            \
            (result) = (call);                          \
        } while (call_failures_repeat((id), (result))); \
    } while (false)

/* True if NAME denotes the port of the caller's own task. */
static NOINLINE bool name_is_own_task_slowly(mach_port_name_t name)
{
    const struct thread *self = current_thread();
    struct ipc_space *space = self->space;
    spin_lock(&space->lock);
    struct ipc_entry *entry = space->is_active ? ipc_entry_lookup(space, name) : nullptr;
    bool is_own = entry != nullptr && entry->object == &self->task->self->object;
    if (is_own && !ipc_entry_is_chosen(space, entry)) {
        space->self = entry;
    }
    spin_unlock(&space->lock);
    return is_own;
}

/* The same, looking first at the entry that it was last time.  That needs no lock: table entries
 * stay where they are as long as the space, and an entry that changes meanwhile counts as one that
 * changed a moment later. */
static inline bool name_is_own_task(mach_port_name_t name)
{
    const struct thread *self = current_thread();
    const struct ipc_entry *entry = self->space->self;
    if (LIKELY(entry != nullptr && entry->name == name &&
               entry->object == &self->task->self->object)) {
        return true;
    }
    return name_is_own_task_slowly(name);
}

/* The caller's space or map if NAME denotes his task, else null. */
static inline struct ipc_space *own_space(uint64_t name)
{
    return name_is_own_task((mach_port_name_t)name) ? current_thread()->space : nullptr;
}

static inline struct vm_map *own_map(uint64_t name)
{
    return name_is_own_task((mach_port_name_t)name) ? current_thread()->map : nullptr;
}

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

TRAP(_kernelrpc_mach_vm_allocate_trap)
{
    struct vm_map *map = own_map(a1);
    mach_vm_address_t address;
    if (map == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    if (copyin(&address, a2, sizeof(address)) != KERN_SUCCESS) {
        return KERN_INVALID_ADDRESS;
    }
    interrupts_enable();
    kern_return_t result;
    CALL_ROUTINE(4800, result, mach_vm_allocate(map, &address, a3, (int)a4));
    interrupts_disable();
    return trap_result(result == KERN_SUCCESS ? copyout(a2, &address, sizeof(address)) : result);
}

TRAP(_kernelrpc_mach_vm_deallocate_trap)
{
    struct vm_map *map = own_map(a1);
    if (map == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    interrupts_enable();
    kern_return_t result;
    CALL_ROUTINE(4801, result, mach_vm_deallocate(map, a2, a3));
    interrupts_disable();
    return trap_result(result);
}

TRAP(_kernelrpc_mach_vm_protect_trap)
{
    struct vm_map *map = own_map(a1);
    if (map == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    interrupts_enable();
    kern_return_t result;
    CALL_ROUTINE(4802, result, mach_vm_protect(map, a2, a3, (boolean_t)a4, (vm_prot_t)a5));
    interrupts_disable();
    return trap_result(result);
}

/* mach_vm_map of fresh memory: target, address, size, mask, flags, protection. */
TRAP(_kernelrpc_mach_vm_map_trap)
{
    struct vm_map *map = own_map(a1);
    struct vm_map_request request = {
        .size = a3,
        .mask = a4,
        .flags = (int)a5,
        .protection = (vm_prot_t)a6,
        .max_protection = VM_PROT_ALL,
        .inheritance = VM_INHERIT_DEFAULT,
    };
    if (map == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    if (copyin(&request.address, a2, sizeof(request.address)) != KERN_SUCCESS) {
        return KERN_INVALID_ADDRESS;
    }
    interrupts_enable();
    kern_return_t result;
    CALL_ROUTINE(4811, result, vm_map_enter(map, &request));
    interrupts_disable();
    return trap_result(
        result == KERN_SUCCESS ? copyout(a2, &request.address, sizeof(request.address)) : result);
}

TRAP(_kernelrpc_mach_port_allocate_trap)
{
    struct ipc_space *space = own_space(a1);
    mach_port_name_t name;
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3204, result, mach_port_allocate(space, (mach_port_right_t)a2, &name));
    return trap_result(result == KERN_SUCCESS ? copyout(a3, &name, sizeof(name)) : result);
}

TRAP(_kernelrpc_mach_port_deallocate_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result = KERN_SUCCESS;
    /* Programs give back names without looking whether there is one. */
    if (MACH_PORT_VALID((mach_port_name_t)a2)) {
        CALL_ROUTINE(3206, result, mach_port_deallocate(space, (mach_port_name_t)a2));
    }
    return trap_result(result);
}

TRAP(_kernelrpc_mach_port_mod_refs_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3208, result,
                 mach_port_mod_refs(space, (mach_port_name_t)a2, (mach_port_right_t)a3,
                                    (mach_port_delta_t)a4));
    return trap_result(result);
}

TRAP(_kernelrpc_mach_port_move_member_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3212, result,
                 mach_port_move_member(space, (mach_port_name_t)a2, (mach_port_name_t)a3));
    return trap_result(result);
}

TRAP(_kernelrpc_mach_port_insert_member_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3226, result,
                 mach_port_insert_member(space, (mach_port_name_t)a2, (mach_port_name_t)a3));
    return trap_result(result);
}

TRAP(_kernelrpc_mach_port_extract_member_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3227, result,
                 mach_port_extract_member(space, (mach_port_name_t)a2, (mach_port_name_t)a3));
    return trap_result(result);
}

TRAP(_kernelrpc_mach_port_type_trap)
{
    struct ipc_space *space = own_space(a1);
    mach_port_type_t type;
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3201, result, mach_port_type(space, (mach_port_name_t)a2, &type));
    return trap_result(result == KERN_SUCCESS ? copyout(a3, &type, sizeof(type)) : result);
}

/* Take the right that a trap's caller names, as a message would carry it; *RECEIVED is the kind of
 * right it becomes. */
static kern_return_t right_copyin(mach_port_name_t name, mach_msg_type_name_t type,
                                  struct ipc_port **port, mach_msg_type_name_t *received)
{
    kern_return_t result = ipc_space_copyin(current_thread()->space, name, type, port);
    if (result == KERN_SUCCESS) {
        *received = ipc_right_result_type(type);
    }
    return result;
}

TRAP(_kernelrpc_mach_port_insert_right_trap)
{
    struct ipc_space *space = own_space(a1);
    struct ipc_port *port;
    mach_msg_type_name_t type;
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    if (!MACH_PORT_VALID((mach_port_name_t)a3)) {
        return KERN_INVALID_NAME;
    }
    kern_return_t result =
        right_copyin((mach_port_name_t)a3, (mach_msg_type_name_t)a4, &port, &type);
    if (result != KERN_SUCCESS) {
        return trap_result(result);
    }
    CALL_ROUTINE(3214, result, mach_port_insert_right(space, (mach_port_name_t)a2, port, type));
    if (result != KERN_SUCCESS) {
        ipc_port_release_right(port, type);
    }
    return trap_result(result);
}

/* Where the seventh argument of a trap lies: above the return address of the library's function. */
static uint64_t seventh_argument(void)
{
    return context_user_frame(&current_thread()->context)->rsp + sizeof(uint64_t);
}

/* task, name, id, sync, notify, disposition of notify, and (on the stack) where the previous
 * right's name goes. */
TRAP(_kernelrpc_mach_port_request_notification_trap)
{
    struct ipc_space *space = own_space(a1);
    struct ipc_port *notify;
    struct ipc_port *previous;
    mach_msg_type_name_t type;
    uint64_t previous_address;
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    if (copyin(&previous_address, seventh_argument(), sizeof(previous_address)) != KERN_SUCCESS) {
        return KERN_INVALID_ADDRESS;
    }
    kern_return_t result =
        right_copyin((mach_port_name_t)a5, (mach_msg_type_name_t)a6, &notify, &type);
    if (result != KERN_SUCCESS) {
        return trap_result(result);
    }
    if (type != MACH_MSG_TYPE_PORT_SEND_ONCE) {
        result = KERN_INVALID_VALUE;
    } else {
        CALL_ROUTINE(3213, result,
                     mach_port_request_notification(space, (mach_port_name_t)a2, (mach_msg_id_t)a3,
                                                    (mach_port_mscount_t)a4, notify, &previous));
    }
    if (result != KERN_SUCCESS) {
        ipc_port_release_right(notify, type);
        return trap_result(result);
    }
    mach_port_name_t name = ipc_space_copyout(space, previous, MACH_MSG_TYPE_PORT_SEND_ONCE);
    return trap_result(copyout(previous_address, &name, sizeof(name)));
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
