/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All of the kernel is compiled with frame pointers: at rbp stand the caller's rbp and the return
 * address.  A chain that a fault has damaged must not cause another one, so each address is looked
 * up in the page tables first.
 */
#include <stack_trace.h>

#include <stdatomic.h>

#include <lib/ksyms.h>
#include <lib/log.h>
#include <lib/panic.h>
#include <arch/boot_info.h>
#include <arch/cpu.h>
#include <arch/pmap.h>
#include <smp.h>

#define FRAMES_MAX        32
#define EXIT_STATUS_PANIC 63

struct stack_frame {
    uint64_t caller_rbp;
    uint64_t return_address;
};

static void log_place(uint64_t address)
{
    uint64_t offset;
    uint32_t line;
    const char *name = ksyms_lookup(address, &offset);
    const char *file = ksyms_place(address, &line);
    if (name == nullptr) {
        log_error("  %016lx", address);
    } else if (file == nullptr) {
        log_error("  %016lx %s+0x%lx", address, name, offset);
    } else {
        log_error("  %016lx %s+0x%lx (%s:%u)", address, name, offset, file, line);
    }
}

/* True if the two words at RBP can be read. */
static bool frame_is_readable(uint64_t rbp)
{
    phys_addr_t physical;
    return rbp % sizeof(uint64_t) == 0 && rbp >= DIRECT_MAP_BASE &&
           pmap_extract(kernel_pmap, rbp, &physical) &&
           pmap_extract(kernel_pmap, rbp + sizeof(uint64_t), &physical);
}

void stack_trace(uint64_t rip, uint64_t rbp)
{
    log_error("stack:");
    log_place(rip);
    for (int count = 0; count < FRAMES_MAX && frame_is_readable(rbp); count++) {
        const struct stack_frame *frame = (const struct stack_frame *)rbp;
        if (frame->return_address == 0) {
            break;
        }
        log_place(frame->return_address - 1);
        if (frame->caller_rbp <= rbp) {
            break;
        }
        rbp = frame->caller_rbp;
    }
}

static _Atomic bool is_stopping;

bool machine_is_stopping(void)
{
    return is_stopping;
}

void machine_stop_others(void)
{
    cli();
    if (atomic_exchange(&is_stopping, true)) {
        cpu_halt();
    }
    smp_stop_others();
}

void machine_stop(void)
{
    if (boot_option_is_set("debug_exit")) {
        machine_debug_exit(EXIT_STATUS_PANIC);
    }
    cpu_halt();
}

static void panic_trace_and_stop(void)
{
    machine_stop_others();
    stack_trace((uint64_t)(uintptr_t)__builtin_return_address(0),
                (uint64_t)(uintptr_t)__builtin_frame_address(0));
    machine_stop();
}

void stack_trace_init(void)
{
    panic_stop = panic_trace_and_stop;
}
