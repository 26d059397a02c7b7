/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each processor counts for itself; here the counts are added up.  The order is found anew for each
 * entry: there are few classes, and nobody asks often.
 */
#include <sched/lock_info.h>

#include <lib/format.h>
#include <lib/string.h>
#include <arch/clock_device.h>
#include <arch/off_time.h>
#include <arch/spinlock.h>

#ifdef MACH_R_DEBUG

/* Add up what all processors counted for CLASS. */
static struct lock_statistics statistics_sum(enum lock_class class)
{
    struct lock_statistics sum = {};
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        const struct lock_statistics *one = &percpu_ptr_of(cpu, lock_cpu)->statistics[class];
        sum.acquisitions += one->acquisitions;
        sum.contended += one->contended;
        sum.spins += one->spins;
        if (one->longest_hold > sum.longest_hold) {
            sum.longest_hold = one->longest_hold;
            sum.longest_place = one->longest_place;
        }
    }
    return sum;
}

static bool is_hotter(const struct lock_statistics *a, const struct lock_statistics *b)
{
    return a->contended != b->contended ? a->contended > b->contended
                                        : a->acquisitions > b->acquisitions;
}

/* Take the hottest class out of the bit set LEFT, which is not empty. */
static enum lock_class take_hottest(uint64_t *left, struct lock_statistics *statistics)
{
    enum lock_class hottest = LOCK_CLASS_NONE;
    for (uint64_t rest = *left; rest != 0; rest &= rest - 1) {
        enum lock_class class = (enum lock_class)__builtin_ctzll(rest);
        struct lock_statistics sum = statistics_sum(class);
        if (hottest == LOCK_CLASS_NONE || is_hotter(&sum, statistics)) {
            hottest = class;
            *statistics = sum;
        }
    }
    *left &= ~(UINT64_C(1) << hottest);
    return hottest;
}

static void entry_fill(struct lock_info *entry, enum lock_class class,
                       const struct lock_statistics *statistics)
{
    *entry = (struct lock_info){
        .is_mutex = class < LOCK_CLASS_FIRST_SPIN,
        .acquisitions = statistics->acquisitions,
        .contended = statistics->contended,
        .spins = statistics->spins,
        .longest_ns = statistics->longest_hold,
    };
    strlcpy(entry->name, lock_class_name(class), sizeof(entry->name));
    if (statistics->longest_place != nullptr) {
        struct lock_place place = lock_place(statistics->longest_place);
        format_string(entry->longest_place, sizeof(entry->longest_place), "%s:%u", place.file,
                      place.line);
    }
}

/* The file of the place in the source that RETURN_ADDRESS returns to, without folders. */
static struct lock_place short_place(const void *return_address)
{
    struct lock_place place = lock_place(return_address);
    for (const char *at = place.file; *at != '\0'; at++) {
        place.file = *at == '/' ? at + 1 : place.file;
    }
    return place;
}

bool lock_info_interrupts(uint32_t cpu, struct lock_info *entry)
{
    struct off_time off = *percpu_ptr_of(cpu, off_time);
    *entry = (struct lock_info){ .longest_ns = clock_duration(off.longest) };
    format_string(entry->name, sizeof(entry->name), "interrupts off, %u", cpu);
    if (off.longest != 0) {
        struct lock_place from = short_place(off.longest_from);
        struct lock_place to = short_place(off.longest_to);
        format_string(entry->longest_place, sizeof(entry->longest_place), "%s:%u to %s:%u",
                      from.file, from.line, to.file, to.line);
    }
    return true;
}

/* Fill ENTRY for the processor that took no interrupts for the longest time. */
static void entry_fill_interrupts(struct lock_info *entry)
{
    uint32_t longest = 0;
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        if (percpu_ptr_of(cpu, off_time)->longest > percpu_ptr_of(longest, off_time)->longest) {
            longest = cpu;
        }
    }
    (void)lock_info_interrupts(longest, entry);
}

uint32_t lock_info_read(struct lock_info *entries, uint32_t count)
{
    static_assert(LOCK_CLASS_COUNT <= 64 && LOCK_CLASS_COUNT <= LOCK_INFO_MAX);
    uint64_t left = (UINT64_C(1) << LOCK_CLASS_COUNT) - 2;
    uint32_t filled = 0;
    for (; filled < count && left != 0; filled++) {
        struct lock_statistics statistics;
        enum lock_class class = take_hottest(&left, &statistics);
        entry_fill(&entries[filled], class, &statistics);
    }
    if (filled < count) {
        entry_fill_interrupts(&entries[filled++]);
    }
    return filled;
}

bool lock_info_longest(struct lock_info *entry)
{
    enum lock_class longest = LOCK_CLASS_FIRST_SPIN;
    struct lock_statistics statistics = statistics_sum(longest);
    for (uint32_t class = LOCK_CLASS_FIRST_SPIN + 1; class < LOCK_CLASS_COUNT; class ++) {
        struct lock_statistics sum = statistics_sum((enum lock_class) class);
        if (class != LOCK_CLASS_TEST && sum.longest_hold > statistics.longest_hold) {
            longest = (enum lock_class) class;
            statistics = sum;
        }
    }
    entry_fill(entry, longest, &statistics);
    return true;
}

#else

uint32_t lock_info_read([[maybe_unused]] struct lock_info *entries, [[maybe_unused]] uint32_t count)
{
    return 0;
}

bool lock_info_longest([[maybe_unused]] struct lock_info *entry)
{
    return false;
}

bool lock_info_interrupts([[maybe_unused]] uint32_t cpu, [[maybe_unused]] struct lock_info *entry)
{
    return false;
}

#endif
