/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exception ports: what is set is found, replaced rights are dropped, equal actions are told together.
 */
#include <test/ktest.h>

#include <ipc/ipc_port.h>
#include <kern/exception_ports.h>
#include <kern/host.h>
#include <kern/kernel_port.h>

/* Ports to set, and something to set them in. */
struct fixture {
    struct exception_ports ports;
    struct ipc_port *receive[2];
};

static void fixture_begin(struct fixture *fixture)
{
    exception_ports_init(&fixture->ports);
    for (int i = 0; i < 2; i++) {
        fixture->receive[i] = kernel_port_create(IPC_KOBJECT_NONE, nullptr);
    }
}

static void fixture_end(struct fixture *fixture)
{
    exception_ports_close(&fixture->ports);
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(fixture->receive[i]->send_rights, 0);
        kernel_port_destroy(fixture->receive[i]);
    }
}

static kern_return_t set(struct fixture *fixture, exception_mask_t mask, int port)
{
    struct exception_action action = {
        .port = kernel_port_make_send(fixture->receive[port]),
        .behavior = EXCEPTION_DEFAULT,
        .flavor = THREAD_STATE_NONE,
    };
    return exception_ports_set(&fixture->ports, mask, &action, nullptr);
}

KTEST(kern_exception_action_is_found)
{
    struct fixture fixture;
    struct exception_action action;
    fixture_begin(&fixture);
    EXPECT(!exception_ports_lookup(&fixture.ports, EXC_ARITHMETIC, &action));
    EXPECT_EQ(set(&fixture, EXC_MASK_ARITHMETIC | EXC_MASK_BAD_ACCESS, 0), KERN_SUCCESS);
    EXPECT(exception_ports_lookup(&fixture.ports, EXC_ARITHMETIC, &action));
    EXPECT_EQ(action.port, fixture.receive[0]);
    EXPECT_EQ(action.behavior, EXCEPTION_DEFAULT);
    send_right_release(action.port);
    EXPECT(!exception_ports_lookup(&fixture.ports, EXC_BREAKPOINT, &action));
    fixture_end(&fixture);
}

KTEST(kern_exception_action_replaces_another)
{
    struct fixture fixture;
    fixture_begin(&fixture);
    EXPECT_EQ(set(&fixture, EXC_MASK_ALL, 0), KERN_SUCCESS);
    uint32_t all = fixture.receive[0]->send_rights;
    EXPECT_EQ(set(&fixture, EXC_MASK_ARITHMETIC, 1), KERN_SUCCESS);
    EXPECT_EQ(fixture.receive[0]->send_rights, all - 1);
    EXPECT_EQ(fixture.receive[1]->send_rights, 1);
    fixture_end(&fixture);
}

KTEST(kern_exception_actions_that_agree_are_one)
{
    struct fixture fixture;
    struct exception_list list;
    fixture_begin(&fixture);
    EXPECT_EQ(set(&fixture, EXC_MASK_ARITHMETIC | EXC_MASK_BAD_ACCESS, 0), KERN_SUCCESS);
    EXPECT_EQ(set(&fixture, EXC_MASK_BREAKPOINT, 1), KERN_SUCCESS);
    exception_ports_get(&fixture.ports,
                        EXC_MASK_ARITHMETIC | EXC_MASK_BAD_ACCESS | EXC_MASK_BREAKPOINT, &list);
    EXPECT_EQ(list.count, 2);
    EXPECT_EQ(list.masks[0], EXC_MASK_ARITHMETIC | EXC_MASK_BAD_ACCESS);
    EXPECT_EQ(list.masks[1], EXC_MASK_BREAKPOINT);
    EXPECT_EQ(list.actions[1].port, fixture.receive[1]);
    for (uint32_t i = 0; i < list.count; i++) {
        send_right_release(list.actions[i].port);
    }
    fixture_end(&fixture);
}

