/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vouchers as programs meet them outside of messages: the traps, and the vouchers that threads and tasks have.
 */
#pragma once

#include <kern/trap_handler.h>

struct task;
struct thread;

/* Traps 70 and 72: <mach/mach_traps.h> tells what they do. */
TRAP_HANDLER(host_create_mach_voucher_trap);
TRAP_HANDLER(mach_voucher_extract_attr_recipe_trap);

/* Drop the voucher of SELF, the running thread, which ends.  Context: no locks; may sleep. */
void thread_drop_voucher(struct thread *self);

/* Drop the voucher of TASK, which has ended.  Context: no locks; may sleep. */
void task_drop_voucher(struct task *task);
