/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Importance that a queued request brings to whom it is given.
 */
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_pset.h>
#include <test/ktest.h>

/* A request to PORT, to be answered to REPLY. */
static struct ipc_kmsg *new_request(struct ipc_port *port, struct ipc_port *reply)
{
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(sizeof(mach_msg_header_t));
    kmsg->header = (mach_msg_header_t){ .msgh_size = sizeof(mach_msg_header_t) };
    kmsg->destination_type = MACH_MSG_TYPE_PORT_SEND;
    kmsg->destination = ipc_port_make_send(port);
    kmsg->reply_type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    kmsg->reply = ipc_port_make_send_once(reply);
    return kmsg;
}

/* Receive one request from the set at ARGUMENT. */
static void serve_once(void *argument)
{
    struct ipc_object *object = argument;
    struct ipc_receive request = { .room = UINT32_MAX };
    struct ipc_kmsg *kmsg;
    spin_lock(&object->lock);
    mach_msg_return_t result =
        ipc_mqueue_receive(object, nullptr, WAIT_FOREVER, nullptr, &request, &kmsg);
    if (EXPECT_EQ(result, MACH_MSG_SUCCESS)) {
        ipc_port_release_send(kmsg->destination);
        kmsg->destination = nullptr;
        ipc_kmsg_destroy(kmsg);
    }
}

KTEST(ipc_request_at_a_new_member_of_a_set_brings_importance)
{
    uint8_t base = current_thread()->base_priority;
    struct ipc_port *port = ipc_port_create_kernel(IPC_KOBJECT_NONE, nullptr);
    struct ipc_port *reply = ipc_port_create_kernel(IPC_KOBJECT_NONE, nullptr);
    struct ipc_pset *set = ipc_pset_create(nullptr);
    struct ktest_thread *server = ktest_spawn_at(base - 5, serve_once, &set->object);
    ktest_settle();
    EXPECT_EQ(ktest_thread_of(server)->importance, base - 5);
    interrupts_disable();
    ipc_mqueue_post(new_request(port, reply));
    ipc_port_lock(port);
    EXPECT_EQ(ipc_pset_add(set, port), KERN_SUCCESS);
    ipc_port_unlock(port);
    EXPECT_EQ(ktest_thread_of(server)->importance, base);
    interrupts_enable();
    ktest_join(server);
    interrupts_disable();
    ipc_pset_destroy(set);
    ipc_port_destroy(port);
    ipc_port_destroy(reply);
    interrupts_enable();
}
