/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports of a task and of a thread that allow less than control: who may get which, and what they let
 * do. That they let do no more, wrong_objects tries with each routine.
 */
#include <mach/mach_traps.h>
#include <mach/mach_vm.h>
#include <unistd.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SELF mach_task_self()

static mach_port_t special_port(mach_port_t task, int which)
{
    mach_port_t port = MACH_PORT_NULL;
    EXPECT_OK(task_get_special_port(task, which, &port));
    return port;
}

static mach_port_t thread_port(mach_port_t thread, int which)
{
    mach_port_t port = MACH_PORT_NULL;
    EXPECT_OK(thread_get_special_port(thread, which, &port));
    return port;
}

static void release(mach_port_t port)
{
    EXPECT_OK(mach_port_deallocate(SELF, port));
}

/* The kind of kernel object behind PORT, as Darwin numbers them. */
static natural_t kind_of(mach_port_t port)
{
    natural_t kind = 0;
    mach_vm_address_t address;
    EXPECT_OK(mach_port_kobject(SELF, port, &kind, &address));
    return kind;
}

/* A helper, and its ports from the one that allows most to the one that allows least. */
struct ports {
    struct helper helper;
    mach_port_t port[4];
};

static const int special_of[] = { TASK_KERNEL_PORT, TASK_READ_PORT, TASK_INSPECT_PORT,
                                  TASK_NAME_PORT };

#define CONTROL 0
#define READ    1
#define INSPECT 2
#define NAME    3

static bool ports_make(struct ports *ports)
{
    if (!helper_create(&ports->helper)) {
        return false;
    }
    for (uint32_t i = 0; i < 4; i++) {
        ports->port[i] = special_port(ports->helper.task, special_of[i]);
    }
    return true;
}

static void ports_end(struct ports *ports)
{
    for (uint32_t i = 0; i < 4; i++) {
        release(ports->port[i]);
    }
    helper_destroy(&ports->helper);
}

CASE(a_task_has_a_port_for_each_access)
{
    static const natural_t kinds[] = { 2, 45, 44, 20 };
    struct ports ports;
    if (ports_make(&ports)) {
        for (uint32_t i = 0; i < 4; i++) {
            mach_port_t again = special_port(ports.helper.task, special_of[i]);
            EXPECT_EQ(kind_of(ports.port[i]), kinds[i]);
            EXPECT_EQ(again, ports.port[i]);
            release(again);
        }
        EXPECT_EQ(ports.port[CONTROL], ports.helper.task);
        ports_end(&ports);
    }
}

CASE(no_port_leads_to_one_that_allows_more)
{
    static const int others[] = { TASK_HOST_PORT, TASK_BOOTSTRAP_PORT, TASK_ACCESS_PORT,
                                  TASK_DEBUG_CONTROL_PORT, TASK_RESOURCE_NOTIFY_PORT };
    struct ports ports;
    if (!ports_make(&ports)) {
        return;
    }
    for (uint32_t from = READ; from <= NAME; from++) {
        kern_return_t less = from == NAME ? KERN_INVALID_TASK : KERN_INVALID_CAPABILITY;
        for (uint32_t to = 0; to < 4; to++) {
            mach_port_t port = MACH_PORT_NULL;
            kern_return_t result = task_get_special_port(ports.port[from], special_of[to], &port);
            if (to >= from && from != NAME) {
                EXPECT_OK(result);
                EXPECT_EQ(port, ports.port[to]);
                release(port);
            } else {
                EXPECT_EQ(result, less);
            }
        }
        for (uint32_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
            mach_port_t port;
            EXPECT_EQ(task_get_special_port(ports.port[from], others[i], &port), less);
        }
        EXPECT_EQ(task_set_special_port(ports.port[from], TASK_BOOTSTRAP_PORT, MACH_PORT_NULL),
                  KERN_INVALID_TASK);
    }
    ports_end(&ports);
}

/* The only thread of the task of PORT, which allows KIND. */
static mach_port_t only_thread(mach_port_t port, natural_t kind)
{
    thread_act_array_t threads = NULL;
    mach_msg_type_number_t count = 0;
    EXPECT_OK(task_threads(port, &threads, &count));
    if (!EXPECT_EQ(count, 1)) {
        return MACH_PORT_NULL;
    }
    mach_port_t thread = threads[0];
    EXPECT_EQ(kind_of(thread), kind);
    EXPECT_OK(vm_deallocate(SELF, (vm_address_t)threads, sizeof(threads[0])));
    return thread;
}

