/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A port: a queue of messages with one receiver and any number of senders.  Where its receive right
 * is, its state says:
 *
 *      IN_SPACE    a task holds it: `receiver`, `receiver_name`
 *      IN_KERNEL   the kernel holds it: messages go to the kernel object (`kobject`), or, without
 *                  one, wait in the queue for kernel code that receives
 *      IN_TRANSIT  it is in a message that is queued on the port `destination` (a reference)
 *      IN_LIMBO    it is in a message that is not queued yet
 *      DEAD        it is gone; send rights to it are dead names from now on
 *
 *           create --> IN_SPACE <--> IN_LIMBO <--> IN_TRANSIT        every state --> DEAD
 *           create_kernel --> IN_KERNEL
 *
 * Rights are counted here (send_rights, send_once_rights); each right, in a space or in a message,
 * also holds one reference on the object, as does the receive right.
 *
 * Locks: the port's own lock protects everything, the message queue included.  Order: space -> port
 * -> port set.
 * Context: interrupts off in all functions of ipc/ unless they say otherwise.
 */
#pragma once

#include <stdint.h>

#include <mach/message.h>
#include <mach/port.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <sched/waitq.h>
#include <ipc/ipc_object.h>

struct ipc_kmsg;
struct ipc_space;
struct quota;

enum ipc_port_state {
    PORT_IN_SPACE,
    PORT_IN_KERNEL,
    PORT_IN_TRANSIT,
    PORT_IN_LIMBO,
    PORT_DEAD,
};

/* What a kernel port stands for; `kobject` points to it. */
enum ipc_kobject_kind {
    IPC_KOBJECT_NONE,
    IPC_KOBJECT_TASK,
    IPC_KOBJECT_TASK_READ, /* this and the next: in the order of enum object_access */
    IPC_KOBJECT_TASK_INSPECT,
    IPC_KOBJECT_TASK_NAME,
    IPC_KOBJECT_TASK_TOKEN,
    IPC_KOBJECT_TASK_RESUME,
    IPC_KOBJECT_THREAD,
    IPC_KOBJECT_THREAD_READ, /* likewise */
    IPC_KOBJECT_THREAD_INSPECT,
    IPC_KOBJECT_HOST,
    IPC_KOBJECT_HOST_PRIV,
    IPC_KOBJECT_HOST_SECURITY,
    IPC_KOBJECT_PROCESSOR,
    IPC_KOBJECT_PROCESSOR_SET,
    IPC_KOBJECT_PROCESSOR_SET_NAME,
    IPC_KOBJECT_CLOCK,
    IPC_KOBJECT_CLOCK_CONTROL,
    IPC_KOBJECT_SEMAPHORE,
    IPC_KOBJECT_VOUCHER,
    IPC_KOBJECT_MEMORY_ENTRY,
    IPC_KOBJECT_DEVICE_MASTER,
    IPC_KOBJECT_INTERRUPT,
};

/* Something of kern/ that ends with a port. */
struct ipc_port_dependent {
    struct list
        link; /* (port) on the port's list; entered and taken off while the port is active */
    /* The port has died, and the dependent is off the list.  Context: no locks; interrupts off. */
    void (*port_died)(struct ipc_port_dependent *dependent);
};

struct ipc_port {
    struct ipc_object object; /* first */
    enum ipc_port_state state;
    enum ipc_kobject_kind kobject_kind; /* (IN_KERNEL) */
    union {
        struct ipc_space *receiver;   /* IN_SPACE; no reference: the space dies after its ports */
        struct ipc_port *destination; /* IN_TRANSIT; a reference */
        void *kobject;                /* IN_KERNEL; what the reference is, the kind's owner says */
    };
    mach_port_name_t receiver_name; /* IN_SPACE */

    uint32_t send_rights;
    uint32_t send_once_rights;
    uint32_t make_send_count;

    uint32_t sequence; /* number of the next message received */
    uint32_t message_limit;
    uint32_t message_count;
    uint8_t importance;     /* the most that a request in the queue brought since it was empty */
    struct list messages;   /* ipc_kmsg.link */
    struct waitq receivers; /* threads that receive from the port itself */
    struct waitq senders;   /* threads that wait for room in the queue */
    struct list sets;       /* ipc_pset_link.port_link: the sets it is a member of */

