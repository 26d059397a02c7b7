/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time from the time-stamp counter, alarms from the local APIC.
 */
#pragma once

/*
 * Measure both against the ISA timer (a few milliseconds), and begin counting from 0.  Once, after
 * lapic_init_cpu().
 */
void clock_init(void);

/* Prepare another processor's alarm, after lapic_init_cpu(). */
void clock_init_cpu(void);

/* Read the battery clock (rtc.c).  Once. */
void rtc_init(void);