KTEST(kern_exception_actions_that_differ_are_told_apart)
{
    static const struct {
        exception_behavior_t behavior;
        thread_state_flavor_t flavor;
    } ways[] = {
        { EXCEPTION_DEFAULT, THREAD_STATE_NONE },
        { EXCEPTION_STATE, x86_THREAD_STATE64 },
        { EXCEPTION_STATE, x86_THREAD_STATE },
    };
    struct fixture fixture;
    struct exception_list list;
    fixture_begin(&fixture);
    for (uint32_t i = 0; i < ARRAY_SIZE(ways); i++) {
        struct exception_action action = {
            .port = kernel_port_make_send(fixture.receive[0]),
            .behavior = ways[i].behavior,
            .flavor = ways[i].flavor,
        };
        EXPECT_EQ(exception_ports_set(&fixture.ports, EXC_MASK_BAD_ACCESS << i, &action, nullptr),
                  KERN_SUCCESS);
    }
    exception_ports_get(&fixture.ports, 7u * EXC_MASK_BAD_ACCESS, &list);
    EXPECT_EQ(list.count, ARRAY_SIZE(ways));
    for (uint32_t i = 0; i < list.count; i++) {
        EXPECT_EQ(list.actions[i].behavior, ways[i].behavior);
        EXPECT_EQ(list.actions[i].flavor, ways[i].flavor);
        send_right_release(list.actions[i].port);
    }
    fixture_end(&fixture);
}

KTEST(kern_exception_actions_are_inherited_with_rights_of_their_own)
{
    struct fixture fixture;
    struct exception_ports child;
    struct exception_action action;
    fixture_begin(&fixture);
    exception_ports_init(&child);
    EXPECT_EQ(set(&fixture, EXC_MASK_ARITHMETIC, 0), KERN_SUCCESS);
    exception_ports_inherit(&child, &fixture.ports);
    EXPECT_EQ(fixture.receive[0]->send_rights, 2);
    EXPECT(exception_ports_lookup(&child, EXC_ARITHMETIC, &action));
    send_right_release(action.port);
    exception_ports_close(&child);
    EXPECT_EQ(fixture.receive[0]->send_rights, 1);
    fixture_end(&fixture);
}

KTEST(kern_exception_ports_of_the_ended_take_no_more)
{
    struct fixture fixture;
    fixture_begin(&fixture);
    exception_ports_close(&fixture.ports);
    EXPECT_EQ(set(&fixture, EXC_MASK_ARITHMETIC, 0), KERN_TERMINATED);
    send_right_release(fixture.receive[0]); /* the right was not taken */
    fixture_end(&fixture);
}

KTEST(kern_exception_action_is_checked)
{
    struct ipc_port *receive = kernel_port_create(IPC_KOBJECT_NONE, nullptr);
    struct exception_action action = { .port = receive, .behavior = EXCEPTION_DEFAULT };
    EXPECT_EQ(exception_action_check(EXC_MASK_ALL, &action), KERN_SUCCESS);
    EXPECT_EQ(exception_action_check(1u << 31, &action), KERN_INVALID_ARGUMENT);
    action.behavior = EXCEPTION_STATE;
    action.flavor = 12345;
    EXPECT_EQ(exception_action_check(EXC_MASK_ALL, &action), KERN_INVALID_ARGUMENT);
    action.flavor = THREAD_STATE_NONE;
    EXPECT_EQ(exception_action_check(EXC_MASK_ALL, &action), KERN_SUCCESS);
    action.flavor = x86_THREAD_STATE64;
    EXPECT_EQ(exception_action_check(EXC_MASK_ALL, &action), KERN_SUCCESS);
    action.behavior = 17;
    EXPECT_EQ(exception_action_check(EXC_MASK_ALL, &action), KERN_INVALID_ARGUMENT);
    kernel_port_destroy(receive);
    action = (struct exception_action){ .port = the_host.port, .behavior = EXCEPTION_DEFAULT };
    EXPECT_EQ(exception_action_check(EXC_MASK_ALL, &action), KERN_INVALID_RIGHT);
}
