/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A timer that is cancelled leaves the alarm where it is: most time-outs are cancelled, and an
 * alarm that finds nothing to do costs less than setting it twice each time.  The alarm is thus
 * never later than the first timer must ring, but may be earlier.
 *
 * The timer that must ring first is kept beside the tree of the others where that costs nothing: the end of a
 * slice, and the time-out of a wait, come and go without touching the tree.
 *
 * An interrupt takes timers off the front as long as their deadlines have come.  One whose deadline
 * has come behind one whose deadline has not stays, until its own leeway is over.  If many are due,
 * the rest is left to another interrupt, which comes at once.
 */
#include <sched/timer.h>

#include <stdatomic.h>

#include <lib/assert.h>
#include <arch/clock_device.h>
#include <arch/percpu.h>
#include <arch/spinlock.h>
#include <arch/upcalls.h>
#include <sched/test_hook.h>

/* How many timers one interrupt serves, and how many are adopted under one hold of the locks. */
#define TIMERS_AT_ONCE 16

/* The timers of a processor; the lock is taken below all others of sched/. */
struct timer_queue {
    struct spinlock lock;
    struct timer *soonest;           /* (lock) before all in the tree, and not in it; or null */
    struct rbtree timers;            /* (lock) by `latest` */
    struct timer *first;             /* (lock) the first of the tree, or null */
    uint64_t alarm;                  /* (lock) when the processor will call upcall_timer() */
    _Atomic(struct timer *) running; /* whose function runs, or null */
};

PERCPU_DEFINE(struct timer_queue, timer_queue);

static bool timer_less(const struct rbtree_node *a, const struct rbtree_node *b)
{
    return rbtree_entry(a, struct timer, node)->latest <
           rbtree_entry(b, struct timer, node)->latest;
}

void timer_init_cpu(void)
{
    struct timer_queue *queue = percpu_ptr(timer_queue);
    spinlock_init(&queue->lock, LOCK_CLASS_TIMERS);
    rbtree_init(&queue->timers);
    queue->soonest = nullptr;
    queue->first = nullptr;
    queue->alarm = UINT64_MAX;
    atomic_init(&queue->running, nullptr);
}

void timer_init(struct timer *timer, void (*function)(struct timer *timer))
{
    timer->function = function;
    timer->deadline = 0;
    timer->latest = 0;
    timer->cpu = 0;
    timer->is_armed = false;
}

/* The queue that TIMER is in, or was last. */
static struct timer_queue *timer_queue_of(const struct timer *timer)
{
    return percpu_ptr_of(atomic_load_explicit(&timer->cpu, memory_order_relaxed), timer_queue);
}

static void alarm_set(struct timer_queue *queue, uint64_t deadline) REQUIRES(queue->lock)
{
    queue->alarm = deadline;
    clock_set_alarm(deadline);
}

static void tree_insert(struct timer_queue *queue, struct timer *timer) REQUIRES(queue->lock)
{
    rbtree_insert(&queue->timers, &timer->node, timer_less);
    if (queue->first == nullptr || timer->latest < queue->first->latest) {
        queue->first = timer;
    }
}

/* The timer of QUEUE that must ring first, or null. */
static struct timer *queue_first(const struct timer_queue *queue) REQUIRES(queue->lock)
{
    return queue->soonest != nullptr ? queue->soonest : queue->first;
}

/* Enter TIMER in QUEUE, this processor's. */
static void queue_insert(struct timer_queue *queue, struct timer *timer) REQUIRES(queue->lock)
{
    atomic_store_explicit(&timer->cpu, cpu_index(), memory_order_relaxed);
    const struct timer *first = queue_first(queue);
    if (first != nullptr && timer->latest >= first->latest) {
        tree_insert(queue, timer);
        return;
    }
    if (queue->soonest != nullptr) {
        tree_insert(queue, queue->soonest);
    }
    queue->soonest = timer;
    if (timer->latest < queue->alarm) {
        alarm_set(queue, timer->latest);
    }
}

