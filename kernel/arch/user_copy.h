/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only ways between user and kernel memory.  A user address outside the user half, or a fault
 * that vm/ cannot resolve, ends the copy with an error; nothing else happens.  The copies may fault
 * and therefore sleep.
 *
 * Context: no locks held; interrupts on or off (a fault enables them while it is resolved, and
 * restores them).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/message.h>

#include <lib/compiler.h>

/* One past the highest user address. */
#define USER_ADDRESS_END UINT64_C(0x00007ffffffff000)

/* True if [ADDRESS, ADDRESS + SIZE) lies in the user half. */
static inline bool user_range_is_valid(uint64_t address, uint64_t size)
{
    return size <= USER_ADDRESS_END && address <= USER_ADDRESS_END - size;
}

/* Copy SIZE bytes from user address FROM to TO.  Returns: KERN_SUCCESS; KERN_INVALID_ADDRESS. */
[[nodiscard]] kern_return_t copyin(void *to, uint64_t from, size_t size);

/* Copy SIZE bytes from FROM to user address TO.  Returns: KERN_SUCCESS; KERN_INVALID_ADDRESS. */
[[nodiscard]] kern_return_t copyout(uint64_t to, const void *from, size_t size);

/*
 * The two for messages: SIZE is a multiple of 4, of any small size; made for few instructions
 * (8-byte moves).
 * Returns: as copyin() and copyout().
 */
[[nodiscard]] static inline kern_return_t copyin_message(void *to, uint64_t from, size_t size);
[[nodiscard]] static inline kern_return_t copyout_message(uint64_t to, const void *from,
                                                          size_t size);

/* Read the bits and the two ports of the header of a message at user address FROM into *TO; nothing else of
 * it changes.  Returns: as copyin(). */
[[nodiscard]] static inline kern_return_t copyin_message_header(mach_msg_header_t *to,
                                                                uint64_t from);

/*
 * Copy a message from user address FROM to user address TO, where it does not overlap: SIZE bytes, a
 * multiple of 4 and a header at least, with *HEADER and SIZE in place of its header except for msgh_id, and
 * *TRAILER behind.  copyin_message_header() has read the header at FROM.
 * Context: any; locks may be held.  It does not sleep: a fault is not resolved, but ends the copy, of which
 * a part may have been done.
 * Returns: as copyin().
 */
[[nodiscard]] static inline kern_return_t copy_message_within(uint64_t to, uint64_t from,
                                                              size_t size,
                                                              const mach_msg_header_t *header,
                                                              const mach_msg_trailer_t *trailer);

#include <machine/user_copy.h>
