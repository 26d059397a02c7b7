/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The types behind <pthread.h>, in place of newlib's, which knows the objects only as numbers.
 * Everything here may be initialized statically and holds no kernel resource: a thread that has to
 * wait uses a port of its own (libmach/threads/park.h).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/sched.h>

typedef struct thread_block *pthread_t;

#define PTHREAD_SCOPE_PROCESS 0
#define PTHREAD_SCOPE_SYSTEM  1

#define PTHREAD_INHERIT_SCHED  1
#define PTHREAD_EXPLICIT_SCHED 2

#define PTHREAD_CREATE_DETACHED 0
#define PTHREAD_CREATE_JOINABLE 1

#define PTHREAD_STACK_MIN 16384

#define PTHREAD_PROCESS_SHARED  1
#define PTHREAD_PROCESS_PRIVATE 2

typedef struct {
    size_t stack_size;
    size_t guard_size;
    void *stack_end; /* of a stack of the program's own, its highest address; else null */
    int detach_state;
    int inherit; /* PTHREAD_INHERIT_SCHED or PTHREAD_EXPLICIT_SCHED */
    int policy;  /* SCHED_* */
    struct sched_param parameters;
} pthread_attr_t;

#define PTHREAD_MUTEX_NORMAL     0
#define PTHREAD_MUTEX_RECURSIVE  1
#define PTHREAD_MUTEX_ERRORCHECK 2
#define PTHREAD_MUTEX_DEFAULT    PTHREAD_MUTEX_NORMAL

typedef struct {
    uint32_t state; /* 0 free, 1 held, 2 held and somebody may wait */
    int type;       /* PTHREAD_MUTEX_* */
    pthread_t owner;
    unsigned int depth; /* times the owner has locked it beyond the first */
} pthread_mutex_t;

typedef struct {
    int type;
} pthread_mutexattr_t;

#define _PTHREAD_MUTEX_INITIALIZER          { 0, PTHREAD_MUTEX_NORMAL, NULL, 0 }
#define PTHREAD_RECURSIVE_MUTEX_INITIALIZER { 0, PTHREAD_MUTEX_RECURSIVE, NULL, 0 }

typedef struct {
    uint32_t sequence; /* counts wake-ups */
} pthread_cond_t;

typedef struct {
    int clock;
} pthread_condattr_t;

#define _PTHREAD_COND_INITIALIZER { 0 }

typedef uint32_t pthread_key_t;

typedef struct {
    uint32_t state; /* 0 not run, 1 running, 2 running and somebody waits, 3 done */
} pthread_once_t;

#define _PTHREAD_ONCE_INIT { 0 }

/* Any number of readers or one writer. Who has to wait sleeps until `changes` does. */
typedef struct {
    uint32_t lock; /* protects the rest */
    uint32_t readers;
    uint32_t waiting_writers; /* while there are any, no reader is let in */
    uint32_t sleepers;
    uint32_t changes; /* counts releases */
    pthread_t writer;
} pthread_rwlock_t;

typedef struct {
    int shared; /* PTHREAD_PROCESS_* */
} pthread_rwlockattr_t;

#define _PTHREAD_RWLOCK_INITIALIZER { 0, 0, 0, 0, 0, NULL }

typedef struct {
    uint32_t lock; /* protects the rest */
    uint32_t wanted;
    uint32_t arrived;
    uint32_t round; /* counts how often all were there */
} pthread_barrier_t;

typedef struct {
    int shared; /* PTHREAD_PROCESS_* */
} pthread_barrierattr_t;