    struct list requests;   /* ipc_request.link: those that are pending, the armed ones first */
    uint32_t request_count; /* how many */
    struct list dependents; /* ipc_port_dependent.link */
    struct ipc_kmsg *no_senders; /* the message to send when the last send right goes, or null */
    struct ipc_kmsg *port_destroyed; /* the message that takes the dying receive right, or null */
    struct quota *quota;             /* (constant) a reference: of the task that made it, or null */
    uint64_t context; /* the receiver's; with MACH_PORT_STATUS_FLAG_GUARDED it is the guard */
    uint8_t flags;    /* MACH_PORT_STATUS_FLAG_*: guard and importance */
    _Atomic bool
        is_room_awaited; /* a request is armed (ipc_request.h); read without the lock too */
    bool is_timer;       /* (constant) made by mk_timer_create */
};

/* The flags that say how a receive right is guarded; they do not travel with it. */
#define IPC_PORT_GUARD_FLAGS                                              \
    (MACH_PORT_STATUS_FLAG_GUARDED | MACH_PORT_STATUS_FLAG_STRICT_GUARD | \
     MACH_PORT_STATUS_FLAG_GUARD_IMMOVABLE_RECEIVE)

/* The most rights of one kind, and made send rights, that a port can count. */
#define IPC_PORT_RIGHTS_MAX UINT32_MAX

/* A port that died before its right arrived: stands in kmsgs and arrays for MACH_PORT_DEAD. */
#define IPC_PORT_DEAD ((struct ipc_port *)UINTPTR_MAX)

/* True if PORT is a port: neither null nor the dead mark. */
static inline bool ipc_port_is_valid(const struct ipc_port *port)
{
    return (uintptr_t)port + 1 > 1;
}

/* True if PORT's receive right is guarded.  Without its lock a look that may be overtaken. */
static inline bool ipc_port_is_guarded(const struct ipc_port *port)
{
    return __atomic_load_n(&port->flags, __ATOMIC_RELAXED) & MACH_PORT_STATUS_FLAG_GUARDED;
}

static inline LOCK_FUNCTION void ipc_port_lock(struct ipc_port *port) ACQUIRE(port->object.lock)
{
    spin_lock_at(&port->object.lock, LOCK_PLACE());
}

static inline void ipc_port_unlock(struct ipc_port *port) RELEASE(port->object.lock)
{
    spin_unlock(&port->object.lock);
}

static inline void ipc_port_reference(struct ipc_port *port)
{
    ipc_object_reference(&port->object);
}

static inline void ipc_port_release(struct ipc_port *port)
{
    ipc_object_release(&port->object);
}

/* True if PORT has pending requests.  Without its lock a look that may be overtaken; of a dead port, which
 * gets no new ones, false is for ever. */
static inline bool ipc_port_has_requests(const struct ipc_port *port)
{
    return __atomic_load_n(&port->request_count, __ATOMIC_RELAXED) != 0;
}

/* Create a port in limbo with no rights but the receive right, whose reference the caller owns.
 * Returns: null without memory. */
[[nodiscard]] struct ipc_port *ipc_port_create(void);

/* The same, charged to QUOTA.  Returns: also null if that is used up. */
[[nodiscard]] struct ipc_port *ipc_port_create_for(struct quota *quota);

/* Charge PORT, just created, to QUOTA, of which the port takes a reference.  Returns: false if that
 * is used up. */
[[nodiscard]] bool ipc_port_charge(struct ipc_port *port, struct quota *quota);

/* Create a port whose receive right the kernel holds, for the object KOBJECT of kind KIND
 * (IPC_KOBJECT_NONE: a port that kernel code receives from).  The caller owns the receive right's
 * reference; ipc_port_destroy() takes it back.
 * Returns: null without memory. */
[[nodiscard]] struct ipc_port *ipc_port_create_kernel(enum ipc_kobject_kind kind, void *kobject);

