/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What task_info and thread_info tell beyond times: memory, threads made from outside, classic policies.
 */
#include <mach/mach_vm.h>

#include <string.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* Room for each flavor. */
union any_info {
    integer_t words[TASK_INFO_MAX];
    task_vm_info_data_t vm;
    task_kernelmemory_info_data_t kernel;
    task_extmod_info_data_t external;
    task_power_info_v2_data_t power;
    task_dyld_info_data_t images;
    task_wait_state_info_data_t waits;
    task_flags_info_data_t flags;
    task_affinity_tag_info_data_t affinity;
    struct policy_timeshare_base timeshare;
};

static union any_info info;

/* Ask TASK for FLAVOR with room for COUNT words. Returns: how many came; ~0 if none. */
static mach_msg_type_number_t ask(task_t task, task_flavor_t flavor, mach_msg_type_number_t count)
{
    memset(&info, 0x5a, sizeof(info));
    return task_info(task, flavor, info.words, &count) == KERN_SUCCESS ? count : ~0u;
}

CASE(flavors_have_their_lengths_and_want_room_for_them)
{
    static const struct {
        task_flavor_t flavor;
        mach_msg_type_number_t count;
    } flavors[] = {
        { TASK_KERNELMEMORY_INFO, TASK_KERNELMEMORY_INFO_COUNT },
        { TASK_EXTMOD_INFO, TASK_EXTMOD_INFO_COUNT },
        { TASK_POWER_INFO, TASK_POWER_INFO_COUNT },
        { TASK_DYLD_INFO, TASK_DYLD_INFO_COUNT },
        { TASK_FLAGS_INFO, TASK_FLAGS_INFO_COUNT },
        { TASK_AFFINITY_TAG_INFO, TASK_AFFINITY_TAG_INFO_COUNT },
        { TASK_WAIT_STATE_INFO, TASK_WAIT_STATE_INFO_COUNT },
        { TASK_SCHED_TIMESHARE_INFO, POLICY_TIMESHARE_BASE_COUNT },
    };
    for (uint32_t i = 0; i < sizeof(flavors) / sizeof(flavors[0]); i++) {
        EXPECT_EQ(ask(mach_task_self(), flavors[i].flavor, flavors[i].count), flavors[i].count);
        EXPECT_EQ(ask(mach_task_self(), flavors[i].flavor, TASK_VM_INFO_COUNT), flavors[i].count);
        EXPECT_EQ(ask(mach_task_self(), flavors[i].flavor, flavors[i].count - 1), ~0u);
    }
    EXPECT_EQ(ask(mach_task_self(), TASK_TRACE_MEMORY_INFO, TASK_VM_INFO_COUNT), ~0u);
}

/* Who was compiled with an older header asks for an older revision, and its length comes back. */
CASE(memory_is_told_in_the_revision_that_there_is_room_for)
{
    static const mach_msg_type_number_t revisions[] = {
        TASK_VM_INFO_REV0_COUNT, TASK_VM_INFO_REV1_COUNT, TASK_VM_INFO_REV2_COUNT,
        TASK_VM_INFO_REV3_COUNT, TASK_VM_INFO_REV4_COUNT, TASK_VM_INFO_REV5_COUNT,
        TASK_VM_INFO_REV6_COUNT, TASK_VM_INFO_REV7_COUNT,
    };
    for (uint32_t i = 0; i < sizeof(revisions) / sizeof(revisions[0]); i++) {
        EXPECT_EQ(ask(mach_task_self(), TASK_VM_INFO, revisions[i]), revisions[i]);
        EXPECT_EQ(info.words[revisions[i]], 0x5a5a5a5a);
        EXPECT_EQ(ask(mach_task_self(), TASK_VM_INFO, revisions[i] - 1),
                  i == 0 ? ~0u : revisions[i - 1]);
    }
    EXPECT_EQ(ask(mach_task_self(), TASK_VM_INFO_PURGEABLE, TASK_VM_INFO_COUNT),
              TASK_VM_INFO_COUNT);
}

#define SOME_PAGES 16

