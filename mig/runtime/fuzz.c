/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One input: the first bytes choose the id and feed fuzz_choose(), the rest is the request's body.
 * Request, reply and out-of-line memory are blocks of exactly their size, for AddressSanitizer.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { CHOICES = 16, MAX_BLOCKS = 64, MAX_MEMORY = 4096 };

NDR_record_t NDR_record = { 0, 0, 0, 0, 1, 0, 0, 0 };
static uint8_t choices[CHOICES];
static unsigned int next_choice;
static void *blocks[MAX_BLOCKS];
static unsigned int block_count;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void fuzz_read(const void *bytes, size_t size)
{
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum ^= ((const uint8_t *)bytes)[i];
    }
}

void fuzz_read_string(const char *s, size_t size)
{
    if (strnlen(s, size) == size) {
        abort();
    }
    fuzz_read(s, strlen(s) + 1);
}

uint32_t fuzz_choose(uint32_t limit)
{
    uint32_t choice = choices[next_choice++ % CHOICES];
    return choice == 0xff ? UINT32_MAX : choice % (limit + 1);
}

kern_return_t fuzz_result(void)
{
    static const kern_return_t results[] = { KERN_SUCCESS, KERN_SUCCESS, KERN_FAILURE, MIG_NO_REPLY };
    return results[fuzz_choose(1000) % 4];
}

static void *new_block(size_t size)
{
    void *block = malloc(size);
    memset(block, 'm', size);
    blocks[block_count++] = block;
    return block;
}

/* The kernel never delivers a region that is not there, nor one freed twice. */
void mig_deallocate(vm_address_t address, vm_size_t size)
{
    for (unsigned int i = 0; i < block_count; i++) {
        if (blocks[i] == (void *)address) {
            fuzz_read((void *)address, size);
            free(blocks[i]);
            blocks[i] = NULL;
            return;
        }
    }
    if (size != 0) {
        abort();
    }
}

/* Only results of the routine are destroyed, and these are not there. */
void mach_msg_destroy(mach_msg_header_t *message)
{
    (void)message;
}

static void free_blocks(void)
{
    for (unsigned int i = 0; i < block_count; i++) {
        free(blocks[i]);
    }
    block_count = 0;
}

/* Make one descriptor what a kernel delivers. Returns: its size; 0, it does not fit. */
static size_t mend_descriptor(mach_msg_descriptor_t *descriptor, size_t left)
{
    if (left < sizeof(descriptor->type)) {
        return 0;
    }
    uint8_t *raw = (uint8_t *)descriptor;
    raw[11] %= 3;
    if (raw[11] == MACH_MSG_PORT_DESCRIPTOR) {
        return sizeof(descriptor->port);
    }
    if (left < sizeof(descriptor->out_of_line)) {
        return 0;
    }
    bool ports = raw[11] == MACH_MSG_OOL_PORTS_DESCRIPTOR;
    uint32_t amount = descriptor->out_of_line.size % MAX_MEMORY;
    size_t size = ports ? amount * sizeof(mach_port_t) : amount;
    descriptor->out_of_line.size = amount;
    descriptor->out_of_line.address = size == 0 ? NULL : new_block(size);
    return sizeof(descriptor->out_of_line);
}

/* A complex message holds as many descriptors as it says. Returns: what follows them. */
static char *mend_descriptors(mach_msg_header_t *request)
{
    size_t left = request->msgh_size - sizeof(*request);
    mach_msg_body_t *body = (mach_msg_body_t *)(request + 1);
    if ((request->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return (char *)body;
    }
    if (left < sizeof(*body)) {
        request->msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
        return (char *)body;
    }
    left -= sizeof(*body);
    char *at = (char *)(body + 1);
    uint32_t wanted = body->msgh_descriptor_count % MAX_BLOCKS;
    body->msgh_descriptor_count = 0;
    while (body->msgh_descriptor_count < wanted) {
        size_t size = mend_descriptor((mach_msg_descriptor_t *)at, left);
        if (size == 0) {
            break;
        }
        at += size;
        left -= size;
        body->msgh_descriptor_count++;
    }
    return at;
}

/* Descriptors as a kernel delivers them; in most requests the data is in our representation. */
static void mend_body(mach_msg_header_t *request)
{
    char *data = mend_descriptors(request);
    size_t left = (size_t)((char *)request + request->msgh_size - data);
    if (left >= sizeof(NDR_record) && (choices[0] & 7) != 0) {
        memcpy(data, &NDR_record, sizeof(NDR_record));
    }
}

static mach_msg_header_t *make_request(const uint8_t *data, size_t size)
{
    size_t body = size / 4 * 4;
    size_t total = sizeof(mach_msg_header_t) + body;
    mach_msg_header_t *request = malloc(total + sizeof(mach_msg_max_trailer_t));
    mach_msg_max_trailer_t trailer = { .msgh_trailer_size = sizeof(trailer) };

    memcpy(request + 1, data, body);
    memcpy((char *)request + total, &trailer, sizeof(trailer));
    *request = (mach_msg_header_t){
        .msgh_bits = (choices[0] & 0x80) != 0 ? MACH_MSGH_BITS_COMPLEX : 0,
        .msgh_size = (mach_msg_size_t)total,
        .msgh_id = fuzz_target.first + (mach_msg_id_t)(choices[1] % (fuzz_target.count + 1)),
    };
    mend_body(request);
    return request;
}

static void check_reply(const mig_reply_error_t *reply)
{
    mach_msg_size_t size = reply->Head.msgh_size;
    if (size < sizeof(mach_msg_header_t) || size > fuzz_target.max_reply || size % 4 != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < CHOICES) {
        return 0;
    }
    memcpy(choices, data, CHOICES);
    next_choice = 2;
    mach_msg_header_t *request = make_request(data + CHOICES, size - CHOICES);
    mig_reply_error_t *reply = malloc(fuzz_target.max_reply);
    fuzz_target.demux(request, &reply->Head);
    check_reply(reply);
    free(reply);
    free(request);
    free_blocks();
    return 0;
}