static void queue_remove(struct timer_queue *queue, struct timer *timer) REQUIRES(queue->lock)
{
    if (queue->soonest == timer) {
        queue->soonest = nullptr;
        return;
    }
    if (queue->first == timer) {
        struct rbtree_node *next = rbtree_next(&timer->node);
        queue->first = next != nullptr ? rbtree_entry(next, struct timer, node) : nullptr;
    }
    rbtree_remove(&queue->timers, &timer->node);
}

void timer_arm(struct timer *timer, uint64_t deadline, uint64_t leeway)
{
    assert(!timer->is_armed);
    struct timer_queue *queue = percpu_ptr(timer_queue);
    spin_lock(&queue->lock);
    timer->deadline = deadline;
    timer->latest = deadline < UINT64_MAX - leeway ? deadline + leeway : UINT64_MAX - 1;
    timer->is_armed = true;
    queue_insert(queue, timer);
    spin_unlock(&queue->lock);
}

void timer_cancel(struct timer *timer)
{
    while (timer->is_armed) {
        struct timer_queue *queue = timer_queue_of(timer);
        sched_hook(SCHED_HOOK_CANCEL, nullptr);
        spin_lock(&queue->lock);
        /* Another processor may have adopted it meanwhile. */
        if (timer->is_armed && queue == timer_queue_of(timer)) {
            queue_remove(queue, timer);
            timer->is_armed = false;
        }
        spin_unlock(&queue->lock);
    }
    /* Asked for only now, when nobody adopts it any more: this is the queue that it rang in. */
    const struct timer_queue *queue = timer_queue_of(timer);
    while (UNLIKELY(queue->running == timer)) {
        cpu_pause();
    }
}

/* Move some timers of FROM to this processor.  Returns: false if there are none left.  The analysis
 * cannot follow pointers to two locks. */
static bool adopt_some(struct timer_queue *from) NO_LOCK_ANALYSIS
{
    struct timer_queue *to = percpu_ptr(timer_queue);
    assert(from != to);
    spin_lock_pair(&from->lock, &to->lock);
    struct timer *timer = queue_first(from);
    for (int count = 0; timer != nullptr && count < TIMERS_AT_ONCE; count++) {
        queue_remove(from, timer);
        queue_insert(to, timer);
        timer = queue_first(from);
    }
    bool has_more = timer != nullptr;
    spin_unlock_pair(&from->lock, &to->lock);
    return has_more;
}

void timers_adopt(uint32_t cpu)
{
    bool has_more;
    do {
        interrupt_state_t state = interrupts_save();
        has_more = adopt_some(percpu_ptr_of(cpu, timer_queue));
        interrupts_restore(state);
    } while (has_more);
}

/* Take the first timer off QUEUE if it is due at NOW, and note that its function runs. */
static struct timer *queue_take_due(struct timer_queue *queue, uint64_t now) REQUIRES(queue->lock)
{
    struct timer *timer = queue_first(queue);
    if (timer == nullptr || timer->deadline > now) {
        return nullptr;
    }
    /* Before it counts as idle, or timer_cancel() could miss it. */
    queue->running = timer;
    queue_remove(queue, timer);
    timer->is_armed = false;
    return timer;
}

void upcall_timer(void)
{
    struct timer_queue *queue = percpu_ptr(timer_queue);
    uint64_t now = clock_now();
    spin_lock(&queue->lock);
    for (int count = 0; count < TIMERS_AT_ONCE; count++) {
        struct timer *timer = queue_take_due(queue, now);
        if (timer == nullptr) {
            break;
        }
        /* While the functions run, no timer they arm needs to set the alarm. */
        queue->alarm = 0;
        spin_unlock(&queue->lock);
        timer->function(timer);
        queue->running = nullptr;
        spin_lock(&queue->lock);
    }
    const struct timer *first = queue_first(queue);
    alarm_set(queue, first != nullptr ? first->latest : UINT64_MAX);
    spin_unlock(&queue->lock);
}