CASE(memory_is_told_as_it_is)
{
    mach_vm_address_t address = 0;
    EXPECT_EQ(ask(mach_task_self(), TASK_VM_INFO, TASK_VM_INFO_COUNT), TASK_VM_INFO_COUNT);
    task_vm_info_data_t before = info.vm;
    EXPECT_EQ(before.page_size, vm_page_size);
    EXPECT_EQ(before.phys_footprint, before.resident_size);
    EXPECT(before.resident_size <= before.virtual_size);
    EXPECT(before.min_address < (mach_vm_address_t)&info);
    EXPECT(before.max_address > (mach_vm_address_t)&before);
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &address, SOME_PAGES * vm_page_size,
                               VM_FLAGS_ANYWHERE | VM_MAKE_TAG(VM_MEMORY_APPLICATION_SPECIFIC_1)));
    memset((void *)address, 1, SOME_PAGES / 2 * vm_page_size);
    EXPECT_EQ(ask(mach_task_self(), TASK_VM_INFO, TASK_VM_INFO_COUNT), TASK_VM_INFO_COUNT);
    EXPECT_EQ(info.vm.virtual_size, before.virtual_size + SOME_PAGES * vm_page_size);
    EXPECT_EQ(info.vm.resident_size, before.resident_size + SOME_PAGES / 2 * vm_page_size);
    EXPECT_EQ(info.vm.region_count, before.region_count + 1);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), address, SOME_PAGES * vm_page_size));
}

static void do_nothing(void *argument)
{
    (void)argument;
}

/* The counters of TASK that are about others. */
static vm_extmod_statistics_data_t external(task_t task)
{
    EXPECT_EQ(ask(task, TASK_EXTMOD_INFO, TASK_EXTMOD_INFO_COUNT), TASK_EXTMOD_INFO_COUNT);
    return info.external.extmod_statistics;
}

CASE(what_others_do_to_a_task_is_counted)
{
    struct helper helper;
    struct worker own, foreign;
    if (!helper_create(&helper)) {
        return;
    }
    vm_extmod_statistics_data_t before = external(mach_task_self());
    EXPECT(worker_create(&own, mach_task_self(), do_nothing, NULL));
    vm_extmod_statistics_data_t after = external(mach_task_self());
    EXPECT_EQ(memcmp(&before, &after, sizeof(before)), 0);
    EXPECT(worker_create(&foreign, helper.task, do_nothing, NULL));
    after = external(mach_task_self());
    EXPECT_EQ(after.thread_creation_caller_count, before.thread_creation_caller_count + 1);
    EXPECT_EQ(after.thread_set_state_caller_count, before.thread_set_state_caller_count + 1);
    EXPECT_EQ(after.thread_creation_count, before.thread_creation_count);
    EXPECT_EQ(external(helper.task).thread_creation_count, 1);
    EXPECT_EQ(external(helper.task).thread_set_state_count, 1);
    worker_kill(&own);
    worker_kill(&foreign);
    helper_destroy(&helper);
}

/* What TASK's kernel memory is, of which more was never given back than had. */
static task_kernelmemory_info_data_t kernel_memory(task_t task)
{
    EXPECT_EQ(ask(task, TASK_KERNELMEMORY_INFO, TASK_VM_INFO_COUNT), TASK_KERNELMEMORY_INFO_COUNT);
    EXPECT(info.kernel.total_palloc >= info.kernel.total_pfree);
    EXPECT(info.kernel.total_salloc >= info.kernel.total_sfree);
    return info.kernel;
}

CASE(the_kernels_memory_for_a_tasks_threads_is_told)
{
    struct helper helper;
    struct worker worker;
    if (!helper_create(&helper)) {
        return;
    }
    EXPECT(worker_create(&worker, helper.task, do_nothing, NULL));
    task_kernelmemory_info_data_t before = kernel_memory(helper.task);
    EXPECT(before.total_palloc - before.total_pfree >= vm_page_size);
    EXPECT_OK(thread_resume(worker.thread));
    worker_join(&worker);
    task_kernelmemory_info_data_t after = kernel_memory(helper.task);
    EXPECT(after.total_pfree >= before.total_pfree + vm_page_size);
    helper_destroy(&helper);
}

#define MANY_REGIONS 50

/* Memory in many regions takes the kernel's, too, and gives it back. */
static void expect_regions_counted(task_t task)
{
    mach_vm_address_t memory = 0;
    mach_vm_size_t size = 2 * MANY_REGIONS * vm_page_size;
    task_kernelmemory_info_data_t start = kernel_memory(task);
    EXPECT_OK(mach_vm_allocate(task, &memory, size, VM_FLAGS_ANYWHERE));
    for (mach_vm_size_t at = 0; at < size; at += 2 * vm_page_size) {
        EXPECT_OK(mach_vm_protect(task, memory + at, vm_page_size, FALSE, VM_PROT_READ));
    }
    task_kernelmemory_info_data_t full = kernel_memory(task);
    EXPECT(full.total_palloc >= start.total_palloc + MANY_REGIONS * 32);
    EXPECT_OK(mach_vm_deallocate(task, memory, size));
    EXPECT(kernel_memory(task).total_pfree >= full.total_pfree + MANY_REGIONS * 32);
}

#define MANY_PORTS 100

