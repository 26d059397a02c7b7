/* SPDX-License-Identifier: BSD-2-Clause */
/* The ledger of loopback_ledger.h: a table of rights, a list of blocks, and notes of each side. */
#include "loopback_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_RIGHTS = 256,
    MAX_BLOCKS = 256,
    MAX_NOTES = 256
};
enum {
    SEND,
    SEND_ONCE,
    RECEIVE,
    KINDS
};

enum loop_holder loop_side;

static struct {
    mach_port_t name;
    int refs[LOOP_HOLDERS][KINDS];
} rights[MAX_RIGHTS];
static unsigned int right_count;

static struct {
    void *memory;
    size_t size;
    enum loop_holder holder;
} blocks[MAX_BLOCKS];
static unsigned int block_count;
static void *message_memory; /* of mig_allocate() */
static size_t message_size;

/* What a side made for a message: a right, or memory. */
static struct note {
    enum loop_holder holder;
    bool given; /* the message takes it along */
    mach_port_t name;
    mach_msg_type_name_t right;
    void *memory;
} notes[MAX_NOTES];
static unsigned int note_count;

/* Rights --------------------------------------------------------------------------------------- */

static unsigned int kind_of(mach_msg_type_name_t right)
{
    switch (right) {
    case MACH_MSG_TYPE_PORT_SEND: return SEND;
    case MACH_MSG_TYPE_PORT_SEND_ONCE: return SEND_ONCE;
    default: LOOP_CHECK(right == MACH_MSG_TYPE_PORT_RECEIVE); return RECEIVE;
    }
}

static int *refs_of(enum loop_holder holder, mach_port_t name, mach_msg_type_name_t right)
{
    unsigned int i = 0;
    while (i < right_count && rights[i].name != name) {
        i++;
    }
    LOOP_CHECK(i < MAX_RIGHTS);
    if (i == right_count) {
        rights[right_count++].name = name;
    }
    return &rights[i].refs[holder][kind_of(right)];
}

void ledger_give(enum loop_holder holder, mach_port_t name, mach_msg_type_name_t right)
{
    if (name != MACH_PORT_NULL) {
        ++*refs_of(holder, name, right);
    }
}

void ledger_take(enum loop_holder holder, mach_port_t name, mach_msg_type_name_t right)
{
    if (name != MACH_PORT_NULL) {
        LOOP_CHECK(ledger_has(holder, name, right));
        --*refs_of(holder, name, right);
    }
}

bool ledger_has(enum loop_holder holder, mach_port_t name, mach_msg_type_name_t right)
{
    return *refs_of(holder, name, right) > 0;
}

/* Memory --------------------------------------------------------------------------------------- */

void *ledger_allocate(enum loop_holder holder, size_t size)
{
    if (size == 0) {
        return NULL;
    }
    LOOP_CHECK(block_count < MAX_BLOCKS);
    void *memory = malloc(size);
    memset(memory, PATTERN, size);
    blocks[block_count].memory = memory;
    blocks[block_count].size = size;
    blocks[block_count++].holder = holder;
    return memory;
}

static unsigned int block_of(enum loop_holder holder, const void *memory)
{
    unsigned int i = 0;
    while (i < block_count && (blocks[i].memory != memory || blocks[i].holder != holder)) {
        i++;
    }
    LOOP_CHECK(i < block_count);
    return i;
}

static void forget_block(unsigned int i)
{
    free(blocks[i].memory);
    blocks[i] = blocks[--block_count];
}

void ledger_free(enum loop_holder holder, void *memory, size_t size)
{
    if (size == 0) {
        return;
    }
    const unsigned int i = block_of(holder, memory);
    LOOP_CHECK(blocks[i].size == size);
    forget_block(i);
}

void ledger_discard(enum loop_holder holder, void *memory)
{
    forget_block(block_of(holder, memory));
}

void ledger_check(enum loop_holder holder, const void *memory)
{
    (void)block_of(holder, memory);
}

void ledger_move(void *memory, enum loop_holder from, enum loop_holder to)
{
    if (memory != NULL) {
        blocks[block_of(from, memory)].holder = to;
    }
}

/* Notes ---------------------------------------------------------------------------------------- */

static void note(struct note new)
{
    LOOP_CHECK(note_count < MAX_NOTES);
    new.holder = loop_side;
    notes[note_count++] = new;
}

