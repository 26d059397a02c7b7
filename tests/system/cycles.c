/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each kind of thing, made and destroyed again and again, leaves the kernel's memory where it was: every
 * kind of object, the allocator's size classes too, and the free pages. The program's argument says how
 * often; without one it is quick.
 */
#include <mach/clock_types.h>
#include <mach/host_priv.h>
#include <mach/ledger.h>
#include <mach/mach_vm.h>
#include <mach/mk_timer.h>
#include <mach_r/mach_r_host.h>

#include <stdlib.h>
#include <string.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "voucher_recipes.h"

#define ROUNDS_QUICK 300

/* Rounds after which caches have what they keep. */
#define ROUNDS_FIRST 50

/* Pages that allocators may keep beyond what they kept before, however many rounds there are. */
#define PAGE_ROOM 64

#define OOL_SIZE (3 * 4096)

/* What the kernel has allocated. */
struct memory {
    struct ledger_entry entries[LEDGER_ENTRY_MAX];
    mach_msg_type_number_t count;
    uint64_t free_pages;
};

static struct memory before, now;

static void memory_read(struct memory *memory)
{
    vm_statistics_data_t statistics = {};
    mach_msg_type_number_t count = HOST_VM_INFO_COUNT;
    mach_port_t host = mach_host_self();
    memory->count = LEDGER_ENTRY_MAX;
    EXPECT_OK(host_ledger(systest_host_priv(), memory->entries, &memory->count));
    EXPECT_OK(host_statistics(host, HOST_VM_INFO, (host_info_t)&statistics, &count));
    memory->free_pages = statistics.free_count;
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

/* Stacks that are kept count as used, up to a limit. */
static bool is_more(uint32_t i)
{
    return now.entries[i].in_use > before.entries[i].in_use &&
           strcmp(now.entries[i].name, "kernel stacks") != 0;
}

static bool is_as_before(void *argument)
{
    bool is_same = true;
    (void)argument;
    memory_read(&now);
    for (uint32_t i = 0; i < now.count; i++) {
        is_same = is_same && !is_more(i);
    }
    return is_same && now.free_pages + PAGE_ROOM >= before.free_pages;
}

static void print_difference(const char *what)
{
    for (uint32_t i = 0; i < now.count; i++) {
        if (is_more(i)) {
            systest_print("# %s: %s: %llu before, %llu after\n", what, now.entries[i].name,
                          (unsigned long long)before.entries[i].in_use,
                          (unsigned long long)now.entries[i].in_use);
        }
    }
    systest_print("# %s: free pages: %llu before, %llu after\n", what,
                  (unsigned long long)before.free_pages, (unsigned long long)now.free_pages);
}

static uint64_t rounds(void)
{
    const char *argument = systest_argument(1);
    return argument != NULL ? strtoull(argument, NULL, 10) : ROUNDS_QUICK;
}

/* Do CYCLE, called WHAT, many times. */
static void check_cycle(const char *what, void (*cycle)(void))
{
    for (uint32_t i = 0; i < ROUNDS_FIRST; i++) {
        cycle();
    }
    memory_read(&before);
    for (uint64_t i = 0; i < rounds(); i++) {
        cycle();
    }
    if (!EXPECT(systest_wait(is_as_before, NULL))) {
        print_difference(what);
    }
}

static void cycle_port(void)
{
    port_destroy_with_send(port_create_with_send());
}

static void cycle_constructed_port(void)
{
    mach_port_options_t options = { .flags = MPO_INSERT_SEND_RIGHT | MPO_QLIMIT,
                                    .mpl = { .mpl_qlimit = 7 } };
    mach_port_name_t name;
    EXPECT_OK(mach_port_construct(mach_task_self(), &options, 17, &name));
    EXPECT_OK(mach_port_destruct(mach_task_self(), name, -1, 17));
}

static void cycle_set(void)
{
    mach_port_t set, member = port_create();
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set));
    EXPECT_OK(mach_port_insert_member(mach_task_self(), member, set));
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
    port_destroy(member);
}

/* A send-once right that goes unused, and what the port hears of that. */
static void cycle_send_once(void)
{
    union any_message message;
    mach_port_t port = port_create(), once;
    mach_msg_type_name_t type;
    EXPECT_OK(mach_port_extract_right(mach_task_self(), port, MACH_MSG_TYPE_MAKE_SEND_ONCE, &once,
                                      &type));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), once));
    EXPECT_OK(receive_now(port, &message));
    EXPECT_EQ(message.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    port_destroy(port);
}

static void cycle_dead_name(void)
{
    mach_port_t dead, port = port_create_with_send();
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_DEAD_NAME, &dead));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), dead));
    port_destroy(port);
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_DEAD_NAME);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
}

/* The notification brings a reference of the dead name along. */
static void cycle_notification(void)
{
    union any_message message;
    mach_port_t port = port_create_with_send(), notify = port_create(), previous;
    EXPECT_OK(mach_port_request_notification(mach_task_self(), port, MACH_NOTIFY_DEAD_NAME, 0,
                                             notify, MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous));
    EXPECT_EQ(previous, MACH_PORT_NULL);
    port_destroy_with_send(port);
    EXPECT_OK(receive_now(notify, &message));
    EXPECT_EQ(message.header.msgh_id, MACH_NOTIFY_DEAD_NAME);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    port_destroy(notify);
}

