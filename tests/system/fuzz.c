/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 100,000 random traps and messages, by one thread and then by several at once, after which the
 * ledger has to balance. They are made in helpers with memory of their own; a helper that has lost
 * its memory, stopped itself or ended is replaced by the next, with the next seed.
 */
#include <string.h>

#include <mach/mach_vm.h>

#include "fuzz_random.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "systest_wild.h"

#define TOTAL      100000
#define PER_HELPER 2000
#define FIRST_SEED UINT64_C(20260101)

/* Looks without progress after which a wait is broken off; after which the helper is given up. */
#define LOOKS_ABORT 5
#define LOOKS_END   40

static struct fuzz_shared *const shared = (struct fuzz_shared *)FUZZ_SHARED_ADDRESS;
static struct fuzz_job jobs[FUZZ_THREADS_MAX];
static uint64_t seed = FIRST_SEED;

/* The first copy of the program leaves something of it shared for good. */
void systest_prepare(void)
{
    struct helper helper;
    if (helper_create_private(&helper)) {
        helper_destroy(&helper);
    }
}

static uint64_t progress(void)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < FUZZ_THREADS_MAX; i++) {
        sum += shared->done[i];
    }
    return sum;
}

/* Throw away what the helper has sent to PORT. */
static void drain(mach_port_t port)
{
    static union {
        mach_msg_header_t header;
        uint8_t room[66 * 1024];
    } message;
    while (mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), port, 0,
                    MACH_PORT_NULL) == MACH_MSG_SUCCESS) {
        mach_msg_destroy(&message.header);
    }
}

static bool is_dead_now(mach_port_t name)
{
    return (port_type(name) & MACH_PORT_TYPE_DEAD_NAME) != 0;
}

/* Have all WORKERS ended? */
static bool are_finished(const struct worker *workers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!is_dead_now(workers[i].thread)) {
            return false;
        }
    }
    return true;
}

/* Watch the helper until it is finished or hopeless. */
static void watch(const struct helper *helper, const struct worker *workers, uint32_t count,
                  mach_port_t port)
{
    uint64_t last = 0;
    uint32_t looks = 0;
    while (!is_dead_now(helper->task) && !are_finished(workers, count) && looks < LOOKS_END) {
        systest_pause();
        drain(port);
        uint64_t now = progress();
        looks = now == last ? looks + 1 : 0;
        last = now;
        for (uint32_t i = 0; looks > LOOKS_ABORT && i < count; i++) {
            (void)thread_abort(workers[i].thread);
        }
    }
}

/* A page that test and helper share. */
static bool share_progress(task_t task)
{
    mach_vm_address_t address = FUZZ_SHARED_ADDRESS;
    vm_prot_t current, maximum;
    return EXPECT_OK(mach_vm_remap(task, &address, 4096, 0, VM_FLAGS_FIXED, mach_task_self(),
                                   address, FALSE, &current, &maximum, VM_INHERIT_NONE));
}

/* One helper with COUNT threads. Returns: how many traps and messages they made. */
static uint64_t run_helper(uint32_t count)
{
    struct helper helper;
    struct worker workers[FUZZ_THREADS_MAX];
    mach_port_t port = port_create(), handler = port_create_with_send();
    memset(shared, 0, sizeof(*shared));
    for (uint32_t i = 0; i < count; i++) {
        jobs[i] = (struct fuzz_job){ .seed = seed++, .index = i, .count = PER_HELPER };
    }
    if (helper_create_private(&helper) && share_progress(helper.task)) {
        helper_give(&helper, 0, port, MACH_MSG_TYPE_MAKE_SEND);
        /* Exceptions end in this queue: the threads wait until the helper is given up. */
        EXPECT_OK(task_set_exception_ports(helper.task, EXC_MASK_ALL & ~EXC_MASK_GUARD, handler,
                                           EXCEPTION_DEFAULT, x86_THREAD_STATE64));
        for (uint32_t i = 0; i < count; i++) {
            EXPECT(worker_create(&workers[i], helper.task, fuzz_run, &jobs[i]));
        }
        for (uint32_t i = 0; i < count; i++) {
            (void)thread_resume(workers[i].thread); /* the others may have ended it already */
        }
        watch(&helper, workers, count, port);
        helper_destroy(&helper);
        for (uint32_t i = 0; i < count; i++) {
            worker_join(&workers[i]);
        }
    }
    port_destroy(port);
    port_destroy_with_send(handler);
    return progress();
}

static void run_total(uint32_t threads)
{
    mach_vm_address_t address = FUZZ_SHARED_ADDRESS;
    uint64_t first = seed, total = 0;
    uint32_t helpers = 0;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &address, 4096, VM_FLAGS_FIXED));
    while (total < TOTAL && helpers < 5000) {
        total += run_helper(threads);
        helpers++;
    }
    EXPECT(total >= TOTAL);
    systest_print("# %u threads: %llu traps and messages, %u helpers, seeds from %llu\n", threads,
                  (unsigned long long)total, helpers, (unsigned long long)first);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), address, 4096));
}

CASE(random_traps_and_messages)
{
    run_total(1);
}

CASE(random_traps_and_messages_by_several_threads)
{
    run_total(FUZZ_THREADS_MAX);
}
