/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: what a message takes from its sender, what it carries, and what is left of it when
 * it is destroyed.
 */
#include <mach/notify.h>

#include <lib/string.h>
#include <mem/zone.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_kmsg_internal.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_ool.h>
#include <ipc/ipc_right.h>
#include <test/test_ipc.h>

/* What a name of a test denotes. */
enum holding {
    RECEIVE,
    RECEIVE_AND_SEND,
    ONE_SEND,
    TWO_SENDS,
    SEND_ONCE,
    TWO_DEAD,
};

/* Put a right to a port of OWNER into SPACE. */
static mach_port_name_t hold_foreign(struct ipc_space *space, struct ipc_space *owner,
                                     enum holding holding)
{
    mach_port_name_t service = new_port(owner);
    bool is_once = holding == SEND_ONCE;
    struct ipc_port *right = take_right(
        owner, service, is_once ? MACH_MSG_TYPE_MAKE_SEND_ONCE : MACH_MSG_TYPE_MAKE_SEND);
    mach_port_name_t name = ipc_space_copyout(
        space, right, is_once ? MACH_MSG_TYPE_PORT_SEND_ONCE : MACH_MSG_TYPE_PORT_SEND);
    if (holding == TWO_SENDS || holding == TWO_DEAD) {
        EXPECT_EQ(mach_port_mod_refs(space, name, MACH_PORT_RIGHT_SEND, 1), KERN_SUCCESS);
    }
    if (holding == TWO_DEAD) {
        EXPECT_EQ(mach_port_destroy(owner, service), KERN_SUCCESS);
    }
    return name;
}

/* A name of SPACE that denotes HOLDING; rights to ports of others are to OWNER's. */
static mach_port_name_t hold(struct ipc_space *space, struct ipc_space *owner, enum holding holding)
{
    if (holding != RECEIVE && holding != RECEIVE_AND_SEND) {
        return hold_foreign(space, owner, holding);
    }
    mach_port_name_t name = new_port(space);
    if (holding == RECEIVE_AND_SEND) {
        ipc_space_copyout(space, take_right(space, name, MACH_MSG_TYPE_MAKE_SEND),
                          MACH_MSG_TYPE_PORT_SEND);
    }
    return name;
}

/* A message in user view, with nothing but a header. */
static struct ipc_kmsg *new_message(mach_msg_type_name_t type, mach_port_name_t destination,
                                    mach_msg_type_name_t reply_type, mach_port_name_t reply)
{
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(sizeof(mach_msg_header_t));
    kmsg->header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(type, reply_type),
        .msgh_size = sizeof(mach_msg_header_t),
        .msgh_remote_port = destination,
        .msgh_local_port = reply,
    };
    return kmsg;
}

static mach_msg_return_t copyin_header(struct ipc_kmsg *kmsg, struct ipc_space *space)
{
    interrupt_state_t interrupts = interrupts_save();
    mach_msg_return_t result = ipc_kmsg_copyin_header(kmsg, space);
    interrupts_restore(interrupts);
    return result;
}

