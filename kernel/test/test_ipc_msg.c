/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: whole messages, sent and received as a program does it.  The test's own thread gets
 * a space and memory of its own for that.
 */
#include <mach/message.h>

#include <lib/string.h>
#include <arch/context.h>
#include <arch/pmap.h>
#include <arch/user_copy.h>
#include <sched/thread.h>
#include <ipc/ipc_entry.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_port.h>
#include <ipc/mach_msg.h>
#include <test/test_ipc.h>
#include <test/test_vm.h>

/* Where messages lie, where they are received, what they carry, and where nothing is. */
#define MESSAGE  TEST_ADDRESS
#define RECEIVED (TEST_ADDRESS + PAGES(64))
#define CARGO    (TEST_ADDRESS + PAGES(72))
#define NOWHERE  (TEST_ADDRESS - PAGES(1))

#define MEMORY_SIZE PAGES(8)

/* The running thread as a program. */
struct program {
    struct ipc_space *space;
    struct vm_map *map;
};

static void map_destroy(struct vm_map *map)
{
    if (map != nullptr) {
        vm_map_terminate(map);
        vm_map_deallocate(map);
    }
}

/* Interrupts are off until program_end().  Returns: false without memory. */
static bool program_begin(struct program *program)
{
    struct thread *self = current_thread();
    *program = (struct program){ .map = vm_map_create() };
    if (program->map != nullptr &&
        test_allocate_at(program->map, MESSAGE, PAGES(80)) == KERN_SUCCESS) {
        program->space = space_begin();
    }
    if (program->space == nullptr) {
        interrupts_enable();
        map_destroy(program->map);
        return false;
    }
    ipc_space_enter(program->space, self);
    self->map = program->map;
    context_set_pmap(&self->context, program->map->pmap);
    pmap_activate(program->map->pmap);
    return true;
}

static void program_end(struct program *program)
{
    struct thread *self = current_thread();
    context_set_pmap(&self->context, nullptr);
    pmap_activate(kernel_pmap);
    ipc_space_enter(nullptr, self);
    self->map = nullptr;
    space_end(program->space);
    map_destroy(program->map);
}

/* Send the SIZE bytes of MESSAGE. */
static mach_msg_return_t send(const void *message, uint32_t size)
{
    if (copyout(MESSAGE, message, size) != KERN_SUCCESS) {
        return MACH_SEND_INVALID_DATA;
    }
    return (mach_msg_return_t)mach_msg_trap(MESSAGE, MACH_SEND_MSG | MACH_SEND_TIMEOUT, size, 0, 0,
                                            0);
}

/* Receive from NAME into BUFFER. */
static mach_msg_return_t receive(mach_port_name_t name, uint64_t buffer, mach_msg_option_t option)
{
    return (mach_msg_return_t)mach_msg_trap(buffer, MACH_RCV_MSG | MACH_RCV_TIMEOUT | option, 0,
                                            PAGE_SIZE, name, 0);
}

/* A header to NAME, of which the sender has the receive right. */
static mach_msg_header_t header_to(mach_port_name_t name)
{
    return (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, 0),
        .msgh_remote_port = name,
    };
}

static struct ipc_port *port_of(struct program *program, mach_port_name_t name)
{
    spin_lock(&program->space->lock);
    struct ipc_port *port = ipc_entry_port(ipc_entry_lookup(program->space, name));
    spin_unlock(&program->space->lock);
    return port;
}

/* Let the next message be made of memory in which nothing is zero. */
static void spoil_next_message(void)
{
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(IPC_KMSG_INLINE);
    memset(&kmsg->header, 0xa5, IPC_KMSG_INLINE + MAX_TRAILER_SIZE);
    ipc_kmsg_free(kmsg);
}

