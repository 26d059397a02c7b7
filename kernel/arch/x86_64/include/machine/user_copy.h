/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of messages, inline bodies of <arch/user_copy.h>.  A fault in them continues at the place that
 * section .user_copy lists for it, with the processor's leave to touch user memory taken back (trap.c).
 */
#pragma once

/* STAC and CLAC, as in smap.inc. */
#define SMAP_PATCH(last)                  \
    "771: .byte 0x0f, 0x1f, 0x00\n\t"     \
    ".pushsection .smap_patch, \"a\"\n\t" \
    ".quad 771b, " last "\n\t"            \
    ".popsection\n\t"

/* Copy SIZE bytes, a multiple of 4, from FROM to TO, one of which is the user address USER; 8 bytes at a
 * time.  What begins in the lower half and leaves it comes by its last page first, where nothing is
 * ever mapped, and faults. */
static ALWAYS_INLINE kern_return_t copy_message(void *to, const void *from, size_t size,
                                                uint64_t user)
{
    if (__builtin_expect(user >> 47 != 0, 0)) {
        return KERN_INVALID_ADDRESS;
    }
    size_t words = size / sizeof(uint64_t);
    __asm__ goto volatile(
        SMAP_PATCH("0xcb") "1: rep movsq\n\t"
                           "testb $4, %b[size]\n\t"
                           "jz 2f\n\t"
                           "movsl\n"
                           "2:\n\t" SMAP_PATCH("0xca") ".pushsection .user_copy, \"a\"\n\t"
                                                       ".quad 1b, 2b, %l[fault]\n\t"
                                                       ".popsection"
        : "+D"(to), "+S"(from), "+c"(words)
        : [size] "r"(size)
        : "memory", "cc"
        : fault);
    return KERN_SUCCESS;
fault:
    return KERN_INVALID_ADDRESS;
}

static inline kern_return_t copyin_message(void *to, uint64_t from, size_t size)
{
    return copy_message(to, (const void *)(uintptr_t)from, size, from);
}

static inline kern_return_t copyout_message(uint64_t to, const void *from, size_t size)
{
    return copy_message((void *)(uintptr_t)to, from, size, to);
}

#undef SMAP_PATCH
