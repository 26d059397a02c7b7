/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting, waking, time-outs and the switch between threads: kernel/sched, as far as the wait
 * protocol goes.  Each inline stands for the C function that its comment names.
 *
 * A thread is a process that moves only while it has a processor (`running`); a switch takes the
 * processor from one process and gives it to another.  Processors have no names.  Which runnable
 * thread is next is left open, so every order of priorities and every choice of a processor is
 * covered.  What a lock protects is one step with the release of the lock; the claim word and the
 * requests (ast), which no lock protects, are read and written one access a step.
 *
 * BREAK_* leave out one rule each: then the model must fail (tests/model/check.py).
 */

#define THREADS 3
#define CPUS    2

#define NONE 255

/* enum wait_state in two bits, the claimed ones as one value; the generation is above them. */
#define ENDED      0
#define ARMED      1 /* WAIT_ARMED_RESTARTABLE: the others of the message path do not occur */
#define CLAIMED    3
#define STATE_OF(word) ((word) & 3)
#define GENERATION 4

mtype:state = { RUNNABLE, RUNNING, BLOCKED, DEAD };
mtype:outcome = { NO_OUTCOME, WOKEN, TIMED_OUT, INTERRUPTED };

/* struct thread */
bool thread_lock[THREADS];
mtype:state state[THREADS];     /* (l) */
byte wait_word[THREADS];        /* (a) */
mtype:outcome outcome[THREADS]; /* the claimer, then the thread */
byte wait_value[THREADS];       /* the claimer, then the thread: the message */
bool queued[THREADS];           /* (r) on a run queue */
bool ast_terminate[THREADS];    /* (a) THREAD_AST_TERMINATE */
bool ast_pending[THREADS];      /* of the processor that runs it: look at the requests */
bool has_deadline[THREADS];     /* of this wait */
bool timer_armed[THREADS];
byte timer_running = NONE;      /* struct timer_queue.running */

/* The machine: whose code a processor executes, and what it has to finish for whom. */
bool running[THREADS];
byte switched_from[THREADS] = NONE;
byte idle_cpus; /* processors that run their idle thread */

#define some_queued (queued[0] || queued[1] || queued[2])

inline spin_lock(lock)
{
    atomic { !lock -> lock = true }
}

inline spin_unlock(lock)
{
    lock = false
}

/* sched_make_runnable() */
inline sched_make_runnable(thread)
{
    assert(!queued[thread]);
    queued[thread] = true
}

/* A run queue gives a thread to NEXT: runq_pop(), by whatever priority. */
inline runq_pop(next)
{
    if
    :: queued[0] -> queued[0] = false; next = 0
    :: queued[1] -> queued[1] = false; next = 1
    :: queued[2] -> queued[2] = false; next = 2
    fi
}

/* context_switch(), second half: NEXT's registers are loaded.  They must have been saved, or the
 * thread runs on two processors. */
inline context_load(next)
{
    assert(!running[next]);
    assert(state[next] == RUNNING);
    running[next] = true
}

/* switch_to() up to the switch itself. */
inline switch_away(self, next)
{
    running[self] = false;
    switched_from[next] = self;
    context_load(next)
}

/* switch_finish(), once somebody has switched to SELF. */
inline switch_finish(self)
{
    atomic {
        running[self];
        if
        :: switched_from[self] != NONE ->
            thread_lock[switched_from[self]] = false;
            switched_from[self] = NONE
        :: else
        fi
    }
#ifndef BREAK_SWITCH_WITHOUT_LOOK
    if
    :: ast_terminate[self] -> ast_pending[self] = true
    :: else
    fi
#endif
}

/* sched_pick(): a thread from a run queue, marked as running. */
inline sched_pick(next)
{
    runq_pop(next);
    !thread_lock[next];
    state[next] = RUNNING
}

/* sched_switch() up to the switch itself: SELF, which is locked, leaves its processor to another
 * thread or, without one, to the idle thread, whose switch_finish() drops the lock. */
inline sched_leave(self, next)
{
    atomic {
        if
        :: some_queued ->
            sched_pick(next);
            switch_away(self, next);
            next = NONE
        :: !some_queued ->
            running[self] = false;
            idle_cpus++;
            thread_lock[self] = false
        fi
    }
}

inline sched_switch(self, next)
{
    sched_leave(self, next);
    switch_finish(self)
}

/* wait_end() */
inline wait_end(thread)
{
    assert(STATE_OF(wait_word[thread]) == CLAIMED);
    wait_word[thread] = wait_word[thread] & ~3
}

/* thread_wake_with() */
inline thread_wake_with(thread, how)
{
    d_step {
        !thread_lock[thread] ->
        outcome[thread] = how;
        wait_end(thread);
        if
        :: state[thread] == BLOCKED ->
            state[thread] = RUNNABLE;
            sched_make_runnable(thread)
        :: else
        fi
    }
}

inline thread_wake(thread)
{
    thread_wake_with(thread, WOKEN)
}