KTEST(ipc_trailer_has_all_that_is_asked_for_and_nothing_else)
{
    static const security_token_t security = { { 1, 2 } };
    static const audit_token_t audit = { { 3, 4, 5, 6, 7, 8, 9, 10 } };
    struct program program;
    if (!EXPECT(program_begin(&program))) {
        return;
    }
    struct ipc_sender *sender = ipc_sender_create(&security, &audit);
    ipc_space_set_sender(program.space, sender);
    ipc_sender_release(sender);
    mach_port_name_t name = new_port(program.space);
    port_of(&program, name)->context = 0x1234567890;
    port_of(&program, name)->sequence = 77;
    mach_msg_header_t header = header_to(name);
    spoil_next_message();
    EXPECT_EQ(send(&header, sizeof(header)), MACH_MSG_SUCCESS);
    EXPECT_EQ(receive(name, RECEIVED,
                      MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) |
                          MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_LABELS)),
              MACH_MSG_SUCCESS);
    mach_msg_mac_trailer_t trailer;
    static const typeof(trailer.msgh_labels) no_labels = { 0 };
    EXPECT_EQ(copyin(&trailer, RECEIVED + sizeof(header), sizeof(trailer)), KERN_SUCCESS);
    EXPECT_EQ(trailer.msgh_trailer_size, sizeof(trailer));
    EXPECT_EQ(trailer.msgh_seqno, 77);
    EXPECT_EQ(memcmp(&trailer.msgh_sender, &security, sizeof(security)), 0);
    EXPECT_EQ(memcmp(&trailer.msgh_audit, &audit, sizeof(audit)), 0);
    EXPECT_EQ(trailer.msgh_context, 0x1234567890);
    EXPECT_EQ(trailer.msgh_ad, 0);
    EXPECT_EQ(memcmp(&trailer.msgh_labels, &no_labels, sizeof(no_labels)), 0);
    program_end(&program);
}

KTEST(ipc_received_message_uses_its_right_up)
{
    struct program program;
    if (!EXPECT(program_begin(&program))) {
        return;
    }
    mach_port_name_t name = new_port(program.space);
    mach_msg_header_t header = header_to(name);
    EXPECT_EQ(send(&header, sizeof(header)), MACH_MSG_SUCCESS);
    header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0);
    EXPECT_EQ(send(&header, sizeof(header)), MACH_MSG_SUCCESS);
    EXPECT_EQ(port_of(&program, name)->send_once_rights, 1);
    EXPECT_EQ(port_of(&program, name)->send_rights, 1);
    EXPECT_EQ(receive(name, RECEIVED, 0), MACH_MSG_SUCCESS);
    EXPECT_EQ(receive(name, RECEIVED, 0), MACH_MSG_SUCCESS);
    EXPECT_EQ(port_of(&program, name)->send_once_rights, 0);
    EXPECT_EQ(port_of(&program, name)->send_rights, 0);
    program_end(&program);
}

/* The name under which a reply right arrives that was sent as REPLY. */
static mach_port_name_t received_reply(struct program *program, mach_port_name_t reply, bool dies)
{
    mach_port_name_t name = new_port(program->space);
    mach_msg_header_t header = header_to(name);
    header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    header.msgh_local_port = reply;
    EXPECT_EQ(send(&header, sizeof(header)), MACH_MSG_SUCCESS);
    if (dies) {
        EXPECT_EQ(mach_port_destroy(program->space, reply), KERN_SUCCESS);
    }
    EXPECT_EQ(receive(name, RECEIVED, 0), MACH_MSG_SUCCESS);
    EXPECT_EQ(copyin(&header, RECEIVED, sizeof(header)), KERN_SUCCESS);
    return header.msgh_remote_port;
}

KTEST(ipc_dead_reply_rights_arrive_as_dead)
{
    struct program program;
    if (!EXPECT(program_begin(&program))) {
        return;
    }
    EXPECT_EQ(received_reply(&program, MACH_PORT_NULL, false), MACH_PORT_NULL);
    EXPECT_EQ(received_reply(&program, MACH_PORT_DEAD, false), MACH_PORT_DEAD);
    EXPECT_EQ(received_reply(&program, new_port(program.space), true), MACH_PORT_DEAD);
    program_end(&program);
}

