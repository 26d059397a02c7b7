/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Three threads that send, receive and terminate each other over two ports: kernel/ipc/ipc_mqueue.c
 * and thread_terminate_object() on top of sched.pml.  A port's lock protects its three queues.
 *
 * Every run of the model ends.  When nothing moves any more, the process `quiet` checks that each
 * thread is where it may stay for ever.
 */
#include "sched.pml"

#define PORTS 2

#ifndef TURNS
#define TURNS 2 /* traps of each thread */
#endif
#ifndef DEADLINES
#define DEADLINES 0 /* traps with a deadline, of all threads together */
#endif

/* struct ipc_port; a queue has room for one message (message_limit). */
bool port_lock[PORTS];
chan messages[PORTS] = [1] of { byte };
chan receivers[PORTS] = [THREADS] of { byte };
chan senders[PORTS] = [THREADS] of { byte };

/* A message's number is that of its sender and of its turn. */
#define MESSAGE(sender, turn) ((sender) * TURNS + (turn))
#define BIT(message) (1 << (message))
short sent, received; /* sets of messages */

byte deadlines; /* waits so far that had one */
bool is_active[THREADS] = true; /* struct thread.is_active */
bool in_user_code[THREADS];     /* for good */

/* waitq_enqueue() */
inline waitq_enqueue(queue, self, word, claimed)
{
    atomic { assert(!(queue ?? [eval(self)])); queue ! self }
    thread_wait_arm(self, word, claimed)
}

/* waitq_remove_self() */
inline waitq_remove_self(queue, self)
{
    if
    :: queue ?? [eval(self)] -> queue ?? eval(self)
    :: else
    fi
}

/* waitq_claim_one() */
inline waitq_claim_one(queue, thread, claimed)
{
    do
    :: empty(queue) -> thread = NONE; break
    :: nempty(queue) ->
        queue ? thread;
#ifdef BREAK_WAKE_WITHOUT_CLAIM
        wait_word[thread] = wait_word[thread] | CLAIMED;
        break
#else
        thread_claim_wait(thread, claimed);
        if
        :: claimed -> claimed = false; break
        :: else
        fi
#endif
    od
}

/* A wait for PORT's QUEUE that began with its lock held and did not end through the queue. */
inline wait_failed(queue, port, self)
{
    spin_lock(port_lock[port]);
    atomic {
        waitq_remove_self(queue, self);
        spin_unlock(port_lock[port])
    }
}

/* wake_sender(): there is room in PORT's queue for the first that waits for it. */
inline wake_sender(port, sender, word, claimed)
{
    waitq_claim_one(senders[port], sender, claimed);
    if
    :: sender != NONE -> thread_wake(sender); sender = NONE
    :: else
    fi
}

/* ipc_mqueue_send(): TARGET becomes the claimed receiver, or NONE; FAILED if it was given up. */
inline ipc_mqueue_send(port, message, self, target, word, claimed, next, other, was_woken, failed)
{
    spin_lock(port_lock[port]);
    do
    :: nfull(messages[port]) || failed -> break
    :: full(messages[port]) && !failed ->
        /* wait_for_room() */
        waitq_enqueue(senders[port], self, word, claimed);
        spin_unlock(port_lock[port]);
        thread_block(self, next);
        if
        :: outcome[self] == WOKEN -> was_woken = true; spin_lock(port_lock[port])
        :: else -> wait_failed(senders[port], port, self); failed = true
        fi
    od;
    if
    :: !failed ->
        /* deliver() */
        waitq_claim_one(receivers[port], target, claimed);
        atomic {
            sent = sent | BIT(message);
            if
            :: target != NONE -> wait_value[target] = message
            :: else -> messages[port] ! message
            fi
        }
#ifndef BREAK_ROOM_IS_NOT_PASSED_ON
        if
        :: was_woken && nfull(messages[port]) -> wake_sender(port, other, word, claimed)
        :: else
        fi;
#endif
        spin_unlock(port_lock[port])
    :: else
    fi
}

/* The end of a receive that got MESSAGE. */
inline receive_end(message)
{
    assert(sent & BIT(message));
    assert(!(received & BIT(message)));
    received = received | BIT(message)
}

/* receive_from_port(): HANDOFF is the claimed thread that gets the processor, or NONE. */
inline receive_from_port(port, self, handoff, word, claimed, next, other)
{
    spin_lock(port_lock[port]);
    if
    :: messages[port] ? wait_value[self] ->
        /* dequeue(); release_handoff() */
        wake_sender(port, other, word, claimed);
        spin_unlock(port_lock[port]);
        if
        :: handoff != NONE -> thread_wake(handoff); handoff = NONE
        :: else
        fi;
        outcome[self] = WOKEN
    :: empty(messages[port]) ->
        /* wait_for_message() */
        wait_value[self] = NONE;
        waitq_enqueue(receivers[port], self, word, claimed);
        spin_unlock(port_lock[port]);
        if
        :: handoff != NONE ->
            thread_block_handoff(self, handoff, next, claimed);
            handoff = NONE
        :: else -> thread_block(self, next)
        fi;
        if
        :: outcome[self] != WOKEN -> wait_failed(receivers[port], port, self)
        :: else
        fi
    fi;
    d_step {
        if
        :: outcome[self] == WOKEN -> receive_end(wait_value[self])
        :: else
        fi;
        outcome[self] = NO_OUTCOME;
        wait_value[self] = NONE
    }
}

