/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may be loaded is checked when it is set.
 */
#include <debug_registers.h>

#include <arch/cpu.h>
#include <arch/user_copy.h>
#include <current.h>

/* DR6 with no cause noted, as after reset. */
#define STATUS_NONE UINT64_C(0xffff0ff0)

/* DR7: breakpoint i is on; "exact", which means nothing any more; always one; kind and length of each
 * breakpoint.  All other bits are the kernel's: breakpoints that outlast a task switch of the
 * hardware, protection of the debug registers. */
#define CONTROL_LOCAL(i) (UINT64_C(1) << (2 * (i)))
#define CONTROL_LOCALS   UINT64_C(0x55)
#define CONTROL_EXACT    UINT64_C(0x100)
#define CONTROL_ONE      UINT64_C(0x400)
#define CONTROL_KINDS    UINT64_C(0xffff0000)
#define CONTROL_USER     (CONTROL_LOCALS | CONTROL_EXACT | CONTROL_ONE | CONTROL_KINDS)

/* The four bits of a breakpoint in CONTROL_KINDS: kind, and length of what is watched. */
#define KIND_OF(control, i)   ((control) >> (16 + 4 * (i)) & 3)
#define LENGTH_OF(control, i) ((control) >> (18 + 4 * (i)) & 3)
#define KIND_EXECUTE          0
#define KIND_PORT             2
#define LENGTH_BYTE           0

PERCPU_DEFINE(uint64_t, debug_control_loaded);

RARE_CALL void debug_load(const struct thread_context *context)
{
    uint64_t control = context->debug.control;
    write_dr7(CONTROL_ONE); /* none is on while the addresses change */
    if (control != 0) {
        write_dr0(context->debug.address[0]);
        write_dr1(context->debug.address[1]);
        write_dr2(context->debug.address[2]);
        write_dr3(context->debug.address[3]);
        write_dr7(control);
    }
    percpu_write(debug_control_loaded, control);
}

void debug_take_status(struct thread_context *context)
{
    if (context != nullptr) {
        context->debug.status = read_dr6();
    }
    write_dr6(STATUS_NONE);
}

void debug_state_get(const struct thread_context *context, x86_debug_state64_t *state)
{
    *state = (x86_debug_state64_t){
        .__dr0 = context->debug.address[0],
        .__dr1 = context->debug.address[1],
        .__dr2 = context->debug.address[2],
        .__dr3 = context->debug.address[3],
        .__dr6 = context->debug.status,
        .__dr7 = context->debug.control,
    };
}

/* May CONTROL be loaded?  Ports are not watched, and only first bytes of instructions are. */
static bool control_is_valid(uint64_t control)
{
    bool is_valid = (control & ~CONTROL_USER) == 0;
    for (uint32_t i = 0; i < DEBUG_BREAKPOINTS; i++) {
        if ((control & CONTROL_LOCAL(i)) != 0) {
            uint64_t kind = KIND_OF(control, i);
            is_valid = is_valid && kind != KIND_PORT &&
                       (kind != KIND_EXECUTE || LENGTH_OF(control, i) == LENGTH_BYTE);
        }
    }
    return is_valid;
}

kern_return_t debug_state_set(struct thread_context *context, const x86_debug_state64_t *state)
{
    struct debug_registers debug = {
        .address = { state->__dr0, state->__dr1, state->__dr2, state->__dr3 },
        .status = state->__dr6,
        .control = state->__dr7,
    };
    if (!control_is_valid(debug.control)) {
        return KERN_INVALID_ARGUMENT;
    }
    for (uint32_t i = 0; i < DEBUG_BREAKPOINTS; i++) {
        if (debug.address[i] >= USER_ADDRESS_END) {
            return KERN_INVALID_ARGUMENT;
        }
    }
    if ((debug.control & CONTROL_LOCALS) != 0) {
        debug.control |= CONTROL_ONE;
    }
    interrupt_state_t interrupts = interrupts_save();
    context->debug = debug;
    if (context == current_context()) {
        debug_load(context);
    }
    interrupts_restore(interrupts);
    return KERN_SUCCESS;
}