/* One of each that a message can carry. */
struct everything {
    mach_msg_base_t base;
    mach_msg_port_descriptor_t port;
    mach_msg_ool_descriptor_t memory;
    mach_msg_ool_ports_descriptor_t ports;
};

/* Send NAME a message with everything; what it carries are rights to NAME's own port. */
static mach_msg_return_t send_everything(mach_port_name_t name)
{
    mach_port_name_t names[] = { name, MACH_PORT_NULL, name };
    struct everything message = {
        .base = { .header = header_to(name), .body = { 3 } },
        .port = { .name = name,
                  .disposition = MACH_MSG_TYPE_MAKE_SEND_ONCE,
                  .type = MACH_MSG_PORT_DESCRIPTOR },
        .memory = { .address = (void *)CARGO,
                    .size = MEMORY_SIZE,
                    .copy = MACH_MSG_VIRTUAL_COPY,
                    .type = MACH_MSG_OOL_VOLATILE_DESCRIPTOR },
        .ports = { .address = (void *)CARGO,
                   .count = ARRAY_SIZE(names),
                   .disposition = MACH_MSG_TYPE_MAKE_SEND_ONCE,
                   .type = MACH_MSG_OOL_PORTS_DESCRIPTOR },
    };
    message.base.header.msgh_bits =
        MACH_MSGH_BITS_COMPLEX |
        MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    message.base.header.msgh_local_port = name;
    if (copyout(CARGO, names, sizeof(names)) != KERN_SUCCESS) {
        return MACH_SEND_INVALID_DATA;
    }
    return send(&message, sizeof(message));
}

KTEST(ipc_message_for_an_unwritable_buffer_leaves_nothing)
{
    struct program program;
    if (!EXPECT(program_begin(&program))) {
        return;
    }
    mach_port_name_t name = new_port(program.space);
    uint64_t size = program.map->size;
    EXPECT_EQ(send_everything(name), MACH_MSG_SUCCESS);
    EXPECT_EQ(receive(name, NOWHERE, 0), MACH_RCV_INVALID_DATA);
    EXPECT_EQ(program.space->entry_count, 1);
    EXPECT_EQ(program.map->size, size);
    EXPECT_EQ(port_of(&program, name)->message_count, 4); /* one for each send-once right */
    program_end(&program);
}

KTEST(ipc_rights_without_a_name_are_destroyed_and_told)
{
    struct program program;
    if (!EXPECT(program_begin(&program))) {
        return;
    }
    mach_port_name_t name = new_port(program.space);
    EXPECT_EQ(send_everything(name), MACH_MSG_SUCCESS);
    program.space->entry_limit = 1;
    EXPECT_EQ(receive(name, RECEIVED, 0), MACH_RCV_HEADER_ERROR | MACH_MSG_IPC_SPACE);
    struct everything message;
    EXPECT_EQ(copyin(&message, RECEIVED, sizeof(message)), KERN_SUCCESS);
    EXPECT_EQ(message.base.header.msgh_remote_port, MACH_PORT_NULL);
    EXPECT_EQ(message.port.name, MACH_PORT_NULL);
    EXPECT_EQ(port_of(&program, name)->message_count, 4);
    EXPECT_EQ(message.memory.size, MEMORY_SIZE);
    EXPECT(message.memory.deallocate && message.ports.deallocate);
    program_end(&program);
}

KTEST(ipc_body_error_is_told_with_what_failed)
{
    struct program program;
    if (!EXPECT(program_begin(&program))) {
        return;
    }
    mach_port_name_t name = new_port(program.space);
    EXPECT_EQ(send_everything(name), MACH_MSG_SUCCESS);
    program.space->entry_limit = 2; /* enough for the reply right */
    EXPECT_EQ(receive(name, RECEIVED, 0), MACH_RCV_BODY_ERROR | MACH_MSG_IPC_SPACE);
    program_end(&program);
}

