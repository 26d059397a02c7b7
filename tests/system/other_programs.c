/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls by which programs written for other Machs find themselves and each other: the function
 * behind mach_task_self(), tasks by process number, names of processors, special ports in
 * words; and calls about what this system does not have.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <mach/host_special_ports.h>
#include <mach/kmod.h>
#include <mach/mach_vm.h>
#include <mach/port_descriptions.h>
#include <mach/task_special_ports.h>
#include <mach/thread_special_ports.h>

#include "systest.h"

CASE(a_task_is_found_by_its_pid)
{
    mach_port_t task = MACH_PORT_NULL;
    int pid = 0;
    EXPECT_EQ(task_for_pid(mach_task_self(), getpid(), &task), KERN_SUCCESS);
    EXPECT_EQ(task, mach_task_self());
    EXPECT_EQ(pid_for_task(task, &pid), KERN_SUCCESS);
    EXPECT_EQ(pid, getpid());
    EXPECT_EQ(mach_port_deallocate(mach_task_self(), task), KERN_SUCCESS);
}

CASE(a_task_that_is_not_the_callers_is_refused)
{
    mach_port_t host = mach_host_self();
    mach_port_t task = MACH_PORT_NULL;
    int pid = 0;
    EXPECT_EQ(task_for_pid(host, getpid(), &task), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_for_pid(mach_task_self(), 99999, &task), KERN_FAILURE);
    EXPECT_EQ(task, MACH_PORT_NULL);
    EXPECT_EQ(pid_for_task(host, &pid), KERN_FAILURE);
    EXPECT_EQ(pid, -1);
    EXPECT_EQ(mach_port_deallocate(mach_task_self(), host), KERN_SUCCESS);
}

CASE(the_function_has_the_macros_value)
{
    EXPECT_EQ((mach_task_self)(), mach_task_self_);
    EXPECT_EQ(mach_port_deallocate(mach_task_self_, mach_task_self_), KERN_SUCCESS);
    EXPECT_EQ(mach_task_is_self(mach_task_self_), TRUE);
}

CASE(a_processor_has_a_name)
{
    char *name;
    char *kind;
    slot_name(CPU_TYPE_X86_64, CPU_SUBTYPE_X86_64_ALL, &name, &kind);
    EXPECT_EQ(strcmp(name, "x86_64"), 0);
    slot_name(CPU_TYPE_ANY, 0, &name, &kind);
    EXPECT_EQ(strcmp(name, "Unknown CPU"), 0);
}

CASE(special_ports_have_words)
{
    for (int port = HOST_MAX_SPECIAL_KERNEL_PORT + 1; port <= HOST_MAX_SPECIAL_PORT; port++) {
        EXPECT(mach_host_special_port_description(port) != NULL);
    }
    EXPECT(strlen(mach_host_special_port_description(HOST_PRIV_PORT)) > 0);
    EXPECT(strlen(mach_task_special_port_description(TASK_BOOTSTRAP_PORT)) > 0);
    EXPECT(strlen(mach_thread_special_port_description(THREAD_KERNEL_PORT)) > 0);
    EXPECT_EQ(mach_host_special_port_description(-1), NULL);
    EXPECT_EQ(mach_task_special_port_description(TASK_MAX_SPECIAL_PORT + 1), NULL);
    EXPECT_EQ(mach_thread_special_port_description(0), NULL);
    EXPECT_EQ(mach_host_special_port_for_id("HOST_NODE_PORT"), HOST_NODE_PORT);
    EXPECT_EQ(mach_task_special_port_for_id("TASK_DEBUG_CONTROL_PORT"), TASK_DEBUG_CONTROL_PORT);
    EXPECT_EQ(mach_thread_special_port_for_id("THREAD_READ_PORT"), THREAD_READ_PORT);
    EXPECT(mach_host_special_port_for_id("HOST") == -1 && errno == ENOENT);
    EXPECT(mach_task_special_port_for_id(NULL) == -1 && errno == EINVAL);
}

