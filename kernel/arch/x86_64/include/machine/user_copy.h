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
#define STAC SMAP_PATCH("0xcb")
#define CLAC SMAP_PATCH("0xca")

/* From 1 to 2 user memory is touched; after a fault it goes on at "fault". */
#define USER_COPY_PLACE(may_sleep)               \
    ".pushsection .user_copy, \"a\"\n\t"         \
    ".quad 1b, 2b, %l[fault], " may_sleep "\n\t" \
    ".popsection"

/* Copy SIZE bytes, a multiple of 4, from (rsi) to (rdi); rcx is SIZE / 8. */
#define COPY_WORDS           \
    "rep movsq\n\t"          \
    "testb $4, %b[size]\n\t" \
    "jz 3f\n\t"              \
    "movsl\n"                \
    "3:\n\t"

/* What begins in the lower half and leaves it comes by its last page first, where nothing is ever mapped,
 * and faults. */
static ALWAYS_INLINE bool user_address_is_low(uint64_t address)
{
    return __builtin_expect(address >> 47 == 0, 1);
}

/* Copy SIZE bytes, a multiple of 4, from FROM to TO, one of which is the user address USER; 8 bytes at a
 * time. */
static ALWAYS_INLINE kern_return_t copy_message(void *to, const void *from, size_t size,
                                                uint64_t user)
{
    if (!user_address_is_low(user)) {
        return KERN_INVALID_ADDRESS;
    }
    size_t words = size / sizeof(uint64_t);
    __asm__ goto volatile(STAC "1: " COPY_WORDS "2: " CLAC USER_COPY_PLACE("1")
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

static ALWAYS_INLINE kern_return_t copyin_message_header(mach_msg_header_t *to, uint64_t from)
{
    if (!user_address_is_low(from)) {
        return KERN_INVALID_ADDRESS;
    }
    const mach_msg_header_t *header = (const mach_msg_header_t *)(uintptr_t)from;
    __asm__ goto volatile(
        STAC "1: movl %[from_bits], %[bits]\n\t"
             "movl %[from_remote], %[remote]\n\t"
             "movl %[from_local], %[local]\n"
             "2: " CLAC USER_COPY_PLACE("1")
        : [bits] "=&r"(to->msgh_bits), [remote] "=&r"(to->msgh_remote_port),
          [local] "=&r"(to->msgh_local_port)
        : [from_bits] "m"(header->msgh_bits), [from_remote] "m"(header->msgh_remote_port),
          [from_local] "m"(header->msgh_local_port)
        :
        : fault);
    return KERN_SUCCESS;
fault:
    return KERN_INVALID_ADDRESS;
}

static ALWAYS_INLINE kern_return_t copy_message_within(uint64_t to, uint64_t from, size_t size,
                                                       const mach_msg_header_t *header,
                                                       const mach_msg_trailer_t *trailer)
{
    if (!user_address_is_low(to)) {
        return KERN_INVALID_ADDRESS;
    }
    uint64_t at = to;
    size_t words = size / sizeof(uint64_t);
    mach_msg_header_t *to_header = (mach_msg_header_t *)(uintptr_t)to;
    __asm__ goto volatile(
        STAC "1: " COPY_WORDS "movl %[type], (%[at])\n\t"
             "movl %[length], 4(%[at])\n\t"
             "movl %[bits], %[to_bits]\n\t"
             "movl %k[size], %[to_size]\n\t"
             "movl %[remote], %[to_remote]\n\t"
             "movl %[local], %[to_local]\n\t"
             "movl $0, %[to_voucher]\n"
             "2: " CLAC USER_COPY_PLACE("0")
        : [at] "+&D"(at), "+&S"(from), "+&c"(words)
        : [size] "r"(size), [type] "ri"(trailer->msgh_trailer_type),
          [length] "ri"(trailer->msgh_trailer_size), [bits] "ri"(header->msgh_bits),
          [remote] "ri"(header->msgh_remote_port), [local] "r"(header->msgh_local_port),
          [to_bits] "m"(to_header->msgh_bits), [to_size] "m"(to_header->msgh_size),
          [to_remote] "m"(to_header->msgh_remote_port), [to_local] "m"(to_header->msgh_local_port),
          [to_voucher] "m"(to_header->msgh_voucher_port)
        : "memory", "cc"
        : fault);
    return KERN_SUCCESS;
fault:
    return KERN_INVALID_ADDRESS;
}

#undef STAC
#undef CLAC
#undef SMAP_PATCH
#undef USER_COPY_PLACE
#undef COPY_WORDS