KTEST(ipc_memory_without_a_place_is_destroyed_and_told)
{
    struct program program;
    if (!EXPECT(program_begin(&program))) {
        return;
    }
    mach_port_name_t name = new_port(program.space);
    EXPECT_EQ(send_everything(name), MACH_MSG_SUCCESS);
    interrupts_enable();
    for (uint64_t size = UINT64_C(1) << 47; size >= PAGE_SIZE; size /= 2) {
        while (test_allocate(program.map, size) != 0) {
        }
    }
    interrupts_disable();
    EXPECT_EQ(receive(name, RECEIVED, 0), MACH_RCV_BODY_ERROR | MACH_MSG_VM_SPACE);
    struct everything message;
    EXPECT_EQ(copyin(&message, RECEIVED, sizeof(message)), KERN_SUCCESS);
    EXPECT_EQ(message.memory.size, 0);
    EXPECT_EQ(message.memory.address, nullptr);
    EXPECT_EQ(message.ports.count, 0);
    EXPECT_EQ(message.ports.address, nullptr);
    program_end(&program);
}

KTEST(ipc_message_survives_every_failure)
{
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        struct program program;
        mach_port_name_t name;
        if (!program_begin(&program)) {
            continue;
        }
        if (mach_port_allocate(program.space, MACH_PORT_RIGHT_RECEIVE, &name) == KERN_SUCCESS) {
            mach_msg_return_t sent = send_everything(name);
            EXPECT(sent == MACH_MSG_SUCCESS || sent == MACH_SEND_NO_BUFFER ||
                   sent == MACH_SEND_INVALID_DATA || sent == MACH_SEND_INVALID_MEMORY);
            (void)receive(name, RECEIVED, 0);
        }
        program_end(&program);
    }
}

KTEST(ipc_descriptors_that_are_wrong_are_refused)
{
    struct program program;
    if (!EXPECT(program_begin(&program))) {
        return;
    }
    mach_port_name_t name = new_port(program.space);
    struct {
        mach_msg_base_t base;
        mach_msg_ool_ports_descriptor_t ports;
    } message = {
        .base = { .header = header_to(name), .body = { 1 } },
        .ports = { .disposition = 99, .type = MACH_MSG_OOL_PORTS_DESCRIPTOR },
    };
    message.base.header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    EXPECT_EQ(send(&message, sizeof(message)), MACH_SEND_INVALID_TYPE);
    message.ports.disposition = MACH_MSG_TYPE_COPY_SEND;
    EXPECT_EQ(send(&message, sizeof(message) - 4), MACH_SEND_MSG_TOO_SMALL);
    message.ports.type = 77;
    EXPECT_EQ(send(&message, sizeof(message)), MACH_SEND_INVALID_TYPE);
    program_end(&program);
}

KTEST(ipc_descriptors_have_a_limit)
{
    struct program program;
    if (!EXPECT(program_begin(&program))) {
        return;
    }
    mach_port_name_t name = new_port(program.space);
    uint32_t count = IPC_KMSG_DESCRIPTORS_MAX + 1;
    mach_msg_base_t base = { .header = header_to(name), .body = { count } };
    base.header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    mach_msg_port_descriptor_t nothing = { .disposition = MACH_MSG_TYPE_COPY_SEND,
                                           .type = MACH_MSG_PORT_DESCRIPTOR };
    for (uint32_t i = 0; i < count; i++) {
        EXPECT_EQ(copyout(MESSAGE + sizeof(base) + i * sizeof(nothing), &nothing, sizeof(nothing)),
                  KERN_SUCCESS);
    }
    uint32_t size = sizeof(base) + count * (uint32_t)sizeof(nothing);
    EXPECT_EQ(copyout(MESSAGE, &base, sizeof(base)), KERN_SUCCESS);
    EXPECT_EQ(mach_msg_trap(MESSAGE, MACH_SEND_MSG, size, 0, 0, 0), MACH_SEND_TOO_LARGE);
    program_end(&program);
}
