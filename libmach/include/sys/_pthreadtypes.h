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

typedef struct {
    size_t stack_size;
    int detach_state;
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
