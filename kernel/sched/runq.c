/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `best` is kept because it is asked far more often (each hand-off) than it changes.
 */
#include <sched/runq.h>

#include <sched/policy.h>

/* Threads looked at in one attempt to steal: a queue is locked for a bounded time. */
#define STEAL_LOOKS 16

void runq_init(struct runq *runq)
{
    spinlock_init(&runq->lock, LOCK_CLASS_RUN_QUEUE);
    runq->count = 0;
    runq->best = RUNQ_EMPTY;
    bitmap_clear_all(runq->bitmap, RUNQ_PRIORITIES);
    for (uint32_t priority = 0; priority < RUNQ_PRIORITIES; priority++) {
        list_init(&runq->lists[priority]);
    }
}

/* Real-time threads stand in the order of their deadlines. */
static void insert_by_deadline(struct list *list, struct thread *thread)
{
    struct thread *other;
    list_for_each_entry(other, list, run_link) {
        if (policy_goes_before(thread, other)) {
            break;
        }
    }
    list_insert_tail(&other->run_link, &thread->run_link);
}

/* Add DELTA to the threads on RUNQ. */
static inline void runq_count_add(struct runq *runq, uint32_t delta) REQUIRES(runq->lock)
{
    uint32_t count = atomic_load_explicit(&runq->count, memory_order_relaxed);
    atomic_store_explicit(&runq->count, count + delta, memory_order_relaxed);
}

void runq_insert(struct runq *runq, struct thread *thread, bool at_head)
{
    struct list *list = &runq->lists[thread->priority];
    if (UNLIKELY(thread->priority == THREAD_PRIORITY_REAL_TIME)) {
        insert_by_deadline(list, thread);
    } else if (at_head) {
        list_insert_head(list, &thread->run_link);
    } else {
        list_insert_tail(list, &thread->run_link);
    }
    runq_count_add(runq, 1);
    bitmap_set(runq->bitmap, thread->priority);
    if (thread->priority > runq->best) {
        runq->best = thread->priority;
    }
}

bool runq_remove(struct runq *runq, struct thread *thread)
{
    if (list_empty(&thread->run_link)) {
        return false;
    }
    list_remove(&thread->run_link);
    runq_count_add(runq, UINT32_MAX);
    if (list_empty(&runq->lists[thread->priority])) {
        bitmap_clear(runq->bitmap, thread->priority);
        uint32_t best = bitmap_last_set(runq->bitmap, RUNQ_PRIORITIES);
        runq->best = best == RUNQ_PRIORITIES ? RUNQ_EMPTY : (int32_t)best;
    }
    return true;
}

/* A thread's lock comes before the queue's, so here it is only tried; one that is taken belongs to
 * a thread that is on its way off the processor, or that somebody is changing. */
struct thread *runq_steal(struct runq *runq, cpu_mask_t cpus, bool *again) NO_LOCK_ANALYSIS
{
    uint32_t looks = STEAL_LOOKS;
    spin_lock(&runq->lock);
    for (int32_t priority = runq->best; priority >= 0 && looks > 0; priority--) {
        struct thread *thread;
        list_for_each_entry(thread, &runq->lists[priority], run_link) {
            if (looks-- == 0) {
                break;
            }
            if (!spin_trylock(&thread->lock)) {
                *again = true;
                continue;
            }
            if ((thread->cpu_mask & cpus) != 0) {
                runq_remove(runq, thread);
                spin_unlock(&runq->lock);
                return thread;
            }
            spin_unlock(&thread->lock);
        }
    }
    spin_unlock(&runq->lock);
    return nullptr;
}

struct thread *runq_first(const struct runq *runq)
{
    return runq->best == RUNQ_EMPTY
               ? nullptr
               : list_first_entry(&runq->lists[runq->best], struct thread, run_link);
}

struct thread *runq_worst(const struct runq *runq)
{
    uint32_t priority = bitmap_first_set(runq->bitmap, RUNQ_PRIORITIES);
    return priority == RUNQ_PRIORITIES
               ? nullptr
               : list_first_entry(&runq->lists[priority], struct thread, run_link);
}

struct thread *runq_pop(struct runq *runq)
{
    if (runq->best == RUNQ_EMPTY) {
        return nullptr;
    }
    struct thread *thread = list_first_entry(&runq->lists[runq->best], struct thread, run_link);
    runq_remove(runq, thread);
    return thread;
}
