/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor and the clock.  Time passes in steps: while a processor spins (cpu_pause()), and,
 * when all threads wait, straight to the next alarm.  If there is none, nothing can ever happen
 * again, and the program ends with a message instead of hanging.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>

#include <arch/boot_info.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/off_time.h>
#include <arch/spinlock.h>
#include <arch/upcalls.h>
#include <sched/sched.h>

#define SPIN_NANOSECONDS 1000

bool fake_interrupts_enabled;
uint64_t fake_clock = 1000000;
uint64_t fake_alarm_sets;
cpu_mask_t fake_poked_cpus;

static uint64_t alarm_deadline = UINT64_MAX;

PERCPU_DEFINE(struct lock_cpu, lock_cpu);

PERCPU_DEFINE(struct off_time, off_time);

void interrupts_note_off(const void *place)
{
    off_time_begin(percpu_ptr(off_time), fake_clock, place);
}

void interrupts_note_on(const void *place)
{
    spin_lock_check_none(nullptr, "interrupts enabled");
    off_time_end(percpu_ptr(off_time), fake_clock, place);
}

uint32_t cpu_count(void)
{
    return 1;
}

uint32_t cpu_present_count(void)
{
    return 1;
}

uint64_t cpu_heartbeat([[maybe_unused]] uint32_t cpu)
{
    return 0;
}

void cpu_print_stacks(void)
{
}

uint64_t boot_option_number([[maybe_unused]] const char *name, uint64_t otherwise)
{
    return otherwise;
}

void cpu_poke(uint32_t cpu)
{
    fake_poked_cpus |= CPU_BIT(cpu);
}

uint64_t clock_now(void)
{
    return fake_clock;
}

uint64_t clock_at(uint64_t cycles)
{
    return cycles;
}

uint64_t clock_duration(uint64_t cycles)
{
    return cycles;
}

void clock_set_alarm(uint64_t deadline)
{
    alarm_deadline = deadline;
    fake_alarm_sets++;
}

/* One interrupt, if the alarm is due: what the trap code does on a real machine. */
void fake_interrupts_deliver(void)
{
    if (fake_clock < alarm_deadline) {
        return;
    }
    fake_interrupts_enabled = false;
    alarm_deadline = UINT64_MAX;
    upcall_timer();
    if (percpu_read(ast_pending) != 0) {
        upcall_ast(false);
    }
    fake_interrupts_enabled = true;
}

void fake_clock_advance(uint64_t nanoseconds)
{
    fake_clock += nanoseconds;
    if (fake_interrupts_enabled) {
        fake_interrupts_deliver();
    }
}

void fake_cpu_spin(void)
{
    fake_clock_advance(SPIN_NANOSECONDS);
}

void cpu_idle(void)
{
    if (alarm_deadline == UINT64_MAX) {
        printf("Bail out! all threads wait and no timer is armed\n");
        fflush(stdout);
        _Exit(1);
    }
    if (fake_clock < alarm_deadline) {
        fake_clock = alarm_deadline;
    }
    interrupts_enable();
    interrupts_disable();
}

void machine_debug_exit(uint32_t status)
{
    fflush(stdout);
    exit(status != 0);
}

bool boot_option_is_set(const char *word)
{
    (void)word;
    return false;
}
