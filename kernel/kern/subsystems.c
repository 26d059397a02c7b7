/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What takes no time runs with interrupts off.
 */
#include <kern/subsystems.h>

#include <clock_priv_server.h>
#include <clock_server.h>
#include <device_server.h>
#include <host_priv_server.h>
#include <host_security_server.h>
#include <mach_host_server.h>
#include <mach_port_server.h>
#include <mach_r_host_server.h>
#include <mach_vm_server.h>
#include <mach_voucher_server.h>
#include <memory_entry_server.h>
#include <processor_server.h>
#include <processor_set_server.h>
#include <semaphore_server.h>
#include <task_server.h>
#include <thread_act_server.h>
#include <vm_map_server.h>

const struct kobject_subsystem kobject_subsystems[] = {
    { &mach_port_subsystem, false },   { &mach_host_subsystem, true },
    { &host_priv_subsystem, true },    { &host_security_subsystem, true },
    { &task_subsystem, true },         { &thread_act_subsystem, true },
    { &mach_vm_map_subsystem, true },  { &processor_set_subsystem, true },
    { &mach_vm_subsystem, true },      { &mach_r_host_subsystem, true },
    { &device_subsystem, true },       { &processor_subsystem, true },
    { &clock_subsystem, true },        { &clock_priv_subsystem, true },
    { &semaphore_subsystem, true },    { &memory_entry_subsystem, true },
    { &mach_voucher_subsystem, true },
};

const uint32_t kobject_subsystem_count = ARRAY_SIZE(kobject_subsystems);