CASE(memory_can_be_had_from_the_host)
{
    mach_port_t host = mach_host_self();
    mach_port_t entry = MACH_PORT_NULL;
    mach_vm_address_t one = 0;
    mach_vm_address_t other = 0;
    EXPECT_OK(mach_memory_object_memory_entry_64(host, TRUE, vm_page_size - 1, VM_PROT_DEFAULT,
                                                 MACH_PORT_NULL, &entry));
    EXPECT_OK(mach_vm_map(mach_task_self(), &one, vm_page_size, 0, VM_FLAGS_ANYWHERE, entry, 0,
                          FALSE, VM_PROT_DEFAULT, VM_PROT_DEFAULT, VM_INHERIT_NONE));
    EXPECT_OK(mach_vm_map(mach_task_self(), &other, vm_page_size, 0, VM_FLAGS_ANYWHERE, entry, 0,
                          FALSE, VM_PROT_READ, VM_PROT_READ, VM_INHERIT_NONE));
    EXPECT_EQ(*(volatile int *)one, 0);
    *(volatile int *)one = 3;
    EXPECT_EQ(*(volatile int *)other, 3);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), one, vm_page_size));
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), other, vm_page_size));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), entry));
    EXPECT_EQ(mach_memory_object_memory_entry(host, TRUE, 0, VM_PROT_READ, MACH_PORT_NULL, &entry),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_memory_object_memory_entry(host, FALSE, 1, VM_PROT_READ, MACH_PORT_NULL, &entry),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_memory_object_memory_entry(host, TRUE, 1, VM_PROT_READ, host, &entry),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_memory_object_memory_entry(mach_task_self(), TRUE, 1, VM_PROT_READ,
                                              MACH_PORT_NULL, &entry),
              KERN_INVALID_HOST);
    EXPECT_EQ(
        mach_memory_object_memory_entry_64(host, TRUE, 0, VM_PROT_READ, MACH_PORT_NULL, &entry),
        KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_memory_object_memory_entry_64(host, TRUE, (uint64_t)1 << 50, VM_PROT_READ,
                                                 MACH_PORT_NULL, &entry),
              KERN_NO_SPACE);
    EXPECT_EQ(mach_memory_object_memory_entry(host, TRUE, (vm_size_t)1 << 50, VM_PROT_READ,
                                              MACH_PORT_NULL, &entry),
              KERN_NO_SPACE);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

/* The zone of memory entries, of which the caller has some: how many there are. */
static uint64_t entries_in_zone(void)
{
    mach_zone_name_array_t names = NULL;
    mach_zone_info_array_t infos = NULL;
    mach_msg_type_number_t name_count = 0, info_count = 0;
    uint64_t found = UINT64_MAX;
    EXPECT_OK(mach_zone_info(systest_host_priv(), &names, &name_count, &infos, &info_count));
    EXPECT_EQ(name_count, info_count);
    for (mach_msg_type_number_t i = 0; i < name_count; i++) {
        if (strcmp(names[i].mzn_name, "memory entries") == 0) {
            found = infos[i].mzi_count;
            EXPECT(infos[i].mzi_elem_size > 0);
            EXPECT(infos[i].mzi_cur_size >= found * infos[i].mzi_elem_size);
            EXPECT_EQ(infos[i].mzi_cur_size % infos[i].mzi_alloc_size, 0);
        }
    }
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)names,
                                 name_count * sizeof(*names)));
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)infos,
                                 info_count * sizeof(*infos)));
    return found;
}

CASE(the_kernels_zones_are_told)
{
    mach_port_t host = mach_host_self();
    mach_port_t entry = MACH_PORT_NULL;
    mach_zone_name_array_t names = NULL;
    mach_zone_info_array_t infos = NULL;
    mach_msg_type_number_t count = 0;
    uint64_t before = entries_in_zone();
    EXPECT_OK(mach_memory_object_memory_entry(host, TRUE, 1, VM_PROT_READ, MACH_PORT_NULL, &entry));
    EXPECT_EQ(entries_in_zone(), before + 1);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), entry));
    EXPECT_EQ(mach_zone_info(host, &names, &count, &infos, &count), KERN_INVALID_HOST);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