/* thread_claim_wait(): it takes the open bit of whatever wait it finds. */
inline thread_claim_wait(thread, claimed)
{
    atomic {
        if
        :: STATE_OF(wait_word[thread]) == ARMED ->
            wait_word[thread] = wait_word[thread] | CLAIMED;
            claimed = true
        :: else -> claimed = false
        fi
    }
}

/* thread_abort_wait(): the loop only ends with the word claimed, or not to be claimed. */
inline thread_abort_wait(thread, word, claimed)
{
    word = wait_word[thread];
    do
    :: STATE_OF(word) != ARMED -> claimed = false; break
    :: else ->
        atomic {
            if
            :: wait_word[thread] == word ->
                wait_word[thread] = word | CLAIMED; claimed = true; break
            :: else -> word = wait_word[thread]
            fi
        }
    od;
    word = 0;
    if
    :: claimed -> thread_wake_with(thread, INTERRUPTED)
    :: else
    fi;
    claimed = false
}

/* thread_wait_arm(true): the exchange, and then the look at the requests. */
#if defined(BREAK_LOOK_BEFORE_ARM)
#define look_before_arming(self)       ast_terminate[self]
#define look_after_arming(self, found) found
#elif defined(BREAK_ARM_WITHOUT_LOOK)
#define look_before_arming(self)       false
#define look_after_arming(self, found) false
#else
#define look_before_arming(self)       false
#define look_after_arming(self, found) ast_terminate[self]
#endif

inline thread_wait_arm(self, word, found)
{
    found = look_before_arming(self);
    wait_word[self] = (wait_word[self] & ~3) + GENERATION + ARMED;
    if
    :: look_after_arming(self, found) -> thread_abort_wait(self, word, found)
    :: else
    fi
}

/* block() */
inline block(self, next)
{
    atomic {
        !thread_lock[self] ->
        if
#ifndef BREAK_BLOCK_WITHOUT_LOOK
        :: STATE_OF(wait_word[self]) == ENDED -> skip
#endif
        :: else ->
            state[self] = BLOCKED;
#ifndef BREAK_UNLOCK_BEFORE_SWITCH
            thread_lock[self] = true
#endif
        fi
    }
    if
    :: state[self] == BLOCKED -> sched_switch(self, next)
    :: else
    fi
}

#ifdef BREAK_HANDOFF_WITHOUT_TRYLOCK
#define trylock(target) true
#else
#define trylock(target) (!thread_lock[target])
#endif

/* hand_off(): DONE tells whether it could be.  It may always be refused: a better thread may wait,
 * or somebody have the target's lock for a moment. */
inline hand_off(self, target, done)
{
    atomic {
        !thread_lock[self] ->
        if
        :: STATE_OF(wait_word[self]) != ENDED && trylock(target) && state[target] == BLOCKED ->
            outcome[target] = WOKEN;
            wait_end(target);
            state[target] = RUNNING;
            state[self] = BLOCKED;
            thread_lock[self] = true;
            done = true
        :: done = false
        fi
    }
    if
    :: done -> atomic { switch_away(self, target) }; switch_finish(self)
    :: else
    fi
}

/* timer_arm() and timer_cancel() of the wait's time-out, if it has one. */
inline timer_arm(self)
{
    timer_armed[self] = has_deadline[self]
}

inline timer_cancel(self)
{
    atomic {
        timer_armed[self] = false;
#ifndef BREAK_CANCEL_WITHOUT_WAIT
        timer_running != self;
#endif
        has_deadline[self] = false
    }
}

/* thread_block() */
inline thread_block(self, next)
{
    timer_arm(self);
    block(self, next);
    timer_cancel(self)
}

/* thread_block_handoff() */
inline thread_block_handoff(self, target, next, done)
{
    timer_arm(self);
    hand_off(self, target, done);
    if
    :: !done -> thread_wake(target); block(self, next)
    :: else
    fi;
    done = false;
    timer_cancel(self)
}

/* upcall_timer(): any armed timer may be due; then thread_wait_timed_out(). */
active proctype upcall_timer()
{
    byte thread;
    bool claimed;
end:
    do
    :: atomic {
            if
            :: timer_armed[0] -> thread = 0
            :: timer_armed[1] -> thread = 1
            :: timer_armed[2] -> thread = 2
            fi;
            timer_armed[thread] = false;
            timer_running = thread
        }
        thread_claim_wait(thread, claimed);
        if
        :: claimed ->
            assert(has_deadline[thread]);
            thread_wake_with(thread, TIMED_OUT)
        :: else
        fi;
        atomic { timer_running = NONE; thread = 0; claimed = false }
    od
}

/* sched_idle() of whichever processor is idle. */
active [CPUS] proctype sched_idle()
{
    byte next;
end:
    do
    :: atomic {
            idle_cpus > 0 && some_queued -> idle_cpus--;
            sched_pick(next);
            context_load(next);
            next = 0
        }
    od
}

/* thread_exit(): the processor goes on; the lock is dropped by whoever runs on it next. */
inline thread_exit(self, next)
{
    atomic { !thread_lock[self] -> thread_lock[self] = true; state[self] = DEAD }
    sched_leave(self, next)
}