/*
 * Destroy PORT's receive right, consuming its reference: waiting receivers and senders are told,
 * queued messages are destroyed, notifications sent (port-destroyed takes the receive right
 * instead, and the port lives).
 * Context: may sleep (destroys out-of-line memory); no locks.
 */
void ipc_port_destroy(struct ipc_port *port);

/* For an object that dies before its port: break the link to the kernel object. */
void ipc_port_clear_kobject(struct ipc_port *port);

/* The object of kind KIND behind PORT, or null.  The result is safe to use under PORT's lock
 * only. */
static inline void *ipc_port_kobject_locked(struct ipc_port *port, enum ipc_kobject_kind kind)
    REQUIRES(port->object.lock)
{
    return port->kobject_kind == kind && port->state == PORT_IN_KERNEL ? port->kobject : nullptr;
}

/* Make a send right from PORT, which the caller can receive from or which is a kernel port. 
 * Returns: PORT with one more reference and send right, or IPC_PORT_DEAD if it has died or cannot
 * count one more. */
struct ipc_port *ipc_port_make_send(struct ipc_port *port);

/* Make a send-once right in the same way. */
struct ipc_port *ipc_port_make_send_once(struct ipc_port *port);

/* Copy a send right that the caller holds.  Null and dead stay as they are. */
struct ipc_port *ipc_port_copy_send(struct ipc_port *port);

/* Drop a send right with its reference; the last one triggers no-senders.  Null and dead are
 * ignored. */
void ipc_port_release_send(struct ipc_port *port);

/* Drop an unused send-once right with its reference: the receiver gets a send-once notification, the
 * object of a kernel port is told by an upcall.  Null and dead are ignored. */
void ipc_port_release_send_once(struct ipc_port *port);

/* A send-once right whose message was delivered is used up: drop it with its reference, without
 * notification. */
void ipc_port_consume_send_once(struct ipc_port *port);

/* Drop one send right of PORT without its reference, and the lock.  Locks: PORT's on entry. */
void ipc_port_drop_send(struct ipc_port *port) RELEASE(port->object.lock);

/* Drop a right of kind TYPE (MACH_MSG_TYPE_PORT_*) that is in no space: as the functions above, or
 * destroy the port for a receive right.  Null and dead are ignored.  Context: may sleep. */
void ipc_port_release_right(struct ipc_port *port, mach_msg_type_name_t type);

/* PORT's receive right leaves where it is and is in limbo.  Returns: the port whose queue it was
 * in, with the reference that the caller has to drop, or null.  Locks: PORT's. */
struct ipc_port *ipc_port_leave_transit(struct ipc_port *port) REQUIRES(port->object.lock);

/* The task that receives from PORT gives its receive right away, to be in limbo: PORT leaves its
 * sets, who waits for messages is to get REASON (MACH_RCV_PORT_CHANGED, MACH_RCV_PORT_DIED), and guard,
 * context, make-send count and sequence number start anew.  Those who waited are claimed and moved to the
 * end of WOKEN, for waitq_wake_claimed().  Locks: PORT's.  Returns: as ipc_port_leave_transit(). */
struct ipc_port *ipc_port_leave_space(struct ipc_port *port, mach_msg_return_t reason,
                                      struct list *woken) REQUIRES(port->object.lock);

/* What ipc_port_check_circularity() finds. */
enum ipc_circularity {
    IPC_NOT_CIRCULAR,
    IPC_CIRCULAR,
    IPC_TOO_DEEP, /* DESTINATION is in a queue in a queue ..., more than IPC_TRANSIT_DEPTH_MAX */
};

/* How many queues deep a port may be to be sent a receive right: the most links that are followed
 * with a lock held (docs/adr/0022-receive-rights-in-messages-have-a-depth.md). */
#define IPC_TRANSIT_DEPTH_MAX 1000

/*
 * Would queueing PORT's receive right on DESTINATION close a circle of queues?  If not, and if that is
 * found out in time, PORT (in limbo) becomes in transit to DESTINATION.
 */
[[nodiscard]] enum ipc_circularity ipc_port_check_circularity(struct ipc_port *port,
                                                              struct ipc_port *destination);

/* Set up the zones of ipc/.  Once, at boot. */
void ipc_init(void);
