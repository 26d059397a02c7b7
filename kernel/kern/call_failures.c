/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A routine that fails for another reason than memory ends the repetition too, as soon as it was called
 * once without a failure: what a caller gets is what he would have got.  One that succeeds with all its
 * allocations has to have said KERN_RESOURCE_SHORTAGE or KERN_NO_SPACE without one of them.
 */
#include <kern/call_failures.h>

#include <mach/mig_errors.h>

#include <lib/panic.h>
#include <arch/boot_info.h>
#include <mem/alloc_failure.h>
#include <sched/thread.h>
#include <kern/call_results.h>

/* More allocations than any routine makes: one that is called so often does not get on. */
#define REPEATED_MAX 100000

static bool is_on;

/* The running thread's countdown, while it is in a routine. */
static _Atomic int64_t *own_countdown(void)
{
    struct thread *self = current_thread();
    return self != nullptr && self->failures.is_on ? &self->failures.left : nullptr;
}

void call_failures_init(void)
{
    is_on = boot_option_is_set("fail_allocations");
    if (is_on) {
        allocation_own_countdown = own_countdown;
    }
}

/* Let SUCCEED allocations of the running thread go well, and the next one fail. */
static void begin_round(struct allocation_failures *failures, int64_t succeed)
{
    failures->succeed = succeed;
    atomic_store(&failures->left, succeed);
    failures->is_on = true;
}

void call_failures_begin(void)
{
    if (is_on) {
        current_thread()->failures.odd = KERN_SUCCESS;
        begin_round(&current_thread()->failures, 0);
    }
}

/* A call whose allocation failed said RESULT. */
static void note_failure(struct allocation_failures *failures, kern_return_t result)
{
    if (result != KERN_RESOURCE_SHORTAGE && result != KERN_NO_SPACE) {
        failures->odd = result;
    }
}

bool call_failures_repeat(mach_msg_id_t id, kern_return_t result)
{
    if (!is_on) {
        return false;
    }
    struct allocation_failures *failures = &current_thread()->failures;
    failures->is_on = false;
    call_result_note(id, result);
    bool has_failed = atomic_load(&failures->left) < 0;
    bool is_good = result == KERN_SUCCESS || result == MIG_NO_REPLY;
    if (is_good && failures->odd != KERN_SUCCESS) {
        panic("routine %d says %d when it finds no memory", id, failures->odd);
    }
    if (!has_failed || is_good) {
        return false;
    }
    note_failure(failures, result);
    if (failures->succeed == REPEATED_MAX) {
        panic("routine %d says %d whatever memory there is", id, result);
    }
    begin_round(failures, failures->succeed + 1);
    return true;
}

void call_failures_end(void)
{
    if (is_on) {
        call_results_tell();
    }
}

bool call_failures_once(int64_t succeed)
{
    if (is_on) {
        return false;
    }
    allocation_own_countdown = own_countdown;
    begin_round(&current_thread()->failures, succeed);
    return true;
}
