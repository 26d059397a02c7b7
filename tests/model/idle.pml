/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run queues, stealing and the mask of idle processors: kernel/sched/sched.c and runq.c.  Each
 * inline stands for the C function that its comment names.
 *
 * Threads wake each other, yield and block; at the end those that run compute.  No slice ends by
 * itself and nobody is preempted: the one that runs is better than all that wait.  Then a thread
 * must not wait on a queue while a processor that might have taken it sleeps.
 *
 * BREAK_* leave out one rule each: then the model must fail (tests/model/check.py).
 */
#ifndef CPUS
#define CPUS 2
#endif
#define THREADS 4
#ifndef STEPS
#define STEPS 4 /* wake-ups, yields and blocks of all threads together */
#endif

#define NONE 255

byte current[CPUS] = NONE;      /* the thread that runs; NONE: the idle thread */
bool is_idle[CPUS];             /* sched_idle_cpus */
bool poked[CPUS];               /* an interrupt is on its way */
bool asleep[CPUS];              /* in cpu_idle() */
bool thread_lock[THREADS];
bool running[THREADS];          /* a processor executes it, or has not saved its registers yet */
bool blocked[THREADS];
byte queue_of[THREADS] = NONE;  /* whose run queue it is on */
byte last_cpu[THREADS];         /* struct thread.cpu */
byte steps;

#define waits_on(cpu, thread) (queue_of[thread] == cpu)
#define runq_is_empty(cpu) \
    (!waits_on(cpu, 0) && !waits_on(cpu, 1) && !waits_on(cpu, 2) && !waits_on(cpu, 3))

/* runq_pop(), by whatever priority; blocks on an empty queue. */
inline runq_pop(cpu, next)
{
    if
    :: waits_on(cpu, 0) -> next = 0
    :: waits_on(cpu, 1) -> next = 1
    :: waits_on(cpu, 2) -> next = 2
    :: waits_on(cpu, 3) -> next = 3
    fi;
    queue_of[next] = NONE
}

/* call_idle(): poke an idle processor, PREFERRED if that is one, to come and take a thread. */
inline call_idle(preferred, cpu)
{
    atomic {
        if
        :: is_idle[preferred] -> cpu = preferred
        :: !is_idle[preferred] && is_idle[0] -> cpu = 0
        :: !is_idle[preferred] && !is_idle[0] && is_idle[1] -> cpu = 1
#if CPUS > 2
        :: !is_idle[preferred] && !is_idle[0] && !is_idle[1] && is_idle[2] -> cpu = 2
#endif
        :: else -> cpu = NONE
        fi;
        if
        :: cpu != NONE -> poked[cpu] = true
        :: else
        fi;
        cpu = NONE
    }
}

/* choose_cpu(): a guess, by a mask that may be another a moment later. */
inline choose_cpu(thread, index)
{
    if
    :: is_idle[last_cpu[thread]] -> index = last_cpu[thread]
    :: !is_idle[last_cpu[thread]] && is_idle[0] -> index = 0
    :: !is_idle[last_cpu[thread]] && !is_idle[0] && is_idle[1] -> index = 1
#if CPUS > 2
    :: !is_idle[last_cpu[thread]] && !is_idle[0] && !is_idle[1] && is_idle[2] -> index = 2
#endif
    :: else -> index = last_cpu[thread]
    fi
}

/* sched_make_runnable(), by SELF's thread, which has found THREAD blocked under its lock. */
inline sched_make_runnable(self, thread, index, cpu)
{
    choose_cpu(thread, index);
#ifdef BREAK_LOOK_BEFORE_PUT
    call_idle(index, cpu);
#endif
    atomic { last_cpu[thread] = index; queue_of[thread] = index }
    if
    :: index != self -> poked[index] = true
    :: else
    fi;
#ifndef BREAK_LOOK_BEFORE_PUT
    call_idle(index, cpu);
#endif
    thread_lock[thread] = false
}

/* sched_pick() and switch_to(): CPU goes from OLD (locked, or NONE) to a thread of its queue. */
inline sched_switch(cpu, old, next)
{
    atomic {
        runq_pop(cpu, next);
        if
        :: next != old ->
            !thread_lock[next];
            if
            :: old != NONE -> running[old] = false
            :: else
            fi;
            assert(!running[next]);
            running[next] = true;
            current[cpu] = next
        :: else
        fi;
        if
        :: old != NONE -> thread_lock[old] = false
        :: else
        fi;
        next = NONE
    }
}

/* sched_requeue() */
inline sched_requeue(cpu, old, next, other)
{
    atomic { !thread_lock[old] -> thread_lock[old] = true; queue_of[old] = cpu }
    call_idle(cpu, other);
    sched_switch(cpu, old, next)
}

/* sched_switch() of a thread that blocks. */
inline block(cpu, old, next)
{
    atomic { !thread_lock[old] -> thread_lock[old] = true; blocked[old] = true }
    atomic {
        if
        :: !runq_is_empty(cpu) -> sched_switch(cpu, old, next)
        :: else -> running[old] = false; current[cpu] = NONE; thread_lock[old] = false
        fi
    }
}

#define trylock(thread) (!thread_lock[thread])

