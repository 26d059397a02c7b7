/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The battery clock (Motorola MC146818A), read once at boot.  It is read twice until two readings
 * agree, because an update may happen in between.
 */
#include <clock_tsc.h>

#include <stdint.h>

#include <lib/string.h>
#include <arch/clock_device.h>
#include <machine/instr.h>

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71

#define RTC_SECONDS  0x00
#define RTC_MINUTES  0x02
#define RTC_HOURS    0x04
#define RTC_DAY      0x07
#define RTC_MONTH    0x08
#define RTC_YEAR     0x09
#define RTC_STATUS_A 0x0a
#define RTC_STATUS_B 0x0b

#define STATUS_A_UPDATING 0x80
#define STATUS_B_24_HOURS 0x02
#define STATUS_B_BINARY   0x04
#define HOURS_PM          0x80

#define POLL_MAX 10000

struct calendar {
    uint8_t seconds, minutes, hours, day, month, year;
};

static uint64_t boot_seconds;

static uint8_t cmos_read(uint8_t index)
{
    outb(CMOS_INDEX, index);
    return inb(CMOS_DATA);
}

static struct calendar rtc_read(void)
{
    for (int polls = 0; polls < POLL_MAX; polls++) {
        if ((cmos_read(RTC_STATUS_A) & STATUS_A_UPDATING) == 0) {
            break;
        }
    }
    return (struct calendar){
        .seconds = cmos_read(RTC_SECONDS),
        .minutes = cmos_read(RTC_MINUTES),
        .hours = cmos_read(RTC_HOURS),
        .day = cmos_read(RTC_DAY),
        .month = cmos_read(RTC_MONTH),
        .year = cmos_read(RTC_YEAR),
    };
}

static uint8_t from_bcd(uint8_t value)
{
    return (uint8_t)(value / 16 * 10 + value % 16);
}

/* Make plain numbers of what the clock's mode says. */
static void calendar_normalize(struct calendar *c, uint8_t status)
{
    bool is_pm = (c->hours & HOURS_PM) != 0;
    c->hours &= (uint8_t)~HOURS_PM;
    if ((status & STATUS_B_BINARY) == 0) {
        c->seconds = from_bcd(c->seconds);
        c->minutes = from_bcd(c->minutes);
        c->hours = from_bcd(c->hours);
        c->day = from_bcd(c->day);
        c->month = from_bcd(c->month);
        c->year = from_bcd(c->year);
    }
    if ((status & STATUS_B_24_HOURS) == 0) {
        c->hours = (uint8_t)(c->hours % 12 + (is_pm ? 12 : 0));
    }
}

/* Days from 1970 to a date from 2000 to 2099, when every fourth year is a leap year. */
static uint64_t days_since_1970(const struct calendar *c)
{
    static const uint16_t days_before[12] = {
        0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334
    };
    uint64_t days = 10957 + (uint64_t)c->year * 365 + (c->year + 3u) / 4;
    days += days_before[c->month - 1] + c->day - 1u;
    return days + (c->year % 4 == 0 && c->month > 2 ? 1 : 0);
}

void rtc_init(void)
{
    struct calendar first = rtc_read();
    struct calendar second = rtc_read();
    while (memcmp(&first, &second, sizeof(first)) != 0) {
        first = second;
        second = rtc_read();
    }
    calendar_normalize(&first, cmos_read(RTC_STATUS_B));
    if (first.month < 1 || first.month > 12 || first.day < 1 || first.day > 31 || first.year > 99 ||
        first.hours > 23 || first.minutes > 59 || first.seconds > 59) {
        return;
    }
    boot_seconds =
        days_since_1970(&first) * 86400 + first.hours * 3600u + first.minutes * 60u + first.seconds;
}

uint64_t clock_boot_calendar_seconds(void)
{
    return boot_seconds;
}