KTEST(ipc_one_name_gives_both_rights_of_a_header_or_none)
{
    static const struct {
        enum holding holding;
        mach_msg_type_name_t destination, reply;
        mach_msg_return_t result;
        mach_port_type_t left; /* what the name denotes afterwards; 0: nothing */
    } cases[] = {
        { RECEIVE, MACH_MSG_TYPE_MAKE_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_SUCCESS,
          MACH_PORT_TYPE_RECEIVE },
        { RECEIVE, MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_SEND_INVALID_DEST,
          MACH_PORT_TYPE_RECEIVE },
        { RECEIVE_AND_SEND, MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_SUCCESS,
          MACH_PORT_TYPE_SEND_RECEIVE },
        { RECEIVE_AND_SEND, MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_SUCCESS,
          MACH_PORT_TYPE_RECEIVE },
        { RECEIVE_AND_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_SUCCESS,
          MACH_PORT_TYPE_RECEIVE },
        { ONE_SEND, MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_COPY_SEND, MACH_MSG_SUCCESS, 0 },
        { ONE_SEND, MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_SUCCESS, 0 },
        { ONE_SEND, MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_MOVE_SEND, MACH_SEND_INVALID_REPLY,
          MACH_PORT_TYPE_SEND },
        { ONE_SEND, MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_SEND_INVALID_REPLY,
          MACH_PORT_TYPE_SEND },
        { TWO_SENDS, MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_SUCCESS, 0 },
        { SEND_ONCE, MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_MSG_TYPE_MOVE_SEND_ONCE,
          MACH_SEND_INVALID_REPLY, MACH_PORT_TYPE_SEND_ONCE },
        { TWO_DEAD, MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_MOVE_SEND, MACH_SEND_INVALID_DEST,
          MACH_PORT_TYPE_DEAD_NAME },
    };
    for (uint32_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct ipc_space *space = space_begin();
        struct ipc_space *owner = space_create();
        mach_port_name_t name = hold(space, owner, cases[i].holding);
        struct ipc_kmsg *kmsg = new_message(cases[i].destination, name, cases[i].reply, name);
        EXPECT_EQ(copyin_header(kmsg, space), cases[i].result);
        EXPECT_EQ(type_of(space, name), cases[i].left);
        if (cases[i].left == MACH_PORT_TYPE_DEAD_NAME) {
            EXPECT_EQ(refs(space, name, MACH_PORT_RIGHT_DEAD_NAME), 2);
        }
        ipc_kmsg_destroy(kmsg);
        space_destroy(owner);
        space_end(space);
    }
}

KTEST(ipc_reply_right_is_checked_before_the_destination_is_taken)
{
    const mach_port_name_t unknown = 0x7777;
    struct ipc_space *space = space_begin();
    struct ipc_space *owner = space_create();
    mach_port_name_t name = hold(space, owner, ONE_SEND);
    struct {
        mach_msg_type_name_t type;
        mach_port_name_t reply;
    } wrong[] = {
        { MACH_MSG_TYPE_COPY_SEND, hold(space, owner, RECEIVE) },
        { MACH_MSG_TYPE_MAKE_SEND_ONCE, hold(space, owner, ONE_SEND) },
        { MACH_MSG_TYPE_MAKE_SEND_ONCE, hold(space, owner, TWO_DEAD) },
        { MACH_MSG_TYPE_MAKE_SEND_ONCE, unknown },
    };
    for (uint32_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct ipc_kmsg *kmsg =
            new_message(MACH_MSG_TYPE_MOVE_SEND, name, wrong[i].type, wrong[i].reply);
        EXPECT_EQ(copyin_header(kmsg, space), MACH_SEND_INVALID_REPLY);
        EXPECT_EQ(type_of(space, name), MACH_PORT_TYPE_SEND);
        ipc_kmsg_destroy(kmsg);
    }
    space_destroy(owner);
    space_end(space);
}

KTEST(ipc_reply_rights_may_be_null_or_dead)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    static const struct {
        mach_port_name_t name;
        struct ipc_port *port;
    } replies[] = { { MACH_PORT_NULL, nullptr }, { MACH_PORT_DEAD, IPC_PORT_DEAD } };
    for (uint32_t i = 0; i < ARRAY_SIZE(replies); i++) {
        struct ipc_kmsg *kmsg = new_message(MACH_MSG_TYPE_MAKE_SEND, name,
                                            MACH_MSG_TYPE_MAKE_SEND_ONCE, replies[i].name);
        EXPECT_EQ(copyin_header(kmsg, space), MACH_MSG_SUCCESS);
        EXPECT_EQ(kmsg->reply, replies[i].port);
        EXPECT_EQ(kmsg->reply_type, MACH_MSG_TYPE_PORT_SEND_ONCE);
        ipc_kmsg_destroy(kmsg);
    }
    space_end(space);
}

/* The identity of the sender stays with the message when the task gets another one. */
KTEST(ipc_message_holds_the_identity_of_its_sender)
{
    static const security_token_t security = { { 1, 2 } };
    static const audit_token_t audit = { { 3 } };
    struct ipc_space *space = space_begin();
    struct ipc_sender *sender = ipc_sender_create(&security, &audit);
    ipc_space_set_sender(space, sender);
    ipc_sender_release(sender);
    struct ipc_kmsg *kmsg =
        new_message(MACH_MSG_TYPE_MAKE_SEND, new_port(space), 0, MACH_PORT_NULL);
    EXPECT_EQ(copyin_header(kmsg, space), MACH_MSG_SUCCESS);
    ipc_kmsg_identify(kmsg, space);
    ipc_space_set_sender(space, &ipc_sender_kernel);
    EXPECT_EQ(kmsg->sender->security.val[1], 2);
    EXPECT_EQ(kmsg->sender->audit.val[0], 3);
    ipc_kmsg_destroy(kmsg);
    space_end(space);
}