/* runq_steal() from CPU: any thread but those whose lock is taken. */
inline runq_steal(cpu, thread, again)
{
    if
    :: waits_on(cpu, 0) && trylock(0) -> thread = 0
    :: waits_on(cpu, 1) && trylock(1) -> thread = 1
    :: waits_on(cpu, 2) && trylock(2) -> thread = 2
    :: waits_on(cpu, 3) && trylock(3) -> thread = 3
    :: else ->
        again = again || !runq_is_empty(cpu)
    fi
}

/* sched_steal(): BROUGHT becomes true if there is, or soon may be, something to do. */
inline sched_steal(self, step, thread, brought)
{
    step = 1;
    do
    :: step < CPUS && thread == NONE ->
        atomic {
            runq_steal((self + step) % CPUS, thread, brought);
            if
            :: thread != NONE -> queue_of[thread] = self; last_cpu[thread] = self; brought = true
            :: else
            fi;
            step++
        }
    :: else -> break
    od;
    thread = NONE
}

#ifdef BREAK_STEAL_FORGETS_THE_LOCKED
#define worth_another_try(brought) (brought && !runq_is_empty(self))
#else
#define worth_another_try(brought) brought
#endif

/* sched_sleep() */
inline sched_sleep(self, step, thread, brought)
{
#ifndef BREAK_LOOK_BEFORE_IDLE
    is_idle[self] = true;
#endif
    brought = !runq_is_empty(self);
    if
    :: !brought -> sched_steal(self, step, thread, brought)
    :: else
    fi;
#ifdef BREAK_LOOK_BEFORE_IDLE
    is_idle[self] = true;
#endif
    if
    :: !worth_another_try(brought) ->
        /* cpu_idle(): an interrupt that came before ends it at once. */
        asleep[self] = true;
        poked[self];
        asleep[self] = false
    :: else
    fi;
    /* or sched_requeue(), if the interrupt leads straight to a thread */
#ifndef BREAK_MARK_STAYS
    is_idle[self] = false;
#endif
    brought = false
}

/* call_for_more(): a call that was meant for more threads than the one taken is passed on. */
#if CPUS > 2
#define nobody_waits (runq_is_empty(0) && runq_is_empty(1) && runq_is_empty(2))
#else
#define nobody_waits (runq_is_empty(0) && runq_is_empty(1))
#endif

inline call_for_more(self, cpu)
{
    if
    :: !nobody_waits -> call_idle(self, cpu)
    :: else
    fi
}

/* One turn of sched_idle().  Interrupts are enabled at its beginning. */
inline sched_idle(self, next, step, thread, brought)
{
    poked[self] = false;
    brought = !runq_is_empty(self);
    if
    :: !brought -> sched_steal(self, step, thread, brought)
    :: else
    fi;
    if
    :: brought ->
        brought = false;
        /* sched_requeue() of the idle thread, which is on no queue */
        atomic {
            if
            :: !runq_is_empty(self) -> sched_switch(self, NONE, next)
            :: else
            fi
        }
#ifndef BREAK_TAKE_WITHOUT_LOOK
        if
        :: current[self] != NONE -> call_for_more(self, step)
        :: else
        fi
#endif
    :: !brought -> sched_sleep(self, step, thread, brought)
    fi
}

#define can_wake(thread) (blocked[thread] && !thread_lock[thread])

/* A running thread wakes another, yields or blocks, or computes for ever. */
inline thread_step(self, thread, next, step, other)
{
    if
    :: atomic { steps < STEPS -> steps++ }
        if
        :: atomic { can_wake(0) -> thread_lock[0] = true; blocked[0] = false; other = 0 }
        :: atomic { can_wake(1) -> thread_lock[1] = true; blocked[1] = false; other = 1 }
        :: atomic { can_wake(2) -> thread_lock[2] = true; blocked[2] = false; other = 2 }
        :: atomic { can_wake(3) -> thread_lock[3] = true; blocked[3] = false; other = 3 }
        :: !runq_is_empty(self) -> sched_requeue(self, thread, next, step)
        :: true -> block(self, thread, next)
        fi;
        if
        :: other != NONE ->
            sched_make_runnable(self, other, next, step);
            other = NONE
        :: else
        fi;
        next = NONE
    :: true -> break
    fi
}

proctype processor(byte self)
{
    byte next = NONE, other = NONE, thread = NONE, step = NONE;
    bool brought;

    do
    :: current[self] == NONE -> sched_idle(self, next, step, thread, brought)
    :: current[self] != NONE ->
        thread = current[self];
        thread_step(self, thread, next, step, other);
        thread = NONE
    od
}

/* Thread 0 runs; the others wait for somebody. */
init
{
    atomic {
        current[0] = 0;
        running[0] = true;
        blocked[1] = true;
        blocked[2] = true;
        blocked[3] = true;
        last_cpu[1] = 1;
        run processor(0);
        run processor(1);
#if CPUS > 2
        run processor(2)
#endif
    }
}

#if CPUS > 2
#define somebody_sleeps (asleep[0] || asleep[1] || asleep[2])
#else
#define somebody_sleeps (asleep[0] || asleep[1])
#endif

/* What holds when nothing moves any more. */
active proctype quiet()
{
    timeout;
    assert(!somebody_sleeps || nobody_waits)
}