CASE(the_kernels_memory_for_a_tasks_ports_and_messages_is_told)
{
    struct helper helper;
    mach_port_name_t names[MANY_PORTS];
    mach_port_t port = MACH_PORT_NULL;
    union any_message message;
    if (!helper_create(&helper)) {
        return;
    }
    task_kernelmemory_info_data_t start = kernel_memory(helper.task);
    for (uint32_t i = 0; i < MANY_PORTS; i++) {
        EXPECT_OK(mach_port_allocate(helper.task, MACH_PORT_RIGHT_RECEIVE, &names[i]));
    }
    task_kernelmemory_info_data_t full = kernel_memory(helper.task);
    EXPECT(full.total_palloc >= start.total_palloc + MANY_PORTS * 100);
    EXPECT_EQ(full.total_salloc, 0);
    for (uint32_t i = 0; i < MANY_PORTS; i++) {
        EXPECT_OK(mach_port_mod_refs(helper.task, names[i], MACH_PORT_RIGHT_RECEIVE, -1));
    }
    task_kernelmemory_info_data_t empty = kernel_memory(helper.task);
    EXPECT(empty.total_pfree >= start.total_pfree + MANY_PORTS * 100);
    EXPECT(empty.total_palloc - empty.total_pfree < full.total_palloc - full.total_pfree);
    expect_regions_counted(helper.task);
    helper_destroy(&helper);

    port = port_create_with_send();
    start = kernel_memory(mach_task_self());
    EXPECT_OK(send_value(port, 1));
    full = kernel_memory(mach_task_self());
    EXPECT(full.total_salloc > start.total_salloc);
    EXPECT_EQ(full.total_sfree, start.total_sfree);
    EXPECT_OK(receive_now(port, &message));
    EXPECT_EQ(kernel_memory(mach_task_self()).total_sfree,
              start.total_sfree + full.total_salloc - start.total_salloc);
    port_destroy_with_send(port);
}

static mach_task_basic_info_data_t basic(void)
{
    mach_task_basic_info_data_t told;
    mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
    EXPECT_OK(task_info(mach_task_self(), MACH_TASK_BASIC_INFO, (task_info_t)&told, &count));
    return told;
}

#define MANY_PAGES 256

CASE(the_peak_of_memory_stays_when_memory_goes)
{
    mach_vm_address_t memory = 0;
    mach_vm_size_t size = MANY_PAGES * vm_page_size;
    mach_task_basic_info_data_t before = basic();
    EXPECT(before.resident_size_max >= before.resident_size);
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, size, VM_FLAGS_ANYWHERE));
    for (mach_vm_size_t at = 0; at < size; at += vm_page_size) {
        *(volatile char *)(memory + at) = 1;
    }
    mach_task_basic_info_data_t full = basic();
    EXPECT(full.resident_size >= before.resident_size + size);
    EXPECT(full.resident_size_max >= full.resident_size);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, size));
    mach_task_basic_info_data_t after = basic();
    EXPECT(after.resident_size < full.resident_size - size / 2);
    EXPECT(after.resident_size_max >= full.resident_size_max);
    (void)ask(mach_task_self(), TASK_VM_INFO, TASK_VM_INFO_COUNT);
    EXPECT(info.vm.resident_size_peak >= full.resident_size_max);
    EXPECT(info.vm.internal_peak >= full.resident_size_max);
    EXPECT(info.vm.ledger_phys_footprint_peak >= (int64_t)full.resident_size_max);
}

static void set_tag(mach_port_t thread, integer_t tag)
{
    thread_affinity_policy_data_t policy = { tag };
    EXPECT_OK(thread_policy_set(thread, THREAD_AFFINITY_POLICY, (thread_policy_t)&policy,
                                THREAD_AFFINITY_POLICY_COUNT));
}

/* SETS sets, between the tags MIN and MAX. */
static void expect_sets(task_t task, integer_t sets, integer_t min, integer_t max)
{
    EXPECT_EQ(ask(task, TASK_AFFINITY_TAG_INFO, TASK_VM_INFO_COUNT), TASK_AFFINITY_TAG_INFO_COUNT);
    EXPECT_EQ(info.affinity.set_count, sets);
    EXPECT_EQ(info.affinity.min, min);
    EXPECT_EQ(info.affinity.max, max);
    EXPECT_EQ(info.affinity.task_count, sets != 0);
}

