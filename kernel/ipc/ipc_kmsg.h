/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message in flight.
 *
 *      user buffer --copyin--> kmsg     rights and memory now belong to the message
 *      kmsg --send--> queue             or straight to a receiver that waits
 *      queue --receive--> kmsg
 *      kmsg --copyout--> user buffer    rights and memory now belong to the receiver
 *
 * At every moment a kmsg has one owner: the code that holds the pointer, or the queue it is on.
 * The owner passes it on or destroys it.  A kmsg owns the right and reference of `destination` and
 * `reply`, its voucher (ipc_kmsg_voucher.h), every right and region in its descriptors, and a reference on
 * `sender`.
 *
 * Most messages find their receiver waiting, and for those the sender's identity is taken down only
 * if the receiver asks for it.
 *
 * A message of up to IPC_KMSG_INLINE bytes lives in an object of one zone, whose per-processor
 * cache makes getting it a pop, and one that carries about a page in an object of another; the rest
 * come from kalloc().
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/message.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <ipc/ipc_kmsg_descriptor.h>
#include <ipc/ipc_port.h>

struct ipc_sender;
struct ipc_space;
struct thread;
struct vm_map;

/* Message bytes that fit without an allocation of their own size; the same for those that carry a page,
 * from IPC_KMSG_PAGE_MIN on; and the most that a message may have inline. */
#define IPC_KMSG_INLINE   376u
#define IPC_KMSG_PAGE_MIN 2048u
#define IPC_KMSG_PAGE     4476u
#define IPC_KMSG_MAX      (256u * 1024u)

/* Message bytes of those that are kept in reserve, and how many there are. */
#define IPC_KMSG_RESERVED      64u
#define IPC_KMSG_RESERVED_MANY 64u

/* The most descriptors in a message and port names in an out-of-line array. */
#define IPC_KMSG_DESCRIPTORS_MAX 16383u
#define IPC_OOL_PORTS_MAX        16384u

struct ipc_kmsg {
    struct list link;             /* (port) place in a queue, or the list of those to destroy */
    struct ipc_port *destination; /* null once delivered */
    struct ipc_port *reply;       /* null: none */
    struct ipc_sender *sender;    /* null: the kernel, or nobody will ask */
    uint64_t context;             /* of the port it was received from */
    uint8_t destination_type;     /* MACH_MSG_TYPE_PORT_SEND or _SEND_ONCE; 0: a reference alone */
    uint8_t reply_type;           /* the same, 0 without reply */
    bool is_circular;             /* carries a receive right that would end in its own queue */
    uint8_t importance;           /* of the sender, while it is queued: see ipc_donation.h */
    bool is_charged;   /* to somebody, who is noted behind the message: see ipc_charge.h */
    uint32_t capacity; /* message bytes there is room for; a trailer fits behind them */
    uint32_t sequence; /* set when it is received */
    mach_msg_header_t header ALIGNED(8); /* the message: bits, size, id valid; ports are above */
};

/* Bytes of a kmsg with room for CAPACITY message bytes and a trailer. */
static inline size_t ipc_kmsg_size(uint32_t capacity)
{
    return offsetof(struct ipc_kmsg, header) + capacity + MAX_TRAILER_SIZE;
}

/* The descriptors behind the header of a complex KMSG, and their number. */
static inline mach_msg_body_t *ipc_kmsg_body(struct ipc_kmsg *kmsg)
{
    return (mach_msg_body_t *)(&kmsg->header + 1);
}

static inline ipc_descriptor_t *ipc_kmsg_first_descriptor(struct ipc_kmsg *kmsg)
{
    return (ipc_descriptor_t *)(ipc_kmsg_body(kmsg) + 1);
}

/* Bytes of a descriptor of type TYPE (MACH_MSG_*_DESCRIPTOR). */
static inline uint32_t ipc_descriptor_size(uint8_t type)
{
    return type == MACH_MSG_PORT_DESCRIPTOR ? sizeof(ipc_port_descriptor_t)
                                            : sizeof(ipc_ool_descriptor_t);
}

/* The descriptor behind DESCRIPTOR. */
static inline ipc_descriptor_t *ipc_descriptor_next(ipc_descriptor_t *descriptor)
{
    return (ipc_descriptor_t *)((char *)descriptor + ipc_descriptor_size(descriptor->port.type));
}

/* Get a kmsg with room for SIZE message bytes; destination, reply and sender are null.  Returns:
 * null without memory, or if SIZE is over IPC_KMSG_MAX. */
[[nodiscard]] struct ipc_kmsg *ipc_kmsg_alloc(uint32_t size);

/* Get one of the messages, of IPC_KMSG_RESERVED bytes, that are kept for what must be said although there is
 * no memory.  Context: interrupts off.  Returns: null if all are on their way. */
[[nodiscard]] struct ipc_kmsg *ipc_kmsg_alloc_reserved(void);

