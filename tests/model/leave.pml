/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Leaving the queue of an object that may be gone: waitq_leave() and waitq_forget() of
 * kernel/sched/waitq.c.  Each inline stands for the C function that it is named after.
 *
 * A thread waited without a reference, and its wait was broken off.  While it leaves its queue, a
 * sender and the object's end find it there; whoever of these two is last frees the object.  The
 * thread must not look at an object that is gone, and is on no queue afterwards.
 *
 * BREAK_* leave out one rule each: then the model must fail (tests/model/check.py).
 */
bool object_lock, thread_lock;
bool is_linked = true;   /* wait_link is on the queue */
bool is_noted = true;    /* struct thread.wait_lock is set */
byte references = 2;     /* the sender's and that of the receive right */
byte ended;              /* processes that are done */

#define look_at_object() assert(references > 0)
#define lock(what)       atomic { !what -> what = true }
#define unlock(what)     what = false

inline waitq_forget()
{
#ifndef BREAK_FORGETS_NOTHING
    lock(thread_lock);
    is_noted = false;
    unlock(thread_lock)
#else
    skip
#endif
}

/* The queue's lock is held; the thread's wait is over, so it cannot be claimed. */
inline waitq_claim_one()
{
    if
    :: is_linked -> is_linked = false; waitq_forget()
    :: else
    fi
}

inline waitq_leave()
{
    do
    ::
#ifndef BREAK_LOOKS_WITHOUT_LOCK
        lock(thread_lock);
#endif
        if
        :: !is_noted -> unlock(thread_lock); break
        :: else ->
            look_at_object();
#ifdef BREAK_WAITS_FOR_THE_QUEUE
            lock(object_lock);
            is_linked = false;
            unlock(object_lock);
            unlock(thread_lock);
            break
#else
            if
            :: atomic { !object_lock -> look_at_object(); object_lock = true }
                is_linked = false;
                unlock(object_lock);
                unlock(thread_lock);
                break
            :: object_lock -> unlock(thread_lock)
            fi
#endif
        fi
    od
}

/* A sender, and ipc_port_destroy(). */
active [2] proctype finder()
{
    look_at_object();
    lock(object_lock);
    waitq_claim_one();
    unlock(object_lock);
    references--;
    ended++
}

active proctype leaver()
{
    waitq_leave();
    assert(!is_linked);
    ended++
}

/* When nothing moves any more, all are done. */
active proctype watch()
{
    timeout -> assert(ended == 3)
}
