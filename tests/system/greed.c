/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers keep things for clients: look-ups and reads that wait, names, name spaces, open nodes, pipes. A
 * client that asks for more and more is refused at some point, and everybody else is served on.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <mach/mach.h>
#include <mach_r/bootstrap.h>
#include <mach_r/fs.h>
#include <mach_r/io.h>
#include <mach_r/pipe.h>
#include <mach_r/services.h>
#include <mach_r/spawn.h>
#include <servers/bootstrap.h>

#include "systest.h"
#include "systest_msg.h"

/* More than any server keeps. */
#define MANY 1500

/* How many answers have come to REPLY. Servers answer in turn: after a call that was made later, all
 * those refused have been told. */
static int count_answers(mach_port_t reply)
{
    static struct {
        mach_msg_header_t header;
        char rest[8192];
    } message;
    int count = 0;
    while (mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), reply, 0,
                    MACH_PORT_NULL) == MACH_MSG_SUCCESS) {
        mach_msg_destroy(&message.header);
        count++;
    }
    return count;
}

static void close_reply(mach_port_t reply)
{
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), reply, MACH_PORT_RIGHT_RECEIVE, -1));
}

/* See that others find a service. */
static void look_up_root(void)
{
    mach_port_t root = MACH_PORT_NULL;
    EXPECT_EQ(bootstrap_look_up(bootstrap_port, SERVICE_ROOT, &root), BOOTSTRAP_SUCCESS);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), root));
}

/* Let COUNT look-ups wait in SPACE. Returns: how many were refused. */
static int wait_for_nobody(mach_port_t space, int count, mach_port_t reply)
{
    name_t name = "nobody.is.called.so";
    for (int i = 0; i < count; i++) {
        EXPECT_OK(rpc_bootstrap_look_up_send(space, name, BOOTSTRAP_WAIT, reply));
    }
    look_up_root();
    return count_answers(reply);
}

CASE(look_ups_that_wait_are_bounded)
{
    mach_port_t requestor = port_create_with_send();
    mach_port_t reply = port_create();
    mach_port_t subset = MACH_PORT_NULL;
    EXPECT_OK(bootstrap_subset(bootstrap_port, requestor, &subset));
    EXPECT(wait_for_nobody(subset, MANY, reply) > 0);
    mach_port_t nobody = MACH_PORT_NULL;
    EXPECT_EQ(mach_r_look_up_wait(subset, "nobody.is.called.so", &nobody), BOOTSTRAP_NO_MEMORY);
    close_reply(reply);
    reply = port_create();
    EXPECT_EQ(wait_for_nobody(subset, 1, reply), 0); /* the place of those who are gone */
    close_reply(reply);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), subset));
    port_destroy_with_send(requestor);
}

CASE(names_are_bounded)
{
    mach_port_t requestor = port_create_with_send();
    mach_port_t subset = MACH_PORT_NULL;
    kern_return_t result = bootstrap_subset(bootstrap_port, requestor, &subset);
    EXPECT_OK(result);
    for (int i = 0; i < MANY && result == KERN_SUCCESS; i++) {
        name_t name;
        mach_port_t service = MACH_PORT_NULL;
        (void)snprintf(name, sizeof(name), "greed.%d", i);
        result = bootstrap_create_service(subset, name, &service);
        if (result == KERN_SUCCESS) {
            EXPECT_OK(mach_port_deallocate(mach_task_self(), service));
        }
    }
    EXPECT_EQ(result, BOOTSTRAP_NO_MEMORY);
    mach_port_t service = MACH_PORT_NULL;
    EXPECT_EQ(bootstrap_check_in(subset, "greed.one.more", &service), BOOTSTRAP_NO_MEMORY);
    EXPECT_EQ(bootstrap_register(subset, "greed.one.more", requestor), BOOTSTRAP_NO_MEMORY);
    look_up_root();
    EXPECT_OK(mach_port_deallocate(mach_task_self(), subset));
    port_destroy_with_send(requestor);
}