/* What must be there to send with DISPOSITION. */
static mach_msg_type_name_t needed(mach_msg_type_name_t disposition)
{
    switch (disposition) {
    case MACH_MSG_TYPE_COPY_SEND: return MACH_MSG_TYPE_PORT_SEND;
    case MACH_MSG_TYPE_MAKE_SEND:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE: return MACH_MSG_TYPE_PORT_RECEIVE;
    default: return disposition;
    }
}

static bool is_moved(mach_msg_type_name_t disposition)
{
    return needed(disposition) == disposition;
}

mach_port_t loop_own(mach_port_t name, mach_msg_type_name_t disposition)
{
    const mach_msg_type_name_t right = needed(disposition);
    if (name != MACH_PORT_NULL) {
        ledger_give(loop_side, name, right);
        note((struct note){ .given = is_moved(disposition), .name = name, .right = right });
    }
    return name;
}

void loop_own_all(const mach_port_t *names, uint32_t count, mach_msg_type_name_t disposition)
{
    for (uint32_t i = 0; i < count; i++) {
        (void)loop_own(names[i], disposition);
    }
}

void loop_pass_on(mach_port_t name, mach_msg_type_name_t came, mach_msg_type_name_t disposition)
{
    const mach_msg_type_name_t right = needed(disposition);
    if (name == MACH_PORT_NULL) {
        return;
    }
    if (right != came) {
        LOOP_CHECK(right == MACH_MSG_TYPE_PORT_RECEIVE);
        loop_release(name, came);
        (void)loop_own(name, disposition);
        return;
    }
    note((struct note){ .given = is_moved(disposition), .name = name, .right = came });
}

void *loop_memory(size_t size, bool given)
{
    void *memory = ledger_allocate(loop_side, size);
    if (memory != NULL) {
        note((struct note){ .given = given, .memory = memory });
    }
    return memory;
}

void loop_pass_on_memory(void *memory, bool given)
{
    if (memory != NULL) {
        note((struct note){ .given = given, .memory = memory });
    }
}

static void settle(const struct note *note, bool given_back, bool memory_too)
{
    if (note->memory != NULL) {
        if (!note->given || (given_back && memory_too)) {
            forget_block(block_of(note->holder, note->memory));
        }
    } else if (!note->given || given_back) {
        ledger_take(note->holder, note->name, note->right);
    }
}

void ledger_settle(enum loop_holder holder, bool given_back, bool memory_too)
{
    unsigned int kept = 0;
    for (unsigned int i = 0; i < note_count; i++) {
        if (notes[i].holder == holder) {
            settle(&notes[i], given_back, memory_too);
        } else {
            notes[kept++] = notes[i];
        }
    }
    note_count = kept;
}

void ledger_check_empty(void)
{
    LOOP_CHECK(note_count == 0);
    LOOP_CHECK(block_count == 0);
    LOOP_CHECK(message_memory == NULL);
    for (unsigned int i = 0; i < right_count; i++) {
        for (unsigned int kind = 0; kind < KINDS; kind++) {
            LOOP_CHECK(rights[i].refs[LOOP_CLIENT][kind] == 0);
            LOOP_CHECK(rights[i].refs[LOOP_SERVER][kind] == 0);
            LOOP_CHECK(rights[i].refs[LOOP_UNDER_WAY][kind] == 0);
        }
    }
    right_count = 0;
}

/* What the sides do with what they have -------------------------------------------------------- */

void loop_release(mach_port_t name, mach_msg_type_name_t disposition)
{
    ledger_take(loop_side, name, disposition);
}

void loop_release_all(const mach_port_t *names, uint32_t count, mach_msg_type_name_t disposition)
{
    for (uint32_t i = 0; i < count; i++) {
        loop_release(names[i], disposition);
    }
}

void loop_free(void *memory, size_t size)
{
    ledger_free(loop_side, memory, size);
}

/* Memory for the message itself, of which a stub has one at a time. */
void mig_allocate(vm_address_t *address, vm_size_t size)
{
    LOOP_CHECK(message_memory == NULL);
    *address = 0;
    if (loop.course == LOOP_NO_MEMORY) {
        return;
    }
    message_memory = malloc(size);
    message_size = size;
    memset(message_memory, PATTERN, size);
    *address = (vm_address_t)message_memory;
}

void mig_deallocate(vm_address_t address, vm_size_t size)
{
    if (address == (vm_address_t)message_memory && address != 0) {
        LOOP_CHECK(size == message_size);
        free(message_memory);
        message_memory = NULL;
    } else if (!loop.probed && loop.course != LOOP_REPLY_PROBED) {
        ledger_free(loop_side, (void *)address, size);
    }
}
