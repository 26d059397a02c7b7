/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ports of a task and a thread that allow less than control come from those that allow all,
 * which are the first in the table.
 */
#include "kernel_ports.h"

#include <mach/clock_types.h>
#include <mach/host_priv.h>
#include <mach/processor.h>

#include "systest.h"
#include "systest_task.h"

#define SUBSYSTEM 100 /* ids of one interface */

static void release(mach_port_t port)
{
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
}

static void keep(mach_port_t port)
{
    (void)port;
}

static mach_port_t make_task(void)
{
    struct helper helper;
    return helper_create(&helper) ? helper.task : MACH_PORT_NULL;
}

static void end_task(mach_port_t task)
{
    struct helper helper = { .task = task };
    helper_destroy(&helper);
}

static mach_port_t make_thread(void)
{
    thread_act_t thread;
    EXPECT_OK(thread_create(mach_task_self(), &thread));
    return thread;
}

static void end_thread(mach_port_t thread)
{
    EXPECT_OK(thread_terminate(thread)); /* takes the right along */
}

static mach_port_t special_host_port(int which)
{
    mach_port_t port = MACH_PORT_NULL;
    EXPECT_OK(host_get_special_port(systest_host_priv(), HOST_LOCAL_NODE, which, &port));
    return port;
}

static mach_port_t make_security(void)
{
    return special_host_port(HOST_SECURITY_PORT);
}

static mach_port_t make_device_master(void)
{
    return special_host_port(HOST_IO_MAIN_PORT);
}

static mach_port_t make_processor(void)
{
    processor_array_t processors;
    mach_msg_type_number_t count;
    EXPECT_OK(host_processors(systest_host_priv(), &processors, &count));
    mach_port_t first = processors[0];
    for (mach_msg_type_number_t i = 1; i < count; i++) {
        release(processors[i]);
    }
    EXPECT_OK(
        vm_deallocate(mach_task_self(), (vm_address_t)processors, count * sizeof(processors[0])));
    return first;
}

static mach_port_t make_set_name(void)
{
    mach_port_t host = mach_host_self(), set = MACH_PORT_NULL;
    EXPECT_OK(processor_set_default(host, &set));
    release(host);
    return set;
}

static mach_port_t make_set_control(void)
{
    mach_port_t name = make_set_name(), control = MACH_PORT_NULL;
    EXPECT_OK(host_processor_set_priv(systest_host_priv(), name, &control));
    release(name);
    return control;
}

static mach_port_t make_clock(void)
{
    return systest_clock(CALENDAR_CLOCK);
}

static mach_port_t make_clock_control(void)
{
    mach_port_t control = MACH_PORT_NULL;
    EXPECT_OK(host_get_clock_control(systest_host_priv(), CALENDAR_CLOCK, &control));
    return control;
}

static mach_port_t make_semaphore(void)
{
    semaphore_t semaphore = SEMAPHORE_NULL;
    EXPECT_OK(semaphore_create(mach_task_self(), &semaphore, SYNC_POLICY_FIFO, 1));
    return semaphore;
}

static void end_semaphore(mach_port_t semaphore)
{
    EXPECT_OK(semaphore_destroy(mach_task_self(), semaphore));
}

static mach_port_t make_voucher(void)
{
    mach_voucher_attr_recipe_data_t recipe = { .key = MACH_VOUCHER_ATTR_KEY_IMPORTANCE,
                                               .command = MACH_VOUCHER_ATTR_IMPORTANCE_SELF };
    mach_voucher_t voucher = MACH_VOUCHER_NULL;
    mach_port_t host = mach_host_self();
    EXPECT_OK(host_create_mach_voucher(host, (uint8_t *)&recipe, sizeof(recipe), &voucher));
    release(host);
    return voucher;
}

static mach_port_t make_memory_entry(void)
{
    static char page[4096];
    mach_port_t entry = MACH_PORT_NULL;
    memory_object_size_t size = sizeof(page);
    EXPECT_OK(mach_make_memory_entry_64(mach_task_self(), &size, (memory_object_offset_t)page,
                                        VM_PROT_READ, &entry, MACH_PORT_NULL));
    return entry;
}

/* What works on the ports of a task and of a thread that allow less than control: by name what may be
 * known of any task, to inspect it also its figures, to read it also what it has. */
#define NAME_ALLOWS    3405, 3455
#define INSPECT_ALLOWS NAME_ALLOWS, 3402, 3409, 3431, 3438, 3452, 3235
#define SPACE_ALLOWS   3211, 3217, 3223, 3225, 3228, 3230, 3239, 3241
#define MEMORY_ALLOWS \
    4804, 4805, 4808, 4814, 4815, 4816, 4819, 4820, 3800, 3805, 3806, 3809, 3817, 3821, 3822, 3824
