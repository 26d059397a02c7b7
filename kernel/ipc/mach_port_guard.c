/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The context of a receive right, and guards.  A guard is the context of a port that has the flag:
 * who does not know it cannot destroy the port.  A strict one cannot be read or replaced either; an
 * immovable one keeps the receive right in its task.  A violation is an error of the call, and noted for
 * an exception (ipc_violation.h).
 */
#include <ipc/mach_port.h>

#include <lib/string.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_violation.h>
#include <ipc/mach_port_internal.h>

/* Is PORT's context hidden by a strict guard? */
static bool is_strict(const struct ipc_port *port)
{
    return port->flags & MACH_PORT_STATUS_FLAG_STRICT_GUARD;
}

kern_return_t mach_port_get_context(struct ipc_space *task, mach_port_name_t name,
                                    uint64_t *context)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    *context = is_strict(port) ? 0 : port->context;
    mach_port_unlock_receive(port);
    return KERN_SUCCESS;
}

/* RESULT of guarding NAME: MACH_PORT_NULL and MACH_PORT_DEAD are no names here, not wrong rights. */
static kern_return_t guard_result(mach_port_name_t name, kern_return_t result)
{
    return MACH_PORT_VALID(name)          ? ipc_violation_by_result(name, result)
           : result == KERN_INVALID_RIGHT ? KERN_INVALID_NAME
                                          : result;
}

kern_return_t mach_port_guard_with_flags(struct ipc_space *task, mach_port_name_t name,
                                         uint64_t guard, uint64_t flags)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return guard_result(name, result);
    }
    if (port->context != 0) {
        ipc_violation(name, port->context, kGUARD_EXC_INVALID_ARGUMENT);
        result = KERN_INVALID_ARGUMENT;
    } else {
        port->context = guard;
        port->flags |=
            (uint8_t)(MACH_PORT_STATUS_FLAG_GUARDED |
                      (flags & MPG_STRICT ? MACH_PORT_STATUS_FLAG_STRICT_GUARD : 0) |
                      (flags & MPG_IMMOVABLE_RECEIVE ? MACH_PORT_STATUS_FLAG_GUARD_IMMOVABLE_RECEIVE
                                                     : 0));
    }
    mach_port_unlock_receive(port);
    return result;
}

kern_return_t mach_port_guard(struct ipc_space *task, mach_port_name_t name, uint64_t guard,
                              boolean_t strict)
{
    return mach_port_guard_with_flags(task, name, guard, strict ? MPG_STRICT : 0);
}

/*
 * What changes a context asks one of these first: may PORT's be changed by who says that it is GUARD?
 * Each answers 0, or what is wrong as a violation.
 */

static uint32_t check_guard(const struct ipc_port *port, uint64_t guard)
{
    if (!ipc_port_is_guarded(port)) {
        return kGUARD_EXC_UNGUARDED;
    }
    return port->context == guard ? 0 : kGUARD_EXC_INCORRECT_GUARD;
}

/* The same, with a guard that may be replaced. */
static uint32_t check_loose_guard(const struct ipc_port *port, uint64_t guard)
{
    return is_strict(port) ? kGUARD_EXC_SET_CONTEXT : check_guard(port, guard);
}

/* The same, with one that may not. */
static uint32_t check_strict_guard(const struct ipc_port *port, uint64_t guard)
{
    uint32_t violation = check_guard(port, guard);
    return violation == 0 && !is_strict(port) ? kGUARD_EXC_INCORRECT_GUARD : violation;
}

/* Whatever it is, if it is no strict guard. */
static uint32_t check_not_strict(const struct ipc_port *port, [[maybe_unused]] uint64_t guard)
{
    return is_strict(port) ? kGUARD_EXC_SET_CONTEXT : 0;
}

/* Give PORT, the receive right NAME, another context and take FLAGS from it, if CHECK allows it who knows
 * GUARD.  Returns: KERN_INVALID_ARGUMENT, it does not; as mach_port_lock_receive(). */
static kern_return_t replace_context(struct ipc_space *task, mach_port_name_t name,
                                     uint32_t (*check)(const struct ipc_port *port, uint64_t guard),
                                     uint64_t guard, uint64_t context, uint8_t flags)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    uint32_t violation = check(port, guard);
    if (violation == 0) {
        port->context = context;
        port->flags &= (uint8_t)~flags;
    } else {
        ipc_violation(name, violation == kGUARD_EXC_UNGUARDED ? 0 : port->context, violation);
        result = KERN_INVALID_ARGUMENT;
    }
    mach_port_unlock_receive(port);
    return result;
}

kern_return_t mach_port_set_context(struct ipc_space *task, mach_port_name_t name, uint64_t context)
{
    return replace_context(task, name, check_not_strict, 0, context, 0);
}

kern_return_t mach_port_unguard(struct ipc_space *task, mach_port_name_t name, uint64_t guard)
{
    /* What keeps the right in its task stays. */
    return guard_result(
        name, replace_context(task, name, check_guard, guard, 0,
                              MACH_PORT_STATUS_FLAG_GUARDED | MACH_PORT_STATUS_FLAG_STRICT_GUARD));
}

kern_return_t mach_port_swap_guard(struct ipc_space *task, mach_port_name_t name,
                                   uint64_t old_guard, uint64_t new_guard)
{
    return guard_result(name,
                        replace_context(task, name, check_loose_guard, old_guard, new_guard, 0));
}

kern_return_t mach_port_assert_attributes(struct ipc_space *task, mach_port_name_t name,
                                          mach_port_flavor_t flavor, mach_port_info_t info,
                                          mach_msg_type_number_t info_count)
{
    mach_port_guard_info_t expected;
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (flavor != MACH_PORT_GUARD_INFO) {
        return KERN_INVALID_ARGUMENT;
    }
    if (info_count < MACH_PORT_GUARD_INFO_COUNT) {
        return KERN_FAILURE;
    }
    memcpy(&expected, info, sizeof(expected));
    return replace_context(task, name, check_strict_guard, expected.mpgi_guard, expected.mpgi_guard,
                           0);
}

kern_return_t mach_port_destruct(struct ipc_space *task, mach_port_name_t name,
                                 mach_port_delta_t srdelta, uint64_t guard)
{
    struct ipc_entry *entry;
    kern_return_t result = mach_port_lock_entry(task, name, &entry);
    if (result != LOCKED) {
        return guard_result(name, result);
    }
    struct ipc_right_remains remains = {};
    result = ipc_right_destruct(task, entry, srdelta, guard, &remains);
    spin_unlock(&task->lock);
    ipc_right_drop(&remains);
    return guard_result(name, result);
}