/* A program may send a port its own receive right: nobody would ever receive that message. */
KTEST(ipc_receive_right_sent_to_itself_dies)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    struct ipc_kmsg *kmsg =
        ipc_kmsg_alloc(sizeof(mach_msg_base_t) + sizeof(mach_msg_port_descriptor_t));
    kmsg->header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
        .msgh_size = sizeof(mach_msg_base_t) + sizeof(mach_msg_port_descriptor_t),
        .msgh_remote_port = name,
    };
    ipc_kmsg_body(kmsg)->msgh_descriptor_count = 1;
    *(mach_msg_port_descriptor_t *)ipc_kmsg_first_descriptor(kmsg) = (mach_msg_port_descriptor_t){
        .name = name,
        .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
        .type = MACH_MSG_PORT_DESCRIPTOR,
    };
    EXPECT_EQ(copyin_header(kmsg, space), MACH_MSG_SUCCESS);
    EXPECT_EQ(ipc_kmsg_copyin_body(kmsg, space, nullptr), MACH_MSG_SUCCESS);
    EXPECT(kmsg->is_circular);
    EXPECT_EQ(ipc_mqueue_send(kmsg, 0, nullptr), MACH_MSG_SUCCESS);
    EXPECT_EQ(type_of(space, name), 0);
    space_end(space);
}

/* What a sender writes between the fields of a descriptor does not reach the receiver. */
KTEST(ipc_padding_of_descriptors_is_not_passed_on)
{
    struct ipc_space *space = space_begin();
    bool is_circular = false;
    union {
        mach_msg_port_descriptor_t port;
        mach_msg_ool_descriptor_t memory;
        ipc_descriptor_t kernel;
    } descriptor;
    memset(&descriptor, 0xff, sizeof(descriptor));
    descriptor.port.name = new_port(space);
    descriptor.port.disposition = MACH_MSG_TYPE_MAKE_SEND;
    descriptor.port.type = MACH_MSG_PORT_DESCRIPTOR;
    EXPECT_EQ(ipc_descriptor_copyin(&descriptor.kernel, space, nullptr, nullptr, &is_circular),
              MACH_MSG_SUCCESS);
    EXPECT_EQ(ipc_descriptor_copyout(&descriptor.kernel, space, nullptr, nullptr),
              MACH_MSG_SUCCESS);
    EXPECT_EQ(descriptor.port.pad1, 0);
    EXPECT_EQ(descriptor.port.pad2, 0);

    memset(&descriptor, 0xff, sizeof(descriptor));
    descriptor.memory.size = 0;
    descriptor.memory.copy = MACH_MSG_VIRTUAL_COPY;
    descriptor.memory.type = MACH_MSG_OOL_DESCRIPTOR;
    EXPECT_EQ(ipc_descriptor_copyin(&descriptor.kernel, space, nullptr, nullptr, &is_circular),
              MACH_MSG_SUCCESS);
    EXPECT_EQ(ipc_descriptor_copyout(&descriptor.kernel, space, nullptr, nullptr),
              MACH_MSG_SUCCESS);
    EXPECT_EQ(descriptor.memory.pad1, 0);
    EXPECT_EQ(descriptor.memory.address, nullptr);
    space_end(space);
}

/* A message of the kernel with DESCRIPTOR and no destination. */
static struct ipc_kmsg *carry(const ipc_descriptor_t *descriptor)
{
    uint32_t size = sizeof(mach_msg_base_t) + ipc_descriptor_size(descriptor->port.type);
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(size);
    kmsg->header = (mach_msg_header_t){ .msgh_bits = MACH_MSGH_BITS_COMPLEX, .msgh_size = size };
    ipc_kmsg_body(kmsg)->msgh_descriptor_count = 1;
    memcpy(ipc_kmsg_first_descriptor(kmsg), descriptor, ipc_descriptor_size(descriptor->port.type));
    return kmsg;
}