static const mach_msg_id_t name_allows[] = { NAME_ALLOWS, 0 };
static const mach_msg_id_t inspect_allows[] = { INSPECT_ALLOWS, 0 };
static const mach_msg_id_t read_allows[] = {
    INSPECT_ALLOWS, SPACE_ALLOWS, MEMORY_ALLOWS, 3407, 3408, 3436, 3439, 3460, 5404, 0
};
#define THREAD_INSPECT_ALLOWS 3610, 3612, 3618, 3623
static const mach_msg_id_t thread_inspect_allows[] = { THREAD_INSPECT_ALLOWS, 0 };
static const mach_msg_id_t thread_read_allows[] = {
    THREAD_INSPECT_ALLOWS, 3601, 3603, 3605, 3606, 3625, 3630, 0
};
static const mach_msg_id_t voucher_allows[] = { 5400, 5401, 5402, 5403, 0 };
static const mach_msg_id_t task_allows[] = { 5404, 0 };
static const mach_msg_id_t token_allows[] = { 3458, 0 };

static mach_port_t make_task_name(void);
static mach_port_t make_task_inspect(void);
static mach_port_t make_task_read(void);
static mach_port_t make_task_token(void);
static mach_port_t make_thread_inspect(void);
static mach_port_t make_thread_read(void);

struct kind kinds[] = {
    { "task", make_task, end_task, { 3200, 3400, 3800, 4800 }, 0, task_allows },
    { "thread", make_thread, end_thread, { 3600 }, 0, NULL },
    { "host", mach_host_self, release, { 200 }, 0, NULL },
    { "privileged host", systest_host_priv, keep, { 200, 400, 901000 }, 0, NULL },
    { "host security", make_security, release, { 600 }, 0, NULL },
    { "processor", make_processor, release, { 3000 }, 0, NULL },
    { "processor set", make_set_name, release, { 4000 }, 0, NULL },
    { "control of a processor set", make_set_control, release, { 4000 }, 0, NULL },
    { "clock", make_clock, release, { 1000 }, 0, NULL },
    { "control of a clock", make_clock_control, release, { 1200 }, 0, NULL },
    { "semaphore", make_semaphore, end_semaphore, { 617200 }, 0, NULL },
    { "voucher", make_voucher, release, { 0 }, 0, voucher_allows },
    { "memory entry", make_memory_entry, release, { 4900 }, 0, NULL },
    { "device master", make_device_master, release, { 902000 }, 0, NULL },
    { "task's name", make_task_name, release, { 0 }, 0, name_allows },
    { "task to inspect", make_task_inspect, release, { 0 }, 0, inspect_allows },
    { "task to read", make_task_read, release, { 0 }, 0, read_allows },
    { "task's token", make_task_token, release, { 0 }, 0, token_allows },
    { "thread to inspect", make_thread_inspect, release, { 0 }, 0, thread_inspect_allows },
    { "thread to read", make_thread_read, release, { 0 }, 0, thread_read_allows },
};

const uint32_t kind_count = sizeof(kinds) / sizeof(kinds[0]);

/* The special port WHICH of the task, or the thread, of the first two kinds. */
static mach_port_t special_task_port(int which)
{
    mach_port_t port = MACH_PORT_NULL;
    EXPECT_OK(task_get_special_port(kinds[0].port, which, &port));
    return port;
}

static mach_port_t special_thread_port(int which)
{
    mach_port_t port = MACH_PORT_NULL;
    EXPECT_OK(thread_get_special_port(kinds[1].port, which, &port));
    return port;
}

static mach_port_t make_task_name(void)
{
    return special_task_port(TASK_NAME_PORT);
}

static mach_port_t make_task_inspect(void)
{
    return special_task_port(TASK_INSPECT_PORT);
}

static mach_port_t make_task_read(void)
{
    return special_task_port(TASK_READ_PORT);
}

static mach_port_t make_task_token(void)
{
    mach_port_t token = MACH_PORT_NULL;
    EXPECT_OK(task_create_identity_token(kinds[0].port, &token));
    return token;
}

static mach_port_t make_thread_inspect(void)
{
    return special_thread_port(THREAD_INSPECT_PORT);
}

static mach_port_t make_thread_read(void)
{
    return special_thread_port(THREAD_READ_PORT);
}

void kinds_make(void)
{
    for (uint32_t i = 0; i < kind_count; i++) {
        kinds[i].port = kinds[i].make();
        EXPECT(MACH_PORT_VALID(kinds[i].port));
    }
}

void kinds_end(void)
{
    for (uint32_t i = kind_count; i-- > 0;) {
        kinds[i].end(kinds[i].port);
    }
}

bool kind_serves(const struct kind *kind, mach_msg_id_t id)
{
    for (uint32_t i = 0; i < OWN_MAX && kind->own[i] != 0; i++) {
        if (id >= kind->own[i] && id < kind->own[i] + SUBSYSTEM) {
            return true;
        }
    }
    for (const mach_msg_id_t *allowed = kind->allowed; allowed != NULL && *allowed != 0;
         allowed++) {
        if (*allowed == id) {
            return true;
        }
    }
    return false;
}