/* Each in the one before: they end from the inside out. */
CASE(name_spaces_are_bounded)
{
    mach_port_t requestor = port_create_with_send();
    mach_port_t space = bootstrap_port;
    mach_port_t subset = MACH_PORT_NULL;
    kern_return_t result = KERN_SUCCESS;
    for (int i = 0; i < MANY && result == KERN_SUCCESS; i++) {
        result = bootstrap_subset(space, requestor, &subset);
        if (space != bootstrap_port) {
            EXPECT_OK(mach_port_deallocate(mach_task_self(), space));
        }
        space = subset;
    }
    EXPECT_EQ(result, BOOTSTRAP_NO_MEMORY);
    port_destroy_with_send(requestor);
    look_up_root();
}

CASE(open_nodes_of_proc_are_bounded)
{
    static mach_port_t nodes[MANY];
    mach_port_t proc = MACH_PORT_NULL;
    fs_path_t path = "uptime";
    fs_path_t rest;
    int answer;
    int count = 0;
    EXPECT_OK(bootstrap_look_up(bootstrap_port, SERVICE_PROC, &proc));
    while (count < MANY &&
           dir_lookup(proc, path, 0, &answer, &nodes[count], rest) == KERN_SUCCESS) {
        count++;
    }
    EXPECT(count > 100 && count < MANY);
    for (int i = 0; i < count; i++) {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), nodes[i]));
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), proc));
    int file = open("/proc/uptime", O_RDONLY); /* there is room again */
    EXPECT(file >= 0);
    (void)close(file);
}

/* See that of MANY requests made on PORT by SEND some are refused. */
static void check_refusals(mach_port_t port, kern_return_t (*send)(mach_port_t, mach_port_t))
{
    mach_port_t reply = port_create();
    io_stat_t stat;
    for (int i = 0; i < MANY; i++) {
        EXPECT_OK(send(port, reply));
    }
    EXPECT_OK(io_stat(port, &stat));
    EXPECT(count_answers(reply) > 0);
    close_reply(reply);
}

static kern_return_t send_read(mach_port_t port, mach_port_t reply)
{
    return io_read_send(port, 0, 1, 0, reply);
}

static kern_return_t send_write(mach_port_t port, mach_port_t reply)
{
    static const io_data_t data;
    return io_write_send(port, 0, 0, data, sizeof(data), reply);
}

CASE(reads_that_wait_are_bounded)
{
    check_refusals(mach_r_fd_port(STDOUT_FILENO), send_read);
}

static void wait_at_pipes(void)
{
    mach_port_t server = MACH_PORT_NULL, output = MACH_PORT_NULL, input = MACH_PORT_NULL;
    EXPECT_OK(bootstrap_look_up(bootstrap_port, SERVICE_PIPES, &server));
    EXPECT_OK(pipe_create(server, &output, &input));
    check_refusals(output, send_read);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), output));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), input));
    EXPECT_OK(pipe_create(server, &output, &input));
    check_refusals(input, send_write);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), input));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), output));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), server));
}

CASE(who_waits_at_a_pipe_is_bounded)
{
    wait_at_pipes();
}

static void make_pipes(void)
{
    static struct {
        mach_port_t output, input;
    } pipes[MANY];
    mach_port_t server = MACH_PORT_NULL;
    int count = 0;
    EXPECT_OK(bootstrap_look_up(bootstrap_port, SERVICE_PIPES, &server));
    while (count < MANY &&
           pipe_create(server, &pipes[count].output, &pipes[count].input) == KERN_SUCCESS) {
        count++;
    }
    EXPECT(count > 100 && count < MANY);
    for (int i = 0; i < count; i++) {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), pipes[i].output));
        EXPECT_OK(mach_port_deallocate(mach_task_self(), pipes[i].input));
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), server));
}

CASE(pipes_are_bounded)
{
    make_pipes();
}

/* The pipe server's memory grows by what it keeps at most, and stays. */
void systest_prepare(void)
{
    wait_at_pipes();
    make_pipes();
}
