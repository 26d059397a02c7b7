/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ports and port sets have in common: a lock, references, and a kind, so that an entry of a
 * space can refer to either.  The memory goes back to its zone with the last reference.
 */
#pragma once

#include <stdint.h>

#include <lib/assert.h>
#include <lib/compiler.h>
#include <lib/refcount.h>
#include <arch/spinlock.h>

enum ipc_object_kind {
    IPC_OBJECT_PORT,
    IPC_OBJECT_PORT_SET,
};

/* First member of struct ipc_port and struct ipc_pset. */
struct ipc_object {
    struct spinlock lock;
    struct refcount references;
    enum ipc_object_kind kind; /* constant */
    bool is_active;            /* (lock) false once destroyed */
};

/* Count a reference on OBJECT. */
static inline void ipc_object_reference(struct ipc_object *object)
{
    refcount_acquire(&object->references);
}

/* Free OBJECT, whose last reference is gone. */
void ipc_object_free(struct ipc_object *object);

/* Drop a reference on OBJECT. */
static inline void ipc_object_release(struct ipc_object *object)
{
    if (UNLIKELY(refcount_release(&object->references))) {
        ipc_object_free(object);
    }
}

/* The same where the caller knows, by a lock, that others have references. */
static inline void ipc_object_release_shared(struct ipc_object *object)
{
    bool was_last = refcount_release(&object->references);
    assert(!was_last);
}