CASE(ports_and_rights)
{
    check_cycle("port", cycle_port);
    check_cycle("port with options", cycle_constructed_port);
    check_cycle("port set", cycle_set);
    check_cycle("send-once right", cycle_send_once);
    check_cycle("dead name", cycle_dead_name);
    check_cycle("request for a notification", cycle_notification);
}

static void cycle_task(void)
{
    task_t task;
    EXPECT_OK(task_create(mach_task_self(), NULL, 0, FALSE, &task));
    EXPECT_OK(task_terminate(task));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), task));
}

static void cycle_task_with_memory(void)
{
    task_t task;
    EXPECT_OK(task_create(mach_task_self(), NULL, 0, TRUE, &task));
    EXPECT_OK(task_terminate(task));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), task));
}

static void cycle_thread(void)
{
    thread_act_t thread;
    EXPECT_OK(thread_create(mach_task_self(), &thread));
    EXPECT_OK(thread_terminate(thread));
}

static void do_nothing(void *argument)
{
    (void)argument;
}

static void cycle_running_thread(void)
{
    struct worker worker;
    EXPECT(worker_start(&worker, mach_task_self(), do_nothing, NULL));
    worker_join(&worker);
}

CASE(tasks_and_threads)
{
    check_cycle("task", cycle_task);
    check_cycle("task with its parent's memory", cycle_task_with_memory);
    check_cycle("thread", cycle_thread);
    check_cycle("thread that runs", cycle_running_thread);
}

static void cycle_semaphore(void)
{
    semaphore_t semaphore;
    EXPECT_OK(semaphore_create(mach_task_self(), &semaphore, SYNC_POLICY_FIFO, 0));
    EXPECT_OK(semaphore_destroy(mach_task_self(), semaphore));
}

static void cycle_timer(void)
{
    mach_port_t timer = mk_timer_create();
    EXPECT_OK(mk_timer_arm(timer, mach_absolute_time() + UINT64_C(3600000000000)));
    EXPECT_OK(mk_timer_destroy(timer));
}

/* A voucher is made, sent with its only right, and received. */
static void cycle_voucher(void)
{
    mach_voucher_t voucher = voucher_with("cycle");
    mach_port_t port = port_create_with_send();
    union any_message message = {
        .header = { .msgh_bits =
                        MACH_MSGH_BITS_SET(MACH_MSG_TYPE_COPY_SEND, 0, MACH_MSG_TYPE_MOVE_SEND, 0),
                    .msgh_remote_port = port,
                    .msgh_voucher_port = voucher },
    };
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message.header), 0, 0, 0, 0));
    EXPECT_OK(receive_option(port, &message, MACH_RCV_VOUCHER, 0));
    voucher_drop(message.header.msgh_voucher_port);
    port_destroy_with_send(port);
}

CASE(semaphores_vouchers_and_timers)
{
    check_cycle("semaphore", cycle_semaphore);
    check_cycle("voucher", cycle_voucher);
    check_cycle("timer", cycle_timer);
}

static void cycle_memory(void)
{
    mach_vm_address_t address = 0;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &address, OOL_SIZE, VM_FLAGS_ANYWHERE));
    memset((void *)address, 1, OOL_SIZE);
    EXPECT_OK(mach_vm_protect(mach_task_self(), address, OOL_SIZE / 3, FALSE, VM_PROT_READ));
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), address, OOL_SIZE));
}

static void cycle_memory_entry(void)
{
    static char page[4096];
    mach_port_t entry;
    memory_object_size_t size = sizeof(page);
    EXPECT_OK(mach_make_memory_entry_64(mach_task_self(), &size, (memory_object_offset_t)page,
                                        VM_PROT_READ, &entry, MACH_PORT_NULL));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), entry));
}

static mach_port_t queue;

/* Memory and a right go through a queue. */
static void cycle_message(void)
{
    static char data[OOL_SIZE];
    union any_message message = { .memory = {
                                      .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX |
                                                               MACH_MSG_TYPE_COPY_SEND,
                                                  .msgh_remote_port = queue },
                                      .body = { .msgh_descriptor_count = 1 },
                                      .memory = { .address = data,
                                                  .size = sizeof(data),
                                                  .copy = MACH_MSG_VIRTUAL_COPY,
                                                  .type = MACH_MSG_OOL_DESCRIPTOR },
                                  } };
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message.memory), 0, MACH_PORT_NULL, 0,
                       MACH_PORT_NULL));
    EXPECT_OK(receive_now(queue, &message));
    mach_msg_destroy(&message.header);
}

static void cycle_right_in_message(void)
{
    EXPECT_OK(send_right(queue, queue, MACH_MSG_TYPE_MAKE_SEND));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), receive_right(queue)));
}

/* The first use of the static buffers divides the program's memory once and for all. */
void systest_prepare(void)
{
    queue = port_create_with_send();
    cycle_memory_entry();
    cycle_message();
    port_destroy_with_send(queue);
}

CASE(memory_and_messages)
{
    queue = port_create_with_send();
    check_cycle("memory", cycle_memory);
    check_cycle("memory entry", cycle_memory_entry);
    check_cycle("message with memory", cycle_message);
    check_cycle("message with a right", cycle_right_in_message);
    port_destroy_with_send(queue);
}
