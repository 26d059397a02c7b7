/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The compiler's own header, but each access is a step, before which another processor may run.  The
 * accesses are sequentially consistent, whatever order the code asks for: orders of steps are tried
 * here, not what a processor's memory may do to them.
 */
#pragma once

#include_next <stdatomic.h>

/* player.h */
void play_step(void);
void play_look(void);

#undef atomic_load
#undef atomic_load_explicit
#undef atomic_store
#undef atomic_store_explicit
#undef atomic_exchange
#undef atomic_exchange_explicit
#undef atomic_fetch_add
#undef atomic_fetch_add_explicit
#undef atomic_fetch_sub
#undef atomic_fetch_sub_explicit
#undef atomic_fetch_or
#undef atomic_fetch_or_explicit
#undef atomic_fetch_and
#undef atomic_fetch_and_explicit
#undef atomic_compare_exchange_strong
#undef atomic_compare_exchange_weak

#define atomic_load(object) (play_look(), __c11_atomic_load(object, __ATOMIC_SEQ_CST))
#define atomic_store(object, value) \
    (play_step(), __c11_atomic_store(object, value, __ATOMIC_SEQ_CST))
#define atomic_exchange(object, value) \
    (play_step(), __c11_atomic_exchange(object, value, __ATOMIC_SEQ_CST))
#define atomic_fetch_add(object, value) \
    (play_step(), __c11_atomic_fetch_add(object, value, __ATOMIC_SEQ_CST))
#define atomic_fetch_sub(object, value) \
    (play_step(), __c11_atomic_fetch_sub(object, value, __ATOMIC_SEQ_CST))
#define atomic_fetch_or(object, value) \
    (play_step(), __c11_atomic_fetch_or(object, value, __ATOMIC_SEQ_CST))
#define atomic_fetch_and(object, value) \
    (play_step(), __c11_atomic_fetch_and(object, value, __ATOMIC_SEQ_CST))
#define atomic_compare_exchange_strong(object, expected, value)                                   \
    (play_step(), __c11_atomic_compare_exchange_strong(object, expected, value, __ATOMIC_SEQ_CST, \
                                                       __ATOMIC_SEQ_CST))
#define atomic_compare_exchange_weak(object, expected, value) \
    atomic_compare_exchange_strong(object, expected, value)

#define atomic_load_explicit(object, order)             atomic_load(object)
#define atomic_store_explicit(object, value, order)     atomic_store(object, value)
#define atomic_exchange_explicit(object, value, order)  atomic_exchange(object, value)
#define atomic_fetch_add_explicit(object, value, order) atomic_fetch_add(object, value)
#define atomic_fetch_sub_explicit(object, value, order) atomic_fetch_sub(object, value)
#define atomic_fetch_or_explicit(object, value, order)  atomic_fetch_or(object, value)
#define atomic_fetch_and_explicit(object, value, order) atomic_fetch_and(object, value)
