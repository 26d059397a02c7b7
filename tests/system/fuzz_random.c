/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random traps and messages, wild but not hopeless: names that exist, pointers into a buffer, sizes
 * that fit, each with a good chance, so that much of it gets past the first check.
 */
#include "fuzz_random.h"

#include <string.h>

#include "systest_msg.h"
#include "systest_wild.h"

#define NAMES 16

/* A thread's state. */
struct fuzz {
    uint64_t random; /* xorshift64* */
    mach_port_t names[NAMES];
    uint8_t *buffer;
};

#define BUFFER_SIZE (64 * 1024)

static uint64_t next(struct fuzz *fuzz)
{
    fuzz->random ^= fuzz->random >> 12;
    fuzz->random ^= fuzz->random << 25;
    fuzz->random ^= fuzz->random >> 27;
    return fuzz->random * UINT64_C(0x2545f4914f6cdd1d);
}

/* A number below BOUND. */
static uint32_t below(struct fuzz *fuzz, uint32_t bound)
{
    return (uint32_t)((next(fuzz) >> 32) % bound);
}

static mach_port_t any_name(struct fuzz *fuzz)
{
    switch (below(fuzz, 24)) {
    case 0: return MACH_PORT_NULL;
    case 1: return MACH_PORT_DEAD;
    case 2: return (mach_port_t)next(fuzz);
    case 3: return HELPER_PORT(0);
    case 4: return mach_task_self();
    default: return fuzz->names[below(fuzz, NAMES)];
    }
}

static uint64_t any_address(struct fuzz *fuzz)
{
    switch (below(fuzz, 8)) {
    case 0: return wild_addresses[below(fuzz, wild_count)];
    case 1: return next(fuzz);
    default: return (uint64_t)fuzz->buffer + (next(fuzz) & (BUFFER_SIZE - 1) & ~UINT64_C(3));
    }
}

static uint64_t any_size(struct fuzz *fuzz)
{
    switch (below(fuzz, 8)) {
    case 0: return next(fuzz);
    case 1: return next(fuzz) & 0xfffff;
    case 2: return 0;
    default: return next(fuzz) & 0x3fff;
    }
}

static uint64_t any_argument(struct fuzz *fuzz)
{
    switch (below(fuzz, 5)) {
    case 0: return any_name(fuzz);
    case 1: return any_address(fuzz);
    case 2: return any_size(fuzz);
    case 3: return below(fuzz, 24);
    default: return next(fuzz) >> below(fuzz, 64);
    }
}

static void any_trap(struct fuzz *fuzz)
{
    uint64_t arguments[8];
    for (uint32_t i = 0; i < 8; i++) {
        arguments[i] = any_argument(fuzz);
    }
    if (below(fuzz, 4) != 0) {
        arguments[0] = mach_task_self();
    }
    if (below(fuzz, 3) != 0) {
        arguments[1] = any_name(fuzz);
    }
    (void)raw_trap(trap_table[below(fuzz, trap_count)].number, arguments);
}

/* Write a descriptor of any type to TO. Returns: its size. */
static uint32_t any_descriptor(struct fuzz *fuzz, mach_msg_descriptor_t *to)
{
    uint32_t kind = below(fuzz, 8);
    uint32_t disposition = below(fuzz, 10) == 0 ? below(fuzz, 256) : 16 + below(fuzz, 6);
    memset(to, 0, sizeof(*to));
    if (kind < 4) {
        to->port.name = any_name(fuzz);
        to->port.disposition = disposition;
        to->port.type = MACH_MSG_PORT_DESCRIPTOR;
        return sizeof(to->port);
    }
    if (kind < 6) {
        to->out_of_line.address = (void *)any_address(fuzz);
        to->out_of_line.size = (mach_msg_size_t)any_size(fuzz);
        to->out_of_line.deallocate = below(fuzz, 8) == 0;
        to->out_of_line.copy = below(fuzz, 2);
        to->out_of_line.type = MACH_MSG_OOL_DESCRIPTOR;
    } else {
        to->ool_ports.address = (void *)any_address(fuzz);
        to->ool_ports.count = (mach_msg_size_t)any_size(fuzz) >> 4;
        to->ool_ports.disposition = disposition;
        to->ool_ports.type = kind == 6 ? MACH_MSG_OOL_PORTS_DESCRIPTOR : below(fuzz, 256);
    }
    return sizeof(to->out_of_line);
}

