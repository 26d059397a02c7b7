/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of services: each call of <servers/bootstrap.h> with each of its errors. Most cases use a
 * subset of their own, which takes all that it made with it when its requestor dies. What
 * ordinary tasks are refused is in bootstrap_ordinary.c.
 */
#include <pthread.h>
#include <string.h>

#include <mach/mach.h>
#include <mach_r/services.h>
#include <servers/bootstrap.h>

#include "systest.h"
#include "systest_task.h"

/* A port with a receive and a send right under one name. */
static mach_port_t make_port(void)
{
    mach_port_t port = MACH_PORT_NULL;
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port));
    EXPECT_OK(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND));
    return port;
}

static void release(mach_port_t port)
{
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
}

struct subset {
    mach_port_t requestor;
    mach_port_t port;
};

static struct subset make_subset(mach_port_t parent)
{
    struct subset subset = { .requestor = make_port() };
    EXPECT_EQ(bootstrap_subset(parent, subset.requestor, &subset.port), BOOTSTRAP_SUCCESS);
    return subset;
}

static bool is_dead(void *argument)
{
    mach_port_type_t type = 0;
    return mach_port_type(mach_task_self(), *(mach_port_t *)argument, &type) == KERN_SUCCESS &&
           (type & MACH_PORT_TYPE_DEAD_NAME) != 0;
}

/* Let the subset's requestor die, and see the subset go. */
static void end_subset(struct subset *subset)
{
    EXPECT_OK(mach_port_destroy(mach_task_self(), subset->requestor));
    EXPECT(systest_wait(is_dead, &subset->port));
    release(subset->port);
}