static mach_msg_return_t get_state(mach_port_t thread)
{
    x86_thread_state64_t state;
    mach_msg_type_number_t count = x86_THREAD_STATE64_COUNT;
    return thread_get_state(thread, x86_THREAD_STATE64, (thread_state_t)&state, &count);
}

static kern_return_t ask_thread(mach_port_t thread)
{
    thread_basic_info_data_t info;
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    return thread_info(thread, THREAD_BASIC_INFO, (thread_info_t)&info, &count);
}

CASE(threads_are_listed_with_the_access_to_their_task)
{
    struct ports ports;
    thread_act_t thread;
    thread_act_array_t list;
    mach_msg_type_number_t count;
    if (!ports_make(&ports)) {
        return;
    }
    EXPECT_OK(thread_create(ports.helper.task, &thread));
    mach_port_t control = only_thread(ports.port[CONTROL], 1);
    mach_port_t read = only_thread(ports.port[READ], 47);
    mach_port_t inspect = only_thread(ports.port[INSPECT], 46);
    EXPECT_EQ(task_threads(ports.port[NAME], &list, &count), KERN_INVALID_TASK);
    EXPECT_EQ(control, thread);
    EXPECT_OK(get_state(read));
    EXPECT_OK(thread_suspend(read));
    EXPECT_OK(thread_resume(read));
    EXPECT_EQ(get_state(inspect), KERN_INVALID_ARGUMENT);
    EXPECT_OK(ask_thread(read));
    EXPECT_OK(ask_thread(inspect));
    release(control);
    release(read);
    release(inspect);
    EXPECT_OK(thread_terminate(thread));
    ports_end(&ports);
}

CASE(no_port_of_a_thread_leads_to_one_that_allows_more)
{
    thread_act_t thread;
    mach_port_t port;
    EXPECT_OK(thread_create(SELF, &thread));
    mach_port_t read = thread_port(thread, THREAD_READ_PORT);
    mach_port_t inspect = thread_port(thread, THREAD_INSPECT_PORT);
    mach_port_t control = thread_port(thread, THREAD_KERNEL_PORT);
    EXPECT_EQ(control, thread);
    EXPECT_EQ(thread_get_special_port(read, THREAD_KERNEL_PORT, &port), KERN_INVALID_CAPABILITY);
    EXPECT_EQ(thread_get_special_port(inspect, THREAD_KERNEL_PORT, &port), KERN_INVALID_CAPABILITY);
    EXPECT_EQ(thread_get_special_port(inspect, THREAD_READ_PORT, &port), KERN_INVALID_CAPABILITY);
    EXPECT_EQ(thread_get_special_port(read, 0, &port), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_port(read, THREAD_READ_PORT), read);
    EXPECT_EQ(thread_port(read, THREAD_INSPECT_PORT), inspect);
    EXPECT_EQ(thread_port(inspect, THREAD_INSPECT_PORT), inspect);
    release(control);
    EXPECT_OK(thread_terminate(thread));
    EXPECT(wait_dead(read));
    EXPECT(wait_dead(inspect));
    EXPECT_OK(mach_port_destroy(SELF, read));
    EXPECT_OK(mach_port_destroy(SELF, inspect));
}

CASE(who_may_read_a_task_sees_its_memory)
{
    struct ports ports;
    static int shown = 4711;
    int seen = 0;
    mach_vm_size_t size = 0;
    mach_vm_address_t address = 0;
    if (!ports_make(&ports)) {
        return;
    }
    EXPECT_OK(mach_vm_read_overwrite(ports.port[READ], (mach_vm_address_t)&shown, sizeof(shown),
                                     (mach_vm_address_t)&seen, &size));
    EXPECT_EQ(seen, shown);
    EXPECT_EQ(mach_vm_read_overwrite(ports.port[INSPECT], (mach_vm_address_t)&shown, sizeof(shown),
                                     (mach_vm_address_t)&seen, &size),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_write(ports.port[READ], (mach_vm_address_t)&shown, (vm_offset_t)&seen,
                            sizeof(seen)),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_allocate(ports.port[READ], &address, vm_page_size, VM_FLAGS_ANYWHERE),
              KERN_INVALID_ARGUMENT);
    ports_end(&ports);
}

