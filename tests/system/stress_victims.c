/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A killer's task has two clients of the service and two servers, which two threads of the test
 * call. A request that a killed thread had taken is lost when the task ends, at the latest: so the
 * callers always come to their end.
 */
#include "stress_victims.h"

#include <stdlib.h>

#include <mach/processor.h>

#include "stress_call.h"
#include "systest.h"

#define KILLERS_MAX 4
#define VICTIMS     4 /* threads of the task that is ended: half clients, half servers */
#define CALLERS     2 /* threads that call the task's servers */
#define SERVED      HELPER_PORT(1)
#define CALLS_MAX   40 /* at the servers before something happens */

struct killer {
    struct actor *victims[VICTIMS];
    struct actor *callers[CALLERS];
    mach_port_t port; /* the victims' service */
    _Atomic uint32_t calls;
};

static struct killer killers[KILLERS_MAX];
static _Atomic uint32_t killer_count;

/* The victims' life, until they are ended. */
static void be_victim_client(struct actor *self)
{
    mach_port_t reply = port_create();
    for (;;) {
        self->done++;
        if (actor_random(self, 4) == 0) {
            call_memory(self, HELPER_PORT(0), reply);
        } else {
            EXPECT_EQ(call_echo(self, HELPER_PORT(0), reply), CALL_ANSWERED);
        }
    }
}

static void be_victim_server(struct actor *self)
{
    serve(self, SERVED);
}

/* Call the victims until they are no more. */
static void be_caller(struct actor *self)
{
    struct killer *killer = self->argument;
    mach_port_t reply = port_create();
    while (call_echo(self, killer->port, reply) != CALL_DEAD) {
        killer->calls++;
        self->done++;
    }
    port_destroy(reply);
}

void *killer_create(void)
{
    uint32_t index = killer_count++ % KILLERS_MAX;
    struct killer *killer = &killers[index];
    for (uint32_t i = 0; i < VICTIMS; i++) {
        killer->victims[i] = i % 2 == 0
                                 ? actor_create_bare("client to die", be_victim_client, killer)
                                 : actor_create_bare("server to die", be_victim_server, killer);
    }
    for (uint32_t i = 0; i < CALLERS; i++) {
        killer->callers[i] = actor_create_bare("their caller", be_caller, killer);
    }
    return killer;
}

/* Let the victims serve some calls, or have no time at all. */
static void wait_for_calls(struct actor *self, struct killer *killer)
{
    uint32_t enough = killer->calls + actor_random(self, CALLS_MAX);
    actor_doing(self, "wait for calls");
    while (killer->calls < enough) {
        systest_pause();
    }
}

/* Do something to one of the victims; it is alive afterwards. */
static void disturb(struct actor *self, struct actor *victim)
{
    thread_act_t thread = victim->worker.thread;
    actor_doing(self, "disturb");
    EXPECT_OK(thread_suspend(thread));
    if (actor_random(self, 2) == 0) {
        (void)thread_switch(MACH_PORT_NULL, SWITCH_OPTION_NONE, 0);
    }
    EXPECT_OK(thread_resume(thread));
}

static void end_victims(struct actor *self, struct killer *killer, struct helper *helper)
{
    bool is_killed[VICTIMS] = {};
    for (uint32_t i = 0; i < VICTIMS; i++) {
        if (actor_random(self, 3) == 0) {
            disturb(self, killer->victims[i]);
        }
    }
    for (uint32_t i = actor_random(self, 3); i > 0; i--) {
        uint32_t index = actor_random(self, VICTIMS);
        if (!is_killed[index]) {
            actor_doing(self, "kill a thread");
            actor_kill(killer->victims[index]);
            is_killed[index] = true;
        }
    }
    actor_doing(self, "kill the task");
    helper_destroy(helper);
    actor_doing(self, "join its threads");
    for (uint32_t i = 0; i < VICTIMS; i++) {
        if (!is_killed[i]) {
            actor_join(killer->victims[i]);
        }
    }
    actor_doing(self, "join the callers");
    for (uint32_t i = 0; i < CALLERS; i++) {
        actor_join(killer->callers[i]);
    }
}

void be_killer(struct actor *self)
{
    struct killer *killer = self->argument;
    struct helper helper;
    while (actor_step(self)) {
        bool has_begun = true;
        actor_doing(self, "make a task");
        if (!helper_create(&helper)) {
            return;
        }
        killer->port = port_create_with_send();
        helper_give(&helper, 0, service_ports[actor_random(self, SERVICE_PORTS)],
                    MACH_MSG_TYPE_COPY_SEND);
        EXPECT_OK(
            mach_port_insert_right(helper.task, SERVED, killer->port, MACH_MSG_TYPE_MOVE_RECEIVE));
        for (uint32_t i = 0; i < VICTIMS; i++) {
            has_begun &= actor_start(killer->victims[i], helper.task);
        }
        for (uint32_t i = 0; i < CALLERS; i++) {
            has_begun &= actor_start(killer->callers[i], mach_task_self());
        }
        if (!has_begun) {
            abort();
        }
        wait_for_calls(self, killer);
        end_victims(self, killer, &helper);
        EXPECT_OK(mach_port_deallocate(mach_task_self(), killer->port));
    }
}

void be_switcher(struct actor *self)
{
    processor_array_t processors;
    mach_msg_type_number_t count = 0;
    uint64_t stopped = 0;
    EXPECT_OK(host_processors(systest_host_priv(), &processors, &count));
    while (actor_step(self)) {
        uint32_t i = actor_random(self, count);
        if (i != 0) {
            bool is_stopped = (stopped >> i & 1) != 0;
            actor_doing(self, is_stopped ? "start a processor" : "stop a processor");
            EXPECT_OK(is_stopped ? processor_start(processors[i]) : processor_exit(processors[i]));
            stopped ^= UINT64_C(1) << i;
        }
        actor_doing(self, "sleep");
        (void)mach_wait_until_trap(mach_absolute_time() + actor_random(self, 20000000));
    }
    for (uint32_t i = 0; i < count; i++) {
        if ((stopped >> i & 1) != 0) {
            EXPECT_OK(processor_start(processors[i]));
        }
        EXPECT_OK(mach_port_deallocate(mach_task_self(), processors[i]));
    }
    EXPECT_OK(
        vm_deallocate(mach_task_self(), (vm_address_t)processors, count * sizeof(processors[0])));
}
