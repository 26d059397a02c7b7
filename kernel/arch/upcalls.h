/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What arch/ calls in layers above it.  arch/ declares, a higher layer defines (its folder is named
 * at each).
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/vm_prot.h>

#include <arch/percpu.h>
#include <arch/pmap.h>
#include <arch/trap_frame.h>

/* mem: a zeroed page for a page table.  Returns: false if there is none.  And its way back. */
[[nodiscard]] bool upcall_page_table_allocate(phys_addr_t *page);
void upcall_page_table_free(phys_addr_t page);

/*
 * kern: a page fault at ADDRESS in the user half, by user code or by copyin/copyout on the current
 * thread's behalf; ACCESS says what was tried (VM_PROT_READ, WRITE, EXECUTE).  Entered with
 * interrupts off; may enable them and sleep; returns with them off.  Returns: KERN_SUCCESS, try
 * again; else the kernel's code for the exception.
 */
kern_return_t upcall_user_page_fault(virt_addr_t address, vm_prot_t access);

/*
 * kern: user code raised a processor exception (FRAME->vector) that no fault handling resolved.
 * CODE is that of upcall_user_page_fault() for vector 14.  Returns to user code after the exception
 * was handled, or not at all.
 */
void upcall_user_exception(struct trap_frame *frame, kern_return_t code);

/*
 * kern: user code executed SYSCALL with a number that is no Mach trap.  FRAME holds all registers,
 * and what it holds afterwards is what the user gets.
 */
void upcall_unknown_trap(struct trap_frame *frame);

/*
 * sched: a processor other than the first comes up, with interrupts off.  First it prepares its own
 * data, before anybody counts it; then it works.
 */
void upcall_cpu_init(void);
[[noreturn]] void upcall_cpu_main(void);

/* sched: this processor's alarm rang.  Context: interrupts off, in an interrupt. */
void upcall_timer(void);

/* sched: an interrupt found this processor in user code or not.  Context: interrupts off, in that
 * interrupt. */
void upcall_sample(bool in_user);

/* kern: device interrupt IRQ came; it is masked now.  Context: interrupts off, in an interrupt. */
void upcall_interrupt(uint32_t irq);

/*
 * sched: about to return from a trap or interrupt to code that had interrupts enabled and this
 * processor's `ast_pending` is set: switch threads if a better one waits; when TO_USER, also act on
 * the thread's own requests (terminate, suspend, abort).  Context: interrupts off before and after.
 */
void upcall_ast(bool to_user);

/* sched: what arch/ reads.  Not 0 when upcall_ast() is to be called; the running thread. */
struct thread;
PERCPU_DECLARE(uint32_t, ast_pending);
PERCPU_DECLARE(struct thread *, current_thread_pointer);

/*
 * kern: the kernel is up on the boot processor's first stack; BOOT is what arch/ learnt
 * (arch/boot_info.h).
 */
[[noreturn]] void kernel_main(void);
