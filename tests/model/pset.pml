/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages to a port that is a member of two sets, each with a thread that receives from it:
 * deliver(), claim_set_receiver() and receive_from_set() of kernel/ipc/ipc_mqueue.c.  How one
 * thread waits and is woken is the subject of wait.pml; here a wait is a place on the set's queue
 * and ends when the message is handed over.
 */
#define SETS     2
#define SENDERS  2
#define MESSAGES 4 /* of all senders together, numbered from 1 */
#define NOTHING  0

bool port_lock;
bool set_lock[SETS];
chan messages = [MESSAGES] of { byte }; /* ipc_port.messages (port_lock) */
bool ready[SETS];                       /* is the port on ipc_pset.ready? (set_lock) */
bool waiting[SETS];                     /* ipc_pset.receivers (set_lock) */
byte handed_over[SETS];                 /* thread.wait_value */
byte sent, received;                    /* how many */
bool was_received[MESSAGES + 1];

inline spin_lock(lock)
{
    atomic { !lock -> lock = true }
}

inline spin_unlock(lock)
{
    assert(lock);
    lock = false
}

/* ipc_pset_make_unready() */
inline make_unready(set)
{
    set = 0;
    do
    :: set < SETS ->
        spin_lock(set_lock[set]);
        ready[set] = false;
        spin_unlock(set_lock[set]);
        set++
    :: else -> break
    od
}

/* claim_set_receiver(): TARGET is the set whose receiver is claimed, or SETS. */
inline claim_set_receiver(set, target)
{
    set = 0;
    do
    :: set < SETS && target == SETS ->
        spin_lock(set_lock[set]);
        if
        :: waiting[set] -> waiting[set] = false; target = set
        :: else ->
#ifndef BREAK_READY_LATER
            ready[set] = true
#endif
        fi;
        spin_unlock(set_lock[set]);
        set++
    :: else -> break
    od;
#ifndef BREAK_STAYS_READY
    if
    :: target < SETS && empty(messages) -> make_unready(set)
    :: else
    fi
#endif
}

proctype sender()
{
    byte set, target, message;
    do
    :: atomic { sent < MESSAGES -> sent++; message = sent };
        spin_lock(port_lock);
        target = SETS;
        if
        :: empty(messages) -> claim_set_receiver(set, target)
        :: nempty(messages)
        fi;
        if
        :: target < SETS -> handed_over[target] = message
        :: else ->
            messages ! message;
#ifdef BREAK_READY_LATER
            set = 0;
            do
            :: set < SETS ->
                spin_lock(set_lock[set]);
                ready[set] = true;
                spin_unlock(set_lock[set]);
                set++
            :: else -> break
            od
#endif
        fi;
        spin_unlock(port_lock)
    :: sent == MESSAGES -> break
    od
}

inline receive_end(message)
{
    atomic {
        assert(!was_received[message]);
        was_received[message] = true;
        received++;
        message = NOTHING
    }
}

/* receive_from_set(), again and again; its caller has nothing else to do. */
proctype receiver(byte self)
{
    byte set, message = NOTHING;
    do
    :: spin_lock(set_lock[self]);
        if
        :: !ready[self] ->
            waiting[self] = true;
            spin_unlock(set_lock[self]);
end:        atomic { handed_over[self] != NOTHING ->
                message = handed_over[self];
                handed_over[self] = NOTHING
            }
        :: ready[self] ->
            spin_unlock(set_lock[self]);
            spin_lock(port_lock);
            if
            :: nempty(messages) ->
                messages ? message;
                if
                :: empty(messages) -> make_unready(set)
                :: nempty(messages)
                fi
            :: empty(messages)
            fi;
            spin_unlock(port_lock)
        fi;
        if
        :: message != NOTHING -> receive_end(message)
        :: else
        fi
    od
}

init
{
    atomic {
        run sender();
        run sender();
        run receiver(0);
        run receiver(1)
    }
}

/* When nothing moves any more, everything was received, and both wait. A port that stays ready
 * without messages keeps its receivers busy for ever: that is seen at any moment it is unlocked. */
active proctype quiet()
{
    timeout;
    assert(received == MESSAGES);
    assert(waiting[0] && waiting[1])
}

active proctype watch()
{
    atomic {
        !port_lock && !set_lock[0] && !set_lock[1] && empty(messages) && (ready[0] || ready[1]) ->
        assert(false)
    }
}
