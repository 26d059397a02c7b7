/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order in which the kernel comes up, from the moment arch/ has a processor, a clock and a log.
 */
#include <lib/log.h>
#include <arch/boot_info.h>
#include <arch/cpu.h>
#include <arch/upcalls.h>
#include <mem/vm_page.h>
#include <sched/policy.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <vm/vm_map.h>
#include <ipc/ipc_port.h>
#include <ipc/mach_msg.h>
#include <kern/alarm.h>
#include <kern/bootstrap.h>
#include <kern/call_failures.h>
#include <kern/clock.h>
#include <kern/comm_page.h>
#include <kern/device.h>
#include <kern/host.h>
#include <kern/host_notify.h>
#include <kern/ipc_kobject.h>
#include <kern/memory_entry.h>
#include <kern/message_trace.h>
#include <kern/mk_timer.h>
#include <kern/processor.h>
#include <kern/semaphore.h>
#include <kern/task.h>
#include <kern/thread_control.h>
#include <kern/version.h>

#define MEGABYTE (UINT64_C(1) << 20)

/* Runs the unit tests, in the kernel that has them (kernel/test/ktest.h). */
[[gnu::weak]] void ktest_run_all(void);

/* The rest of boot runs in a thread, which may sleep. */
static void start_user_space([[maybe_unused]] void *argument)
{
    interrupts_enable();
    processors_start();
    comm_page_init(); /* what user programs read without a trap */
    if (boot_option_is_set("test") && ktest_run_all != nullptr) {
        ktest_run_all();
        machine_power_off();
    }
    if (!bootstrap_start_init()) {
        log_error("boot: nothing to run, the machine stops");
        interrupts_disable();
        cpu_halt();
    }
}

void kernel_main(void)
{
    log_info("%s", KERNEL_VERSION);
    log_info("Memory: %lu MB", (boot_info.installed_bytes + MEGABYTE - 1) / MEGABYTE);
    vm_page_init();   /* physical pages, zones, kernel stacks */
    sched_init_cpu(); /* this stack becomes the idle thread's */
    vm_init();        /* maps and memory objects */
    ipc_init();       /* ports and messages */
    if (boot_option_is_set("no_handoff")) {
        sched_handoff_mask = 0;
    }
    task_init();           /* tasks */
    thread_control_init(); /* their threads */
    memory_entry_init();   /* rights to memory */
    semaphore_init();      /* counts that threads wait for */
    device_init();         /* interrupts for drivers */
    host_init();           /* the ports of the machine */
    alarm_init();          /* messages that come at a time */
    host_notify_init();    /* messages that come with an event */
    mk_timer_init();       /* timers of programs */
    clocks_init();         /* the clocks' ports */
    ipc_kobject_init();    /* routines behind kernel ports */
    call_failures_init();  /* for tests: memory that is short */
    message_trace_init();  /* for people: messages as text */
    thread_create_kernel(start_user_space, nullptr, THREAD_PRIORITY_KERNEL);
    sched_idle(); /* and from here on threads run */
}