CASE(a_registered_port_is_found)
{
    struct subset subset = make_subset(bootstrap_port);
    mach_port_t port = make_port();
    mach_port_t found = MACH_PORT_NULL;
    bootstrap_status_t status = -1;
    EXPECT_EQ(bootstrap_look_up(subset.port, "test.one", &found), BOOTSTRAP_UNKNOWN_SERVICE);
    EXPECT_EQ(bootstrap_status(subset.port, "test.one", &status), BOOTSTRAP_UNKNOWN_SERVICE);
    EXPECT_EQ(bootstrap_register(subset.port, "test.one", port), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(bootstrap_look_up(subset.port, "test.one", &found), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(found, port);
    release(found);
    EXPECT_EQ(bootstrap_status(subset.port, "test.one", &status), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(status, BOOTSTRAP_STATUS_ACTIVE);
    EXPECT_EQ(bootstrap_look_up(bootstrap_port, "test.one", &found), BOOTSTRAP_UNKNOWN_SERVICE);
    end_subset(&subset);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
}

CASE(a_name_is_bound_once)
{
    struct subset subset = make_subset(bootstrap_port);
    mach_port_t port = make_port();
    mach_port_t found;
    EXPECT_EQ(bootstrap_register(subset.port, "test.one", MACH_PORT_NULL),
              BOOTSTRAP_UNKNOWN_SERVICE);
    EXPECT_EQ(bootstrap_register(subset.port, "test.one", port), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(bootstrap_register(subset.port, "test.one", port), BOOTSTRAP_NAME_IN_USE);
    EXPECT_EQ(bootstrap_create_service(subset.port, "test.one", &found), BOOTSTRAP_NAME_IN_USE);
    EXPECT_EQ(bootstrap_check_in(subset.port, "test.one", &found), BOOTSTRAP_UNKNOWN_SERVICE);
    EXPECT_EQ(bootstrap_register(subset.port, "test.one", MACH_PORT_NULL), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(bootstrap_look_up(subset.port, "test.one", &found), BOOTSTRAP_UNKNOWN_SERVICE);
    EXPECT_EQ(bootstrap_register(subset.port, "test.one", port), BOOTSTRAP_SUCCESS);
    end_subset(&subset);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
}

struct name_in {
    mach_port_t space;
    char *name;
};

static bool is_unknown(void *argument)
{
    const struct name_in *name = argument;
    mach_port_t found;
    kern_return_t result = bootstrap_look_up(name->space, name->name, &found);
    if (result == BOOTSTRAP_SUCCESS) {
        release(found);
    }
    return result == BOOTSTRAP_UNKNOWN_SERVICE;
}

CASE(names_of_a_dead_port_are_free)
{
    struct subset subset = make_subset(bootstrap_port);
    mach_port_t port = make_port();
    EXPECT_EQ(bootstrap_register(subset.port, "test.one", port), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(bootstrap_register(subset.port, "test.two", port), BOOTSTRAP_SUCCESS);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
    EXPECT(systest_wait(is_unknown, &(struct name_in){ subset.port, "test.one" }));
    EXPECT(systest_wait(is_unknown, &(struct name_in){ subset.port, "test.two" }));
    end_subset(&subset);
}

CASE(a_created_service_is_checked_in_once)
{
    struct subset subset = make_subset(bootstrap_port);
    mach_port_t send = MACH_PORT_NULL;
    mach_port_t receive = MACH_PORT_NULL;
    mach_port_t other;
    bootstrap_status_t status = -1;
    EXPECT_EQ(bootstrap_create_service(subset.port, "test.one", &send), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(bootstrap_status(subset.port, "test.one", &status), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(status, BOOTSTRAP_STATUS_INACTIVE);
    EXPECT_EQ(bootstrap_create_service(subset.port, "test.one", &other), BOOTSTRAP_NAME_IN_USE);
    EXPECT_EQ(bootstrap_register(subset.port, "test.one", send), BOOTSTRAP_NAME_IN_USE);
    EXPECT_EQ(bootstrap_check_in(subset.port, "test.one", &receive), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(receive, send);
    EXPECT_EQ(bootstrap_status(subset.port, "test.one", &status), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(status, BOOTSTRAP_STATUS_ACTIVE);
    EXPECT_EQ(bootstrap_check_in(subset.port, "test.one", &other), BOOTSTRAP_SERVICE_ACTIVE);
    EXPECT_EQ(bootstrap_register(subset.port, "test.one", send), BOOTSTRAP_SERVICE_ACTIVE);
    EXPECT_EQ(bootstrap_create_service(subset.port, "test.one", &other), BOOTSTRAP_SERVICE_ACTIVE);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), receive, MACH_PORT_RIGHT_RECEIVE, -1));
    end_subset(&subset);
    release(send);
}

static bool is_inactive(void *argument)
{
    const struct name_in *name = argument;
    bootstrap_status_t status = -1;
    return bootstrap_status(name->space, name->name, &status) == BOOTSTRAP_SUCCESS &&
           status == BOOTSTRAP_STATUS_INACTIVE;
}

/* Clients keep their rights when a server ends; the next one serves the same port. */
CASE(a_service_outlives_its_server)
{
    struct subset subset = make_subset(bootstrap_port);
    mach_port_t receive, send, again;
    EXPECT_EQ(bootstrap_check_in(subset.port, "test.one", &receive), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(bootstrap_look_up(subset.port, "test.one", &send), BOOTSTRAP_SUCCESS);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), receive, MACH_PORT_RIGHT_RECEIVE, -1));
    EXPECT(systest_wait(is_inactive, &(struct name_in){ subset.port, "test.one" }));
    EXPECT_EQ(bootstrap_check_in(subset.port, "test.one", &again), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(again, send);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), again, MACH_PORT_RIGHT_RECEIVE, -1));
    end_subset(&subset);
    release(send);
}

CASE(an_undeclared_service_is_made_by_its_server)
{
    struct subset subset = make_subset(bootstrap_port);
    mach_port_t port, found;
    EXPECT_EQ(bootstrap_check_in(subset.port, "test.undeclared", &port), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(bootstrap_look_up(subset.port, "test.undeclared", &found), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(found, port);
    EXPECT_EQ(bootstrap_check_in(subset.port, "test.undeclared", &found), BOOTSTRAP_SERVICE_ACTIVE);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
    end_subset(&subset);
}

/* Whoever has not been started by init for a declared service cannot stand in for it. */
CASE(declared_services_belong_to_their_programs)
{
    mach_port_t port = make_port();
    mach_port_t found;
    EXPECT_EQ(bootstrap_check_in(bootstrap_port, SERVICE_CONSOLE, &found),
              BOOTSTRAP_NOT_PRIVILEGED);
    EXPECT_EQ(bootstrap_register(bootstrap_port, SERVICE_CONSOLE, port), BOOTSTRAP_NOT_PRIVILEGED);
    EXPECT_EQ(bootstrap_register(bootstrap_port, SERVICE_CONSOLE, MACH_PORT_NULL),
              BOOTSTRAP_NOT_PRIVILEGED);
    EXPECT_EQ(bootstrap_create_service(bootstrap_port, SERVICE_CONSOLE, &found),
              BOOTSTRAP_SERVICE_ACTIVE);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
}

CASE(a_subset_hides_its_parents_names)
{
    struct subset outer = make_subset(bootstrap_port);
    struct subset inner = make_subset(outer.port);
    mach_port_t port = make_port();
    mach_port_t other = make_port();
    mach_port_t found = MACH_PORT_NULL;
    EXPECT_EQ(bootstrap_register(outer.port, "test.one", port), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(bootstrap_look_up(inner.port, "test.one", &found), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(found, port);
    release(found);
    EXPECT_EQ(bootstrap_register(inner.port, "test.one", other), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(bootstrap_look_up(inner.port, "test.one", &found), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(found, other);
    release(found);
    EXPECT_EQ(bootstrap_parent(inner.port, &found), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(found, outer.port);
    release(found);
    /* What is below ends with what is above. */
    EXPECT_OK(mach_port_destroy(mach_task_self(), outer.requestor));
    EXPECT(systest_wait(is_dead, &inner.port));
    EXPECT_EQ(bootstrap_look_up(inner.port, "test.one", &found), MACH_SEND_INVALID_DEST);
    release(outer.port);
    release(inner.port);
    EXPECT_OK(mach_port_destroy(mach_task_self(), inner.requestor));
    EXPECT_OK(mach_port_destroy(mach_task_self(), other));
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
}

CASE(the_root_is_its_own_parent)
{
    mach_port_t parent = MACH_PORT_NULL;
    EXPECT_EQ(bootstrap_parent(bootstrap_port, &parent), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(parent, bootstrap_port);
    release(parent);
}

CASE(one_requestor_may_have_several_subsets)
{
    struct subset first = make_subset(bootstrap_port);
    struct subset second = { .requestor = first.requestor };
    EXPECT_EQ(bootstrap_subset(bootstrap_port, first.requestor, &second.port), BOOTSTRAP_SUCCESS);
    EXPECT(first.port != second.port);
    end_subset(&first);
    EXPECT(systest_wait(is_dead, &second.port));
    release(second.port);
}

CASE(a_subset_needs_a_requestor)
{
    mach_port_t subset;
    EXPECT_EQ(bootstrap_subset(bootstrap_port, MACH_PORT_NULL, &subset), BOOTSTRAP_UNKNOWN_SERVICE);
    EXPECT_EQ(bootstrap_subset(bootstrap_port, MACH_PORT_DEAD, &subset), BOOTSTRAP_UNKNOWN_SERVICE);
}

/* The place of NAME in the list, or COUNT. */
static unsigned place_of(const char *name, name_array_t names, unsigned count)
{
    unsigned place = 0;
    while (place < count && strcmp(names[place], name) != 0) {
        place++;
    }
    return place;
}

CASE(info_lists_all_names)
{
    struct subset subset = make_subset(bootstrap_port);
    name_array_t names, servers;
    bootstrap_status_array_t active;
    mach_msg_type_number_t names_count, servers_count, active_count;
    mach_port_t send;
    EXPECT_EQ(bootstrap_create_service(subset.port, "test.one", &send), BOOTSTRAP_SUCCESS);
    release(send);
    EXPECT_EQ(bootstrap_info(subset.port, &names, &names_count, &servers, &servers_count, &active,
                             &active_count),
              BOOTSTRAP_SUCCESS);
    EXPECT(names_count == servers_count && names_count == active_count);
    unsigned own = place_of("test.one", names, names_count);
    unsigned console = place_of(SERVICE_CONSOLE, names, names_count);
    if (EXPECT(own < names_count) && EXPECT(console < names_count)) {
        EXPECT_EQ(active[own], BOOTSTRAP_STATUS_INACTIVE);
        EXPECT_EQ(strcmp(servers[own], ""), 0);
        EXPECT_EQ(active[console], BOOTSTRAP_STATUS_ACTIVE);
        EXPECT_EQ(strcmp(servers[console], "/servers/console"), 0);
    }
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)names, names_count * sizeof(name_t)));
    EXPECT_OK(
        vm_deallocate(mach_task_self(), (vm_address_t)servers, servers_count * sizeof(name_t)));
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)active,
                            active_count * sizeof(bootstrap_status_t)));
    end_subset(&subset);
}

CASE(many_names_at_once)
{
    struct subset subset = make_subset(bootstrap_port);
    name_t names[BOOTSTRAP_MAX_LOOKUP_COUNT + 1] = { "test.one", "test.missing" };
    mach_port_t port = make_port();
    mach_port_array_t ports;
    int count = 0;
    boolean_t all_known = TRUE;
    EXPECT_EQ(bootstrap_register(subset.port, "test.one", port), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(bootstrap_look_up_array(subset.port, names, 2, &ports, &count, &all_known),
              BOOTSTRAP_SUCCESS);
    EXPECT_EQ(count, 2);
    EXPECT_EQ(all_known, FALSE);
    EXPECT_EQ(ports[0], port);
    EXPECT_EQ(ports[1], MACH_PORT_NULL);
    release(port);
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)ports, 2 * sizeof(mach_port_t)));
    EXPECT_EQ(bootstrap_look_up_array(subset.port, names, 0, &ports, &count, &all_known),
              BOOTSTRAP_BAD_COUNT);
    EXPECT_EQ(bootstrap_look_up_array(subset.port, names, BOOTSTRAP_MAX_LOOKUP_COUNT + 1, &ports,
                                      &count, &all_known),
              BOOTSTRAP_BAD_COUNT);
    EXPECT_EQ(bootstrap_look_up_array(MACH_PORT_NULL, names, 2, &ports, &count, &all_known),
              MACH_SEND_INVALID_DEST);
    end_subset(&subset);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
}

CASE(a_port_to_give_away)
{
    mach_port_t given = MACH_PORT_NULL;
    EXPECT_EQ(bootstrap_unprivileged(bootstrap_port, &given), KERN_SUCCESS);
    EXPECT_EQ(given, bootstrap_port);
    release(given);
    mach_port_t receive = mach_reply_port();
    EXPECT_EQ(bootstrap_unprivileged(receive, &given), KERN_INVALID_RIGHT);
    EXPECT_EQ(given, MACH_PORT_NULL);
    EXPECT_OK(mach_port_destroy(mach_task_self(), receive));
    EXPECT_EQ(bootstrap_create_server(bootstrap_port, "/bin/sh", 0, TRUE, &given),
              BOOTSTRAP_NOT_PRIVILEGED);
    EXPECT_EQ(given, MACH_PORT_NULL);
}

CASE(each_code_has_words)
{
    for (kern_return_t code = BOOTSTRAP_NOT_PRIVILEGED; code <= BOOTSTRAP_NO_CHILDREN; code++) {
        EXPECT(strstr(bootstrap_strerror(code), "unknown error") == NULL);
        EXPECT(strcmp(bootstrap_strerror(code), bootstrap_strerror(code + 1)) != 0);
    }
    EXPECT_EQ(strcmp(bootstrap_strerror(BOOTSTRAP_SUCCESS), "success"), 0);
    EXPECT_EQ(strcmp(bootstrap_strerror(MACH_SEND_INVALID_DEST),
                     mach_error_string(MACH_SEND_INVALID_DEST)),
              0);
}

struct waiter {
    mach_port_t space;
    mach_port_t found;
    kern_return_t result;
};

static void *wait_for_name(void *argument)
{
    struct waiter *waiter = argument;
    waiter->result = mach_r_look_up_wait(waiter->space, "test.late", &waiter->found);
    return NULL;
}

/* In a subset, for a name of its parent: the wait ends there too. Whether the thread or the name comes
 * first makes no difference to the result. */
CASE(a_look_up_waits_for_its_name)
{
    struct subset outer = make_subset(bootstrap_port);
    struct subset inner = make_subset(outer.port);
    struct waiter waiter = { .space = inner.port };
    mach_port_t port = make_port();
    pthread_t thread;
    EXPECT_EQ(pthread_create(&thread, NULL, wait_for_name, &waiter), 0);
    systest_pause();
    EXPECT_EQ(bootstrap_register(outer.port, "test.late", port), BOOTSTRAP_SUCCESS);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    EXPECT_EQ(waiter.result, BOOTSTRAP_SUCCESS);
    EXPECT_EQ(waiter.found, port);
    release(waiter.found);
    end_subset(&inner);
    end_subset(&outer);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
}

CASE(a_wait_ends_with_its_subset)
{
    struct subset subset = make_subset(bootstrap_port);
    struct waiter waiter = { .space = subset.port };
    pthread_t thread;
    EXPECT_EQ(pthread_create(&thread, NULL, wait_for_name, &waiter), 0);
    systest_pause();
    EXPECT_OK(mach_port_destroy(mach_task_self(), subset.requestor));
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    EXPECT(waiter.result == MIG_SERVER_DIED || waiter.result == MACH_SEND_INVALID_DEST);
    EXPECT(systest_wait(is_dead, &subset.port));
    release(subset.port);
}

/* What the first thread leaves, and the first wait for one. */
void systest_prepare(void)
{
    thread_warm_up();
}
