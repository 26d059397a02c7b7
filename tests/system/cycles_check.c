/* SPDX-License-Identifier: BSD-2-Clause */
#include "cycles_check.h"

#include <stdlib.h>
#include <string.h>

#include <mach/ledger.h>
#include <mach_r/mach_r_host.h>

#include "systest.h"

#define ROUNDS_QUICK 300
#define DEAR         20

/* Rounds after which caches have what they keep. */
#define ROUNDS_FIRST 50

/* Pages that allocators may keep beyond what they kept before, however many rounds there are. */
#define PAGE_ROOM 64

/* What the kernel has allocated. */
struct memory {
    struct ledger_entry entries[LEDGER_ENTRY_MAX];
    mach_msg_type_number_t count;
    uint64_t free_pages;
};

static struct memory before, now;

static void memory_read(struct memory *memory)
{
    vm_statistics_data_t statistics = {};
    mach_msg_type_number_t count = HOST_VM_INFO_COUNT;
    mach_port_t host = mach_host_self();
    memory->count = LEDGER_ENTRY_MAX;
    EXPECT_OK(host_ledger(systest_host_priv(), memory->entries, &memory->count));
    EXPECT_OK(host_statistics(host, HOST_VM_INFO, (host_info_t)&statistics, &count));
    memory->free_pages = statistics.free_count;
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

/* Stacks that are kept count as used, up to a limit. */
static bool is_more(uint32_t i)
{
    return now.entries[i].in_use > before.entries[i].in_use &&
           strcmp(now.entries[i].name, "kernel stacks") != 0;
}

static bool is_as_before(void *argument)
{
    bool is_same = true;
    (void)argument;
    memory_read(&now);
    for (uint32_t i = 0; i < now.count; i++) {
        is_same = is_same && !is_more(i);
    }
    return is_same && now.free_pages + PAGE_ROOM >= before.free_pages;
}

static void print_difference(const char *what)
{
    for (uint32_t i = 0; i < now.count; i++) {
        if (is_more(i)) {
            systest_print("# %s: %s: %llu before, %llu after\n", what, now.entries[i].name,
                          (unsigned long long)before.entries[i].in_use,
                          (unsigned long long)now.entries[i].in_use);
        }
    }
    systest_print("# %s: free pages: %llu before, %llu after\n", what,
                  (unsigned long long)before.free_pages, (unsigned long long)now.free_pages);
}

static uint64_t rounds(const struct cycle *cycle)
{
    const char *argument = systest_argument(1);
    if (argument == NULL) {
        return ROUNDS_QUICK;
    }
    bool is_shortened = cycle->is_dear && systest_argument(2) == NULL;
    return strtoull(argument, NULL, 10) / (is_shortened ? DEAR : 1);
}

static void check(const struct cycle *cycle)
{
    for (uint32_t i = 0; i < ROUNDS_FIRST; i++) {
        cycle->once();
    }
    memory_read(&before);
    uint64_t left = rounds(cycle);
    while (left-- > 0) {
        cycle->once();
    }
    if (!EXPECT(systest_wait(is_as_before, NULL))) {
        print_difference(cycle->what);
    } else if (systest_argument(1) != NULL) {
        systest_print("# %s: done %llu times\n", cycle->what, /* somebody waits */
                      (unsigned long long)rounds(cycle));
    }
}

void cycles_check(const struct cycle *cycles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check(&cycles[i]);
    }
}