/* An id of one of the kernel's interfaces, or none. */
static mach_msg_id_t any_id(struct fuzz *fuzz)
{
    static const mach_msg_id_t bases[] = {
        200, 400, 600, 3000, 3200, 3400, 3600, 3800, 4000, 4800
    };
    return bases[below(fuzz, sizeof(bases) / sizeof(bases[0]))] + (mach_msg_id_t)below(fuzz, 48);
}

/* Put a message at the buffer's beginning. Returns: its size. */
static uint32_t any_message(struct fuzz *fuzz)
{
    mach_msg_base_t *base = (mach_msg_base_t *)fuzz->buffer;
    uint8_t *end = (uint8_t *)(base + 1);
    uint32_t dispositions =
        MACH_MSGH_BITS(17 + below(fuzz, 5), below(fuzz, 2) * (17 + below(fuzz, 5)));
    base->header = (mach_msg_header_t){
        .msgh_bits = below(fuzz, 20) == 0 ? (uint32_t)next(fuzz) : dispositions,
        .msgh_remote_port = any_name(fuzz),
        .msgh_local_port = any_name(fuzz),
        .msgh_id = any_id(fuzz),
    };
    if (below(fuzz, 2) == 0) {
        base->header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        base->body.msgh_descriptor_count = below(fuzz, 5);
        for (uint32_t i = 0; i < base->body.msgh_descriptor_count; i++) {
            end += any_descriptor(fuzz, (mach_msg_descriptor_t *)end);
        }
    }
    for (uint32_t words = below(fuzz, 32); words > 0; words--) {
        uint32_t word = (uint32_t)any_argument(fuzz);
        memcpy(end, &word, sizeof(word));
        end += sizeof(word);
    }
    return (uint32_t)(end - fuzz->buffer);
}

static void send_any(struct fuzz *fuzz)
{
    uint32_t size = any_message(fuzz);
    uint32_t option = MACH_SEND_MSG | MACH_SEND_TIMEOUT | MACH_RCV_TIMEOUT;
    if (below(fuzz, 2) == 0) {
        option |= MACH_RCV_MSG;
    }
    if (below(fuzz, 16) == 0) {
        option |= (uint32_t)next(fuzz) & 0x0f00ffff;
    }
    uint32_t receive_size = below(fuzz, 4) == 0 ? (uint32_t)any_size(fuzz) : BUFFER_SIZE;
    (void)mach_msg_trap((mach_msg_header_t *)fuzz->buffer, (mach_msg_option_t)option, size,
                        receive_size, any_name(fuzz), below(fuzz, 3), MACH_PORT_NULL);
}

/* Make a name or forget one. */
static void change_names(struct fuzz *fuzz)
{
    mach_port_t *name = &fuzz->names[below(fuzz, NAMES)];
    switch (below(fuzz, 8)) {
    case 0: *name = thread_self_trap(); break;
    case 1: *name = host_self_trap(); break;
    case 2: *name = task_self_trap(); break;
    case 3: (void)_kernelrpc_mach_port_allocate_trap(mach_task_self(), below(fuzz, 5), name); break;
    default:
        *name = mach_reply_port();
        (void)_kernelrpc_mach_port_insert_right_trap(mach_task_self(), *name, *name,
                                                     MACH_MSG_TYPE_MAKE_SEND);
        break;
    }
}

void fuzz_run(void *argument)
{
    const struct fuzz_job job = *(const struct fuzz_job *)argument;
    struct fuzz_shared *shared = (struct fuzz_shared *)FUZZ_SHARED_ADDRESS;
    struct fuzz fuzz = { .random = job.seed };
    mach_vm_address_t buffer = 0;
    (void)_kernelrpc_mach_vm_allocate_trap(mach_task_self(), &buffer, BUFFER_SIZE,
                                           VM_FLAGS_ANYWHERE);
    fuzz.buffer = (uint8_t *)buffer;
    for (uint32_t i = 0; i < job.count; i++) {
        switch (below(&fuzz, 5)) {
        case 0: change_names(&fuzz); break;
        case 1:
        case 2: any_trap(&fuzz); break;
        default: send_any(&fuzz); break;
        }
        shared->done[job.index]++;
    }
}