static kern_return_t ask_task(mach_port_t task)
{
    mach_task_basic_info_data_t info;
    mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
    return task_info(task, MACH_TASK_BASIC_INFO, (task_info_t)&info, &count);
}

CASE(a_tasks_name_tells_figures_and_no_more)
{
    struct ports ports;
    mach_port_name_t name;
    if (ports_make(&ports)) {
        for (uint32_t i = 0; i < 4; i++) {
            EXPECT_OK(ask_task(ports.port[i]));
        }
        EXPECT_EQ(task_suspend(ports.port[NAME]), KERN_INVALID_TASK);
        EXPECT_EQ(task_suspend(ports.port[INSPECT]), KERN_INVALID_TASK);
        EXPECT_OK(task_suspend(ports.port[READ]));
        EXPECT_OK(task_resume(ports.port[READ]));
        EXPECT_EQ(task_terminate(ports.port[READ]), KERN_INVALID_TASK);
        EXPECT_EQ(mach_port_allocate(ports.port[READ], MACH_PORT_RIGHT_RECEIVE, &name),
                  KERN_INVALID_TASK);
        ports_end(&ports);
    }
}

/* The caller's own lesser ports are looked up in the same way, and no reference is lost or kept. */
CASE(ones_own_ports_allow_no_more_either)
{
    mach_port_t read = special_port(SELF, TASK_READ_PORT);
    mach_port_t name = special_port(SELF, TASK_NAME_PORT);
    for (uint32_t i = 0; i < 100; i++) {
        EXPECT_OK(ask_task(read));
        EXPECT_OK(ask_task(name));
        EXPECT_EQ(task_terminate(read), KERN_INVALID_TASK);
    }
    EXPECT(mach_task_is_self(SELF));
    EXPECT(mach_task_is_self(read));
    EXPECT(mach_task_is_self(name));
    EXPECT(!mach_task_is_self(MACH_PORT_NULL));
    release(read);
    release(name);
}

CASE(other_tasks_are_not_oneself)
{
    struct ports ports;
    if (ports_make(&ports)) {
        for (uint32_t i = 0; i < 4; i++) {
            EXPECT(!mach_task_is_self(ports.port[i]));
        }
        ports_end(&ports);
    }
}

CASE(a_token_leads_to_its_task)
{
    struct ports ports;
    mach_port_t token = MACH_PORT_NULL, port = MACH_PORT_NULL;
    if (!ports_make(&ports)) {
        return;
    }
    EXPECT_EQ(task_create_identity_token(ports.port[READ], &token), KERN_INVALID_ARGUMENT);
    EXPECT_OK(task_create_identity_token(ports.helper.task, &token));
    for (uint32_t flavor = TASK_FLAVOR_CONTROL; flavor <= TASK_FLAVOR_NAME; flavor++) {
        EXPECT_OK(task_identity_token_get_task_port(token, flavor, &port));
        EXPECT_EQ(port, ports.port[flavor]);
        release(port);
    }
    EXPECT_EQ(task_identity_token_get_task_port(token, TASK_FLAVOR_NAME + 1, &port),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_identity_token_get_task_port(ports.helper.task, TASK_FLAVOR_NAME, &port),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_terminate(token), KERN_INVALID_TASK);
    ports_end(&ports);
    EXPECT(wait_dead(token));
    release(token);
}

CASE(process_numbers_lead_to_ports_of_each_access)
{
    mach_port_t name, inspect, read, none = MACH_PORT_NULL;
    EXPECT_OK(task_name_for_pid(SELF, getpid(), &name));
    EXPECT_OK(task_inspect_for_pid(SELF, getpid(), &inspect));
    EXPECT_OK(task_read_for_pid(SELF, getpid(), &read));
    EXPECT_EQ(kind_of(name), 20);
    EXPECT_EQ(kind_of(inspect), 44);
    EXPECT_EQ(kind_of(read), 45);
    EXPECT_EQ(task_name_for_pid(MACH_PORT_NULL, getpid(), &none), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_name_for_pid(SELF, 99999, &none), KERN_FAILURE);
    release(name);
    release(inspect);
    release(read);
}

/* The task's own lesser ports are made once, and kept. */
void systest_prepare(void)
{
    release(special_port(SELF, TASK_READ_PORT));
    release(special_port(SELF, TASK_INSPECT_PORT));
    release(special_port(SELF, TASK_NAME_PORT));
}
