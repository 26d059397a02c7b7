/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calibration: the ISA timer (Intel 8254) counts down in mode 0 at a known rate.  Both ends of the
 * measured interval are moments at which its counter changes, so that the error is the time of one
 * reading and not of one of its ticks.  What one measurement says is not enough: see calibration.h.
 * The ISA timer is never used again.
 */
#include <clock_tsc.h>

#include <lib/log.h>
#include <lib/panic.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <arch/upcalls.h>
#include <calibration.h>
#include <cpu_features.h>
#include <lapic.h>
#include <msr.h>

#define NANOSECONDS UINT64_C(1000000000)

#define PIT_HZ       UINT64_C(1193182)
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND  0x43
#define PIT_GATE     0x61
#define PIT_MODE0    0xb0 /* channel 2, both bytes, count down once, binary */
#define PIT_LATCH    0x80 /* channel 2 */
#define GATE_ON      0x01
#define GATE_SPEAKER 0x02

/* Ticks to measure: 5 ms. */
#define MEASURE_TICKS 5966u

/* Readings without a change after which there is no timer. */
#define READS_MAX 1000000

/* Products of the two factors below are shifted by this. */
#define FACTOR_SHIFT 32

static uint64_t tsc_base;
static uint64_t tsc_hz;
static uint64_t ns_per_tsc;   /* << FACTOR_SHIFT */
static uint64_t lapic_per_ns; /* << FACTOR_SHIFT */
static uint64_t tsc_per_ns;   /* << FACTOR_SHIFT */

static PERCPU_DEFINE(uint64_t, alarm_deadline);

static uint64_t scale(uint64_t value, uint64_t factor)
{
    return (uint64_t)((unsigned __int128)value * factor >> FACTOR_SHIFT);
}

static uint16_t pit_read(void)
{
    outb(PIT_COMMAND, PIT_LATCH);
    uint16_t low = inb(PIT_CHANNEL2);
    return (uint16_t)(low | inb(PIT_CHANNEL2) << 8);
}

static void pit_start(void)
{
    outb(PIT_GATE, (uint8_t)((inb(PIT_GATE) & ~GATE_SPEAKER) | GATE_ON));
    outb(PIT_COMMAND, PIT_MODE0);
    outb(PIT_CHANNEL2, 0xff);
    outb(PIT_CHANNEL2, 0xff);
}

struct sample {
    uint64_t tsc;
    uint32_t lapic;
    uint16_t pit;
};

/* All three clocks at a moment when the ISA timer's counter, at most MOST, has just changed. */
static struct sample sample_at_change(uint16_t most)
{
    uint16_t last = pit_read();
    for (int reads = 0; reads < READS_MAX; reads++) {
        uint16_t now = pit_read();
        if (now != last && now <= most) {
            return (struct sample){ .tsc = rdtsc(), .lapic = lapic_timer_remaining(), .pit = now };
        }
        last = now;
    }
    panic("the ISA timer does not count");
}

/* Fill the factors for the given rates. */
static void clock_set_rates(uint64_t tsc_rate, uint64_t lapic_rate)
{
    tsc_hz = tsc_rate;
    ns_per_tsc = (NANOSECONDS << FACTOR_SHIFT) / tsc_rate;
    lapic_per_ns = (lapic_rate << FACTOR_SHIFT) / NANOSECONDS;
    tsc_per_ns = (uint64_t)((tsc_rate << (FACTOR_SHIFT - 4)) / NANOSECONDS) << 4;
}

/* Both clocks against the ISA timer, once. */
static struct clock_rates measure_once(void)
{
    pit_start();
    lapic_timer_start(UINT32_MAX);
    struct sample begin = sample_at_change(0xfff0);
    struct sample end = sample_at_change((uint16_t)(begin.pit - MEASURE_TICKS));
    lapic_timer_start(0);
    uint64_t ticks = (uint16_t)(begin.pit - end.pit) | 1; /* never 0, whatever was read */
    return (struct clock_rates){ .tsc = (end.tsc - begin.tsc) * PIT_HZ / ticks,
                                 .lapic = (uint64_t)(begin.lapic - end.lapic) * PIT_HZ / ticks };
}

void clock_init(void)
{
    struct clock_rates rates;
    if (!calibrate(measure_once, &rates)) {
        log_warning("clock: the rate of the TSC is uncertain");
    }
    outb(PIT_GATE, (uint8_t)(inb(PIT_GATE) & ~GATE_ON));
    clock_set_rates(rates.tsc, rates.lapic);
    tsc_base = rdtsc();
    clock_init_cpu();
    log_debug("clock: TSC %lu Hz, APIC timer %lu Hz", tsc_hz, rates.lapic);
}

void clock_init_cpu(void)
{
    percpu_write(alarm_deadline, UINT64_MAX);
    if (cpu_features.tsc_deadline) {
        lapic_timer_use_deadline();
    }
}

uint64_t clock_at(uint64_t cycles)
{
    return scale(cycles - tsc_base, ns_per_tsc);
}

uint64_t clock_duration(uint64_t cycles)
{
    return scale(cycles, ns_per_tsc);
}

uint64_t clock_now(void)
{
    return clock_at(rdtsc());
}

struct clock_parameters clock_parameters(void)
{
    struct clock_parameters parameters = { .tsc_base = tsc_base,
                                           .tsc_hz = tsc_hz,
                                           .numer = (uint32_t)NANOSECONDS };
    uint64_t denom = tsc_hz;
    while (denom > UINT32_MAX) {
        denom /= 2;
        parameters.numer /= 2;
    }
    parameters.denom = (uint32_t)denom;
    return parameters;
}

/*
 * Program the alarm for DEADLINE; one that is too far for the timer rings early and is set again.
 */
static void alarm_program(uint64_t deadline)
{
    if (cpu_features.tsc_deadline) {
        wrmsr(MSR_TSC_DEADLINE,
              deadline == UINT64_MAX ? 0 : tsc_base + scale(deadline, tsc_per_ns) + 1);
        return;
    }
    if (deadline == UINT64_MAX) {
        lapic_timer_start(0);
        return;
    }
    uint64_t now = clock_now();
    uint64_t count = deadline > now ? scale(deadline - now, lapic_per_ns) + 1 : 1;
    lapic_timer_start(count < UINT32_MAX ? (uint32_t)count : UINT32_MAX);
}

void clock_set_alarm(uint64_t deadline)
{
    if (deadline != percpu_read(alarm_deadline)) {
        percpu_write(alarm_deadline, deadline);
        alarm_program(deadline);
    }
}

void lapic_timer_interrupt(void)
{
    lapic_end_of_interrupt();
    uint64_t deadline = percpu_read(alarm_deadline);
    if (clock_now() < deadline) {
        alarm_program(deadline);
        return;
    }
    percpu_write(alarm_deadline, UINT64_MAX);
    upcall_timer();
}