/* A debug kernel counts what happens to its locks. */
CASE(the_kernels_locks_are_told)
{
    mach_port_t host = mach_host_self();
    lockgroup_info_array_t groups = NULL;
    hash_info_bucket_array_t buckets = NULL;
    mach_msg_type_number_t count = 0;
    kern_return_t result = host_lockgroup_info(host, &groups, &count);
    if (result != KERN_NOT_SUPPORTED && EXPECT_EQ(result, KERN_SUCCESS)) {
        EXPECT(count > 10);
        EXPECT(groups[0].lock_spin_util_cnt + groups[0].lock_mtx_util_cnt > 0);
        EXPECT_EQ(groups[0].lock_spin_cnt + groups[0].lock_mtx_cnt, 1);
        EXPECT(strlen(groups[count - 1].lockgroup_name) > 0);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)groups,
                                     count * sizeof(*groups)));
    }
    EXPECT_EQ(host_lockgroup_info(mach_task_self(), &groups, &count), KERN_INVALID_HOST);
    EXPECT_EQ(host_virtual_physical_table_info(host, &buckets, &count), KERN_FAILURE);
    EXPECT_EQ(host_virtual_physical_table_info(mach_task_self(), &buckets, &count),
              KERN_INVALID_HOST);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

CASE(all_threads_are_listed)
{
    mach_port_t host = mach_host_self();
    mach_port_t set = MACH_PORT_NULL;
    mach_port_t control = MACH_PORT_NULL;
    mach_port_t self = mach_thread_self();
    thread_act_array_t threads = NULL;
    mach_msg_type_number_t count = 0;
    int found = 0;
    EXPECT_OK(processor_set_default(host, &set));
    EXPECT_OK(host_processor_set_priv(systest_host_priv(), set, &control));
    EXPECT_OK(processor_set_threads(control, &threads, &count));
    EXPECT(count > 5); /* servers have some */
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        found += threads[i] == self;
        EXPECT_OK(mach_port_deallocate(mach_task_self(), threads[i]));
    }
    EXPECT_EQ(found, 1);
    EXPECT_OK(
        mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)threads, count * sizeof(*threads)));
    EXPECT_EQ(processor_set_threads(set, &threads, &count), KERN_INVALID_PROCESSOR_SET);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), control));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), set));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

/* How often WANTED is among the rights of the kind FLAVOR to the tasks of a set. */
static int count_task_rights(mach_port_t control, task_flavor_t flavor, mach_port_t wanted)
{
    task_array_t tasks = NULL;
    mach_msg_type_number_t count = 0;
    int found = 0;
    EXPECT_OK(processor_set_tasks_with_flavor(control, flavor, &tasks, &count));
    EXPECT(count > 2);
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        found += tasks[i] == wanted;
        EXPECT_OK(mach_port_deallocate(mach_task_self(), tasks[i]));
    }
    EXPECT_OK(
        mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)tasks, count * sizeof(*tasks)));
    return found;
}

static mach_port_t set_control(void)
{
    mach_port_t host = mach_host_self();
    mach_port_t set = MACH_PORT_NULL;
    mach_port_t control = MACH_PORT_NULL;
    EXPECT_OK(processor_set_default(host, &set));
    EXPECT_OK(host_processor_set_priv(systest_host_priv(), set, &control));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), set));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    return control;
}

/* A task has ports that allow less from when somebody asks for them until its end. */
void systest_prepare(void)
{
    mach_port_t control = set_control();
    for (task_flavor_t flavor = TASK_FLAVOR_CONTROL; flavor <= TASK_FLAVOR_NAME; flavor++) {
        (void)count_task_rights(control, flavor, MACH_PORT_NULL);
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), control));
}