KTEST(ipc_destroyed_array_drops_its_rights)
{
    enum {
        COUNT = 3
    };
    interrupts_disable();
    struct ipc_port *port = ipc_port_create();
    struct ipc_port **rights = kalloc(COUNT * sizeof(struct ipc_port *));
    for (int i = 0; i < COUNT; i++) {
        rights[i] = ipc_port_make_send(port);
    }
    ipc_kmsg_destroy(carry(&(ipc_descriptor_t){ .ports = {
                                                    .address = rights,
                                                    .disposition = MACH_MSG_TYPE_PORT_SEND,
                                                    .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
                                                    .count = COUNT,
                                                } }));
    EXPECT_EQ(port->send_rights, 0);
    ipc_port_destroy(port);
    interrupts_enable();
}

KTEST(ipc_kernel_message_may_carry_rights_that_died)
{
    interrupts_disable();
    struct ipc_port *gone[] = { nullptr, IPC_PORT_DEAD };
    for (uint32_t i = 0; i < ARRAY_SIZE(gone); i++) {
        struct ipc_kmsg *kmsg =
            carry(&(ipc_descriptor_t){ .port = {
                                           .name = gone[i],
                                           .disposition = MACH_MSG_TYPE_PORT_RECEIVE,
                                           .type = MACH_MSG_PORT_DESCRIPTOR,
                                       } });
        ipc_kmsg_transit(kmsg);
        EXPECT_EQ(kmsg->is_circular, false);
        ipc_kmsg_destroy(kmsg);
    }
    interrupts_enable();
}

/* A port that wants its own receive right back when it dies would keep itself for ever. */
KTEST(ipc_port_does_not_inherit_itself)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    struct ipc_port *right = take_right(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    struct ipc_port *previous;
    EXPECT_EQ(mach_port_request_notification(space, name, MACH_NOTIFY_PORT_DESTROYED, 0, right,
                                             &previous),
              KERN_SUCCESS);
    EXPECT_EQ(mach_port_destroy(space, name), KERN_SUCCESS);
    space_end(space);
}

/* Without memory the notification comes out of the reserve. */
KTEST(ipc_send_once_right_is_told_of_without_memory)
{
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        interrupts_disable();
        struct ipc_port *port = ipc_port_create();
        if (port != nullptr) {
            ipc_port_release_send_once(ipc_port_make_send_once(port));
            EXPECT_EQ(port->message_count, 1);
            ipc_port_destroy(port);
        }
        interrupts_enable();
    }
}

/* Take COUNT messages out of the reserve, into TAKEN.  Returns: how many there were. */
static uint32_t take_reserved(struct ipc_kmsg **taken, uint32_t count)
{
    uint32_t i = 0;
    while (i < count && (taken[i] = ipc_kmsg_alloc_reserved()) != nullptr) {
        i++;
    }
    return i;
}

static void give_back_reserved(struct ipc_kmsg **taken, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        ipc_kmsg_free(taken[i]);
    }
}

/* A client waits in vain when the reserve is used up too, but the right is gone. */
KTEST(ipc_message_reserve_is_filled_again)
{
    struct ipc_kmsg *taken[IPC_KMSG_RESERVED_MANY + 1];
    interrupts_disable();
    uint32_t count = take_reserved(taken, IPC_KMSG_RESERVED_MANY + 1);
    EXPECT_EQ(count, IPC_KMSG_RESERVED_MANY);
    struct ipc_port *port = ipc_port_create();
    struct ipc_port *once = ipc_port_make_send_once(port);
    zone_fail_after(0);
    ipc_port_release_send_once(once);
    bool failed = zone_failure_happened(); /* never in release builds */
    zone_fail_after(-1);
    EXPECT_EQ(port->message_count, failed ? 0 : 1);
    EXPECT_EQ(port->send_once_rights, failed ? 0 : 1);
    ipc_port_destroy(port);
    give_back_reserved(taken, count);
    EXPECT_EQ(take_reserved(taken, IPC_KMSG_RESERVED_MANY + 1), IPC_KMSG_RESERVED_MANY);
    give_back_reserved(taken, IPC_KMSG_RESERVED_MANY);
    interrupts_enable();
}