/* thread_set_ast(thread, THREAD_AST_TERMINATE): the poke is an interrupt where it runs. */
inline thread_set_ast(thread, is_running)
{
    ast_terminate[thread] = true;
    atomic { !thread_lock[thread] -> is_running = state[thread] == RUNNING }
    if
    :: is_running -> ast_pending[thread] = true
    :: else
    fi;
    is_running = false
}

/* thread_terminate_object() */
inline thread_terminate_object(thread, word, claimed)
{
    atomic { claimed = is_active[thread]; is_active[thread] = false }
    if
    :: claimed ->
#ifdef BREAK_TERMINATE_LOOKS_FIRST
        thread_abort_wait(thread, word, claimed);
#endif
        thread_set_ast(thread, claimed);
#if !defined(BREAK_TERMINATE_LOOKS_FIRST) && !defined(BREAK_TERMINATE_WITHOUT_LOOK)
        thread_abort_wait(thread, word, claimed)
#endif
    :: else
    fi
}

/* A trap of thread SELF: send TO a port, receive FROM one, terminate VICTIM; NONE stands for not. */
#ifdef ANY_TRAP
inline choose_trap(self, turn)
{
    if
    :: to = NONE
    :: to = 0
    :: to = 1
    fi;
    if
    :: from = 0
    :: from = 1
    :: to == NONE -> victim = 0
    :: to == NONE -> victim = 1
    :: to == NONE -> victim = 2
    :: to != NONE -> skip
    fi
}
#else
/* One calls, one serves, the third disturbs them. */
inline choose_trap(self, turn)
{
    if
    :: self == 0 -> to = 0; from = 1
    :: self == 1 && turn == 0 -> from = 0
    :: self == 1 && turn > 0 -> to = 1; from = 0
    :: self == 2 -> to = 0
    :: self == 2 -> victim = 0
    :: self == 2 -> victim = 1
    fi
}
#endif

/* mach_msg_trap() or thread_terminate(). */
inline trap(self, turn)
{
    atomic {
        choose_trap(self, turn);
        if
        :: deadlines < DEADLINES -> deadlines++; has_deadline[self] = true
        :: true
        fi
    }
    if
    :: to != NONE ->
        ipc_mqueue_send(to, MESSAGE(self, turn), self, target, word, claimed, next,
                        other, was_woken, failed);
        if
        :: target != NONE && from == NONE -> thread_wake(target); target = NONE
        :: else
        fi
    :: else
    fi;
    if
    :: from != NONE && !failed ->
        receive_from_port(from, self, target, word, claimed, next, other)
    :: else
    fi;
    if
    :: victim != NONE -> thread_terminate_object(victim, word, claimed)
    :: else
    fi;
    d_step { to = NONE; from = NONE; victim = NONE; failed = false; was_woken = false; claimed = false }
}

/* A thread of a task: traps and, on the way back from each, upcall_ast().  At the end it computes;
 * its processor then serves others too, as time slices would have it. */
proctype thread(byte self)
{
    byte turn, word, to = NONE, from = NONE, victim = NONE;
    byte next = NONE, target = NONE, other = NONE;
    bool claimed, was_woken, failed;

    switch_finish(self);
    do
    :: ast_pending[self] -> break
    :: !ast_pending[self] && turn < TURNS -> trap(self, turn); turn++
    :: !ast_pending[self] && turn == TURNS ->
        atomic { in_user_code[self] = true; running[self] = false; idle_cpus++ }
        atomic { ast_pending[self] && idle_cpus > 0 -> idle_cpus--; running[self] = true }
    od;
    thread_exit(self, next)
}

init
{
    atomic {
        idle_cpus = CPUS;
        state[0] = RUNNABLE; queued[0] = true; run thread(0);
        state[1] = RUNNABLE; queued[1] = true; run thread(1);
        state[2] = RUNNABLE; queued[2] = true; run thread(2)
    }
}

#define may_stay(thread) \
    (state[thread] == DEAD || \
     (!ast_terminate[thread] && \
      (in_user_code[thread] || \
       (state[thread] == BLOCKED && STATE_OF(wait_word[thread]) == ARMED && \
        !timer_armed[thread]))))

#define no_wake_up_lost(port) \
    ((empty(receivers[port]) || empty(messages[port])) && \
     (empty(senders[port]) || full(messages[port])))

#define SIZE(set) \
    (((set) & 1) + ((set) >> 1 & 1) + ((set) >> 2 & 1) + ((set) >> 3 & 1) + ((set) >> 4 & 1) + \
     ((set) >> 5 & 1) + ((set) >> 6 & 1) + ((set) >> 7 & 1) + ((set) >> 8 & 1))

/* What holds when nothing moves any more. */
active proctype quiet()
{
    timeout;
    assert(may_stay(0) && may_stay(1) && may_stay(2));
    assert(no_wake_up_lost(0) && no_wake_up_lost(1));
    assert(SIZE(sent) == SIZE(received) + len(messages[0]) + len(messages[1]))
}
