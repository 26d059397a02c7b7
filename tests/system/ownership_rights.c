/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights and memory that a call carries.
 */
#include "ownership_rights.h"

#include <string.h>

#include <mach/mach_vm.h>

#include "systest.h"
#include "systest_msg.h"

/* A send-once right has a name of its own: it is received once. */
static mach_port_t make_send_once(mach_port_t port)
{
    EXPECT_OK(send_right(port, port, MACH_MSG_TYPE_MAKE_SEND_ONCE));
    return receive_right(port);
}

struct given give(enum given_kind kind)
{
    struct given given = { .kind = kind, .port = port_create_with_send() };
    given.name = kind == ONCE ? make_send_once(given.port) : given.port;
    if (kind == ONCE || kind == MADE || kind == MADE_ONCE) {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), given.port));
    }
    return given;
}

/* Whoever had a send-once right has used it, or given it up, which the port hears of. */
static void expect_once(mach_port_t port, bool kept)
{
    union any_message message;
    EXPECT_EQ(receive_now(port, &message), kept ? MACH_RCV_TIMED_OUT : MACH_MSG_SUCCESS);
}

void given_end(const struct given *given, bool kept)
{
    mach_port_type_t left = MACH_PORT_TYPE_RECEIVE;
    if (given->kind == COPIED || (kept && (given->kind == MOVED || given->kind == RECEIVE))) {
        left = MACH_PORT_TYPE_SEND_RECEIVE;
    } else if (given->kind == RECEIVE) {
        left = MACH_PORT_TYPE_DEAD_NAME;
    }
    EXPECT_EQ(port_type(given->port), left);
    if (given->kind == ONCE || given->kind == MADE_ONCE) {
        expect_once(given->port, kept);
    }
    if (given->kind == ONCE && kept) {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), given->name));
    }
    if ((left & MACH_PORT_TYPE_RECEIVE) != 0) {
        port_destroy(given->port);
    }
    if (left != MACH_PORT_TYPE_RECEIVE) {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), given->port));
    }
    EXPECT_EQ(port_type(given->port), 0);
}

void right_end(enum given_kind kind, mach_port_t name)
{
    EXPECT(MACH_PORT_VALID(name));
    if (kind == RECEIVE) {
        EXPECT_OK(mach_port_mod_refs(mach_task_self(), name, MACH_PORT_RIGHT_RECEIVE, -1));
    } else {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), name));
    }
}

static void *allocate(mach_vm_size_t size)
{
    mach_vm_address_t address = 0;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &address, size, VM_FLAGS_ANYWHERE));
    return (void *)address;
}

char *memory_give(void)
{
    char *memory = allocate(GIVEN_BYTES);
    if (memory != NULL) {
        memset(memory, 'g', GIVEN_BYTES);
    }
    return memory;
}

mach_port_t *array_give(const struct given *given, uint32_t count)
{
    mach_port_t *array = allocate(count * sizeof(mach_port_t));
    for (uint32_t i = 0; array != NULL && i < count; i++) {
        array[i] = given[i].name;
    }
    return array;
}

void memory_end(char *memory, mach_vm_size_t size)
{
    EXPECT_EQ(size, GIVEN_BYTES);
    if (EXPECT(memory != NULL)) {
        EXPECT(memory[0] == 'g' && memory[GIVEN_BYTES - 1] == 'g');
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)memory, GIVEN_BYTES));
    }
}

void array_rights_end(const mach_port_t *array, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        right_end(MOVED, array[i]);
    }
}

void array_end(mach_port_t *array, uint32_t count)
{
    if (EXPECT(array != NULL)) {
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)array,
                                     count * sizeof(mach_port_t)));
    }
}