CASE(tasks_are_listed_by_access)
{
    mach_port_t host = mach_host_self();
    mach_port_t set = MACH_PORT_NULL;
    mach_port_t control = set_control();
    mach_port_t own = MACH_PORT_NULL;
    task_array_t tasks = NULL;
    mach_msg_type_number_t count = 0;
    EXPECT_OK(processor_set_default(host, &set));
    EXPECT_OK(task_get_special_port(mach_task_self(), TASK_INSPECT_PORT, &own));
    EXPECT_EQ(count_task_rights(control, TASK_FLAVOR_CONTROL, mach_task_self()), 1);
    EXPECT_EQ(count_task_rights(control, TASK_FLAVOR_READ, own), 0);
    EXPECT_EQ(count_task_rights(control, TASK_FLAVOR_INSPECT, own), 1);
    EXPECT_EQ(count_task_rights(control, TASK_FLAVOR_NAME, own), 0);
    EXPECT_EQ(processor_set_tasks_with_flavor(control, 4, &tasks, &count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(processor_set_tasks_with_flavor(set, 0, &tasks, &count), KERN_INVALID_PROCESSOR_SET);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), own));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), control));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), set));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

CASE(all_run_on_one_set)
{
    mach_port_t host = mach_host_self();
    mach_port_t thread = mach_thread_self();
    mach_port_t set = MACH_PORT_NULL;
    mach_port_t assigned = MACH_PORT_NULL;
    EXPECT_OK(processor_set_default(host, &set));
    EXPECT_OK(task_get_assignment(mach_task_self(), &assigned));
    EXPECT_EQ(assigned, set);
    EXPECT_OK(thread_get_assignment(thread, &assigned));
    EXPECT_EQ(assigned, set);
    EXPECT_EQ(task_get_assignment(host, &assigned), KERN_FAILURE);
    EXPECT_EQ(thread_get_assignment(host, &assigned), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_assign(mach_task_self(), set, TRUE), KERN_FAILURE);
    EXPECT_EQ(task_assign_default(mach_task_self(), TRUE), KERN_FAILURE);
    EXPECT_EQ(thread_assign(thread, set), KERN_FAILURE);
    EXPECT_EQ(thread_assign_default(thread), KERN_FAILURE);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), set, MACH_PORT_RIGHT_SEND, -3));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), thread));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

/* Calls whose subject is not there: the stubs are, and the answer says which. */
CASE(what_the_kernel_does_not_have)
{
    mach_port_t host = mach_host_self();
    mach_port_t set = MACH_PORT_NULL;
    mach_port_t control = MACH_PORT_NULL;
    mach_port_t other = MACH_PORT_NULL;
    kmod_args_t modules = NULL;
    mach_msg_type_number_t count = 0;
    unsigned total;
    vm_size_t space, resident, most;
    vm_offset_t stack;
    EXPECT_EQ(kmod_get_info(host, &modules, &count), KERN_NOT_SUPPORTED);
    EXPECT_EQ(kmod_get_info(mach_task_self(), &modules, &count), KERN_INVALID_HOST);
    EXPECT_EQ(processor_set_create(host, &set, &other), MIG_BAD_ID);
    EXPECT_OK(processor_set_default(host, &set));
    EXPECT_OK(host_processor_set_priv(systest_host_priv(), set, &control));
    EXPECT_EQ(processor_set_destroy(control), MIG_BAD_ID);
    EXPECT_EQ(processor_set_max_priority(control, 1, FALSE), MIG_BAD_ID);
    EXPECT_EQ(processor_set_policy_enable(control, 1), MIG_BAD_ID);
    EXPECT_EQ(processor_set_policy_disable(control, 1, FALSE), MIG_BAD_ID);
    EXPECT_EQ(processor_set_stack_usage(control, &total, &space, &resident, &most, &stack),
              KERN_FAILURE);
    EXPECT_EQ(processor_set_stack_usage(set, &total, &space, &resident, &most, &stack),
              KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), control));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), set));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}