CASE(threads_with_one_affinity_tag_are_one_set)
{
    struct helper helper;
    thread_act_t threads[4];
    if (!helper_create(&helper)) {
        return;
    }
    for (uint32_t i = 0; i < 4; i++) {
        EXPECT_OK(thread_create(helper.task, &threads[i]));
    }
    expect_sets(helper.task, 0, 0, 0);
    set_tag(threads[1], 9);
    expect_sets(helper.task, 1, 9, 9);
    set_tag(threads[2], 7);
    set_tag(threads[3], 9);
    expect_sets(helper.task, 2, 7, 9);
    set_tag(threads[2], 9);
    expect_sets(helper.task, 1, 9, 9);
    for (uint32_t i = 0; i < 4; i++) {
        EXPECT_OK(thread_terminate(threads[i]));
    }
    helper_destroy(&helper);
}

CASE(what_there_is_nothing_of_is_told_so)
{
    (void)ask(mach_task_self(), TASK_DYLD_INFO, TASK_DYLD_INFO_COUNT);
    EXPECT_EQ(info.images.all_image_info_addr, 0);
    EXPECT_EQ(info.images.all_image_info_format, TASK_DYLD_ALL_IMAGE_INFO_64);
    (void)ask(mach_task_self(), TASK_FLAGS_INFO, TASK_FLAGS_INFO_COUNT);
    EXPECT_EQ(info.flags.flags, TF_LP64 | TF_64B_DATA);
    EXPECT_EQ(ask(mach_task_self(), TASK_POWER_INFO_V2, TASK_POWER_INFO_V2_COUNT),
              TASK_POWER_INFO_V2_COUNT);
    EXPECT(info.power.cpu_energy.total_user + info.power.cpu_energy.total_system > 0);
    EXPECT_EQ(info.power.gpu_energy.task_gpu_utilisation, 0);
    EXPECT_EQ(ask(mach_task_self(), TASK_POWER_INFO_V2, TASK_POWER_INFO_V2_COUNT - 1),
              TASK_POWER_INFO_V2_COUNT_OLD);
    EXPECT_EQ(task_set_info(mach_task_self(), TASK_FLAGS_INFO, info.words, 1),
              KERN_INVALID_ARGUMENT);
}

/* What thread_info says of its flavor, with room for COUNT words. */
static kern_return_t ask_thread(thread_t thread, thread_flavor_t flavor,
                                mach_msg_type_number_t count)
{
    return thread_info(thread, flavor, info.words, &count);
}

CASE(classic_policies_are_told_of_those_that_have_them)
{
    struct worker worker;
    mach_msg_type_number_t count = POLICY_TIMESHARE_BASE_COUNT;
    EXPECT_EQ(ask(mach_task_self(), TASK_SCHED_TIMESHARE_INFO, count), count);
    integer_t base = info.timeshare.base_priority;
    EXPECT_EQ(task_info(mach_task_self(), TASK_SCHED_RR_INFO, info.words, &count),
              KERN_INVALID_ARGUMENT);
    count = POLICY_RR_BASE_COUNT;
    EXPECT_EQ(task_info(mach_task_self(), TASK_SCHED_RR_INFO, info.words, &count),
              KERN_INVALID_POLICY);
    EXPECT(worker_create(&worker, mach_task_self(), do_nothing, NULL));
    EXPECT_OK(ask_thread(worker.thread, THREAD_SCHED_TIMESHARE_INFO, POLICY_TIMESHARE_INFO_COUNT));
    struct policy_timeshare_info *shared = (void *)&info;
    EXPECT_EQ(shared->base_priority, base);
    EXPECT(!shared->depressed);
    EXPECT_EQ(ask_thread(worker.thread, THREAD_SCHED_RR_INFO, POLICY_RR_INFO_COUNT),
              KERN_INVALID_POLICY);
    EXPECT_EQ(ask_thread(worker.thread, THREAD_SCHED_FIFO_INFO, POLICY_FIFO_INFO_COUNT),
              KERN_INVALID_POLICY);
    integer_t is_timeshare = FALSE;
    EXPECT_OK(thread_policy_set(worker.thread, THREAD_EXTENDED_POLICY, &is_timeshare, 1));
    EXPECT_OK(ask_thread(worker.thread, THREAD_SCHED_RR_INFO, POLICY_RR_INFO_COUNT));
    const struct policy_rr_info *turns = (void *)&info;
    EXPECT_EQ(turns->base_priority, base);
    EXPECT_EQ(turns->quantum, 10);
    EXPECT_EQ(ask_thread(worker.thread, THREAD_SCHED_TIMESHARE_INFO, POLICY_TIMESHARE_INFO_COUNT),
              KERN_INVALID_POLICY);
    EXPECT_EQ(ask_thread(worker.thread, THREAD_SCHED_RR_INFO, POLICY_RR_INFO_COUNT - 1),
              KERN_INVALID_ARGUMENT);
    worker_kill(&worker);
}