/* Give the memory of KMSG back; it owns nothing any more. */
void ipc_kmsg_free(struct ipc_kmsg *kmsg);

/* Destroy KMSG and all it owns: rights, memory, itself.  Context: may sleep.  Never recurses:
 * messages inside ports inside messages are put on the thread's list and destroyed in turn. */
void ipc_kmsg_destroy(struct ipc_kmsg *kmsg);

/* KMSG, complex and made by the kernel, is about to be sent: the receive rights in its port
 * descriptors are on the way to its destination from now on. */
void ipc_kmsg_transit(struct ipc_kmsg *kmsg);

/* Destroy what DESCRIPTOR and those behind it own, COUNT in all.  Context: may sleep. */
void ipc_descriptors_destroy(ipc_descriptor_t *descriptor, uint32_t count);

/* Destroy what a complex KMSG's descriptors own, from the first to COUNT - 1. */
static inline void ipc_kmsg_destroy_body(struct ipc_kmsg *kmsg, uint32_t count)
{
    ipc_descriptors_destroy(ipc_kmsg_first_descriptor(kmsg), count);
}

/* Drop KMSG's right to its destination, or its reference.  Context: no locks. */
static inline void ipc_kmsg_drop_destination(struct ipc_kmsg *kmsg)
{
    if (kmsg->destination_type == 0 && kmsg->destination != nullptr) {
        ipc_port_release(kmsg->destination);
    } else {
        ipc_port_release_right(kmsg->destination, kmsg->destination_type);
    }
    kmsg->destination = nullptr;
}

/* Take down in KMSG that SPACE has sent it, if it does not say already who has.  Locks: none. */
void ipc_kmsg_identify(struct ipc_kmsg *kmsg, struct ipc_space *space);

/*
 * Copy the SIZE bytes of a message at user address ADDRESS into a new kmsg, which owns nothing yet.
 * Returns: MACH_MSG_SUCCESS and *KMSG; MACH_SEND_TOO_LARGE, _MSG_TOO_SMALL, _NO_BUFFER, _INVALID_DATA.
 */
[[nodiscard]] mach_msg_return_t ipc_kmsg_copyin_bytes(uint64_t address, uint32_t size,
                                                      struct ipc_kmsg **kmsg);

/* The same for messages that the processor has a kmsg at hand for.  Returns: false if this is not one, or
 * cannot be read. */
[[nodiscard]] bool ipc_kmsg_copyin_short(uint64_t address, uint32_t size, struct ipc_kmsg **kmsg);

/*
 * Take the rights and memory that KMSG, just copied in, carries out of SPACE and MAP.
 * Returns: MACH_MSG_SUCCESS.  Else KMSG is freed:
 *          MACH_SEND_INVALID_HEADER, _INVALID_VOUCHER, _INVALID_DEST, _INVALID_REPLY: nothing was
 *          consumed; _INVALID_TYPE, _INVALID_RIGHT, _INVALID_MEMORY, _MSG_TOO_SMALL, _TOO_LARGE: what
 *          was consumed is destroyed.
 */
[[nodiscard]] mach_msg_return_t ipc_kmsg_copyin_contents(struct ipc_kmsg *kmsg,
                                                         struct ipc_space *space,
                                                         struct vm_map *map);

/*
 * Deliver KMSG, just received, to space and map of RECEIVER: rights become names, memory is mapped, message and
 * trailer are written to the user's BUFFER, which was found large enough.  KMSG is
 * consumed in any case. OPTION selects the trailer.  Returns: MACH_MSG_SUCCESS;
 * MACH_RCV_HEADER_ERROR, _BODY_ERROR with MACH_MSG_*_SPACE bits, what could not be delivered is
 * destroyed; MACH_RCV_INVALID_DATA, the buffer is not writable, all is destroyed.
 */
[[nodiscard]] mach_msg_return_t ipc_kmsg_copyout(struct ipc_kmsg *kmsg,
                                                 const struct thread *receiver, uint64_t buffer,
                                                 mach_msg_option_t option);

/*
 * The send of KMSG failed with ERROR after its rights were taken: give them back to the sender as
 * if it had received its own message (no swap of the header's ports).  KMSG is consumed.  Returns:
 * ERROR, with MACH_MSG_*_SPACE bits.
 */
[[nodiscard]] mach_msg_return_t ipc_kmsg_copyout_pseudo(struct ipc_kmsg *kmsg,
                                                        struct ipc_space *space, struct vm_map *map,
                                                        uint64_t buffer, mach_msg_return_t error);

/* Bytes of the trailer that receive option OPTION asks for. */
static inline uint32_t ipc_kmsg_trailer_size(mach_msg_option_t option)
{
    return LIKELY((option & MACH_RCV_TRAILER_MASK) == 0) ? sizeof(mach_msg_trailer_t)
                                                         : REQUESTED_TRAILER_SIZE(option);
}
