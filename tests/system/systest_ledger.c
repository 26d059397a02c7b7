/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All kinds of object are compared but the caches and size classes of the allocator: a table that
 * has grown stays as it is. Pages are compared with some room, because they also hold these.
 * The program's own port names are counted too.
 */
#include "systest_ledger.h"

#include <string.h>

#include <mach/ledger.h>
#include <mach_r/mach_r_host.h>

#include "systest.h"

/* Pages that allocators may keep. */
#define PAGE_ROOM 512

/* Equal readings, one after the other, that mean that nothing changes by itself: after a case, which ends
 * with equal ones, and after other things, which servers may still be clearing away. */
#define STILL_READINGS       3
#define STILL_READINGS_FIRST 50

struct ledger {
    struct ledger_entry entries[LEDGER_ENTRY_MAX];
    mach_msg_type_number_t count;
    uint64_t free_pages;
    uint32_t names; /* of the program itself */
};

static struct ledger before;
static struct ledger now;

static uint32_t count_names(void)
{
    mach_port_name_array_t names;
    mach_port_type_array_t types;
    mach_msg_type_number_t count = 0, type_count = 0;
    if (mach_port_names(mach_task_self(), &names, &count, &types, &type_count) == KERN_SUCCESS) {
        (void)vm_deallocate(mach_task_self(), (vm_address_t)names, count * sizeof(names[0]));
        (void)vm_deallocate(mach_task_self(), (vm_address_t)types, count * sizeof(types[0]));
    }
    return count;
}

static void ledger_read(struct ledger *ledger)
{
    vm_statistics_data_t statistics;
    mach_msg_type_number_t count = HOST_VM_INFO_COUNT;
    ledger->names = count_names();
    ledger->count = LEDGER_ENTRY_MAX;
    if (host_ledger(systest_host_priv(), ledger->entries, &ledger->count) != KERN_SUCCESS) {
        ledger->count = 0;
    }
    mach_port_t host = mach_host_self();
    if (host_statistics(host, HOST_VM_INFO, (host_info_t)&statistics, &count) == KERN_SUCCESS) {
        ledger->free_pages = statistics.free_count;
    }
    (void)mach_port_deallocate(mach_task_self(), host);
}

static bool is_compared(const struct ledger_entry *entry)
{
    return strncmp(entry->name, "kalloc", 6) != 0 && strcmp(entry->name, "kernel stacks") != 0;
}

static bool is_different(const struct ledger *a, const struct ledger *b, uint32_t i)
{
    return is_compared(&a->entries[i]) && a->entries[i].in_use != b->entries[i].in_use;
}

static uint32_t count_differences(const struct ledger *a, const struct ledger *b)
{
    uint32_t different = a->count != b->count || a->count == 0;
    different += a->names != b->names;
    for (uint32_t i = 0; i < a->count; i++) {
        different += is_different(a, b, i);
    }
    return different + (a->free_pages > b->free_pages + PAGE_ROOM);
}

/* Equal readings: those seen one after the other, and those wanted. */
struct readings {
    uint32_t equal;
    uint32_t wanted;
};

static bool is_still(void *argument)
{
    struct readings *readings = argument;
    before = now;
    ledger_read(&now);
    readings->equal = count_differences(&before, &now) == 0 ? readings->equal + 1 : 0;
    return readings->equal >= readings->wanted;
}

void ledger_begin(void)
{
    static uint32_t wanted = STILL_READINGS_FIRST;
    if (!systest_wait(is_still, &(struct readings){ .wanted = wanted })) {
        systest_print("# the ledger does not stand still\n");
    }
    wanted = STILL_READINGS;
}

static bool is_balanced(void *argument)
{
    (void)argument;
    ledger_read(&now);
    return count_differences(&before, &now) == 0;
}

uint32_t ledger_end(void)
{
    if (systest_wait(is_balanced, NULL)) {
        return 0;
    }
    for (uint32_t i = 0; i < before.count; i++) {
        if (is_different(&before, &now, i)) {
            systest_print("# ledger: %s: %llu before, %llu after\n", before.entries[i].name,
                          (unsigned long long)before.entries[i].in_use,
                          (unsigned long long)now.entries[i].in_use);
        }
    }
    systest_print("# ledger: free pages: %llu before, %llu after; own names: %u, %u\n",
                  (unsigned long long)before.free_pages, (unsigned long long)now.free_pages,
                  before.names, now.names);
    return count_differences(&before, &now);
}

uint64_t systest_count(const char *kind)
{
    static struct ledger ledger;
    ledger_read(&ledger);
    for (uint32_t i = 0; i < ledger.count; i++) {
        if (strcmp(ledger.entries[i].name, kind) == 0) {
            return ledger.entries[i].in_use;
        }
    }
    return 0;
}
