/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page is taken from a map while other processors load the map, leave it, or do the same: in all
 * orders, on processors with and without tags in their TLBs; or from the kernel's while one comes up.  Whoever uses the page after the
 * shoot-down must have the new entry.
 */
#include <stdio.h>

#include "player.h"
#include "tlb_machine.h"

/* So many pages are forgotten one by one; of more, the processor forgets all. */
#define FEW_PAGES  1
#define MANY_PAGES 100

static uint32_t pages;

static void begin(void)
{
    tlb_machine_begin();
}

static void begin_loaded(void)
{
    tlb_machine_begin();
    tlb_machine_load(0, MAP_FIRST);
}

static void begin_all_loaded(void)
{
    tlb_machine_begin();
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        tlb_machine_load(cpu, MAP_FIRST);
    }
}

/* User code of MAP runs: interrupts come in, and the page is used. */
static void run_user(enum map map)
{
    interrupts_enable();
    tlb_machine_use(map);
    interrupts_disable();
}

/* A processor takes the page from the first map. */
static void shoot(void)
{
    uint64_t entry = tlb_machine_change(MAP_FIRST);
    tlb_flush_range(&tlb_pmaps[MAP_FIRST], THE_PAGE, THE_PAGE + pages * PAGE_SIZE);
    tlb_machine_expect(MAP_FIRST, entry);
}

static void load_and_use(void)
{
    pmap_activate(&tlb_pmaps[MAP_FIRST]);
    run_user(MAP_FIRST);
}

static void leave_and_come_back(void)
{
    pmap_activate(kernel_pmap);
    load_and_use();
}

static void go_elsewhere_and_come_back(void)
{
    pmap_activate(&tlb_pmaps[MAP_SECOND]);
    run_user(MAP_SECOND);
    load_and_use();
}

static void go_elsewhere(void)
{
    pmap_activate(&tlb_pmaps[MAP_SECOND]);
    run_user(MAP_SECOND);
}

static void use_and_shoot(void)
{
    run_user(MAP_FIRST);
    shoot();
    run_user(MAP_FIRST);
}

static void shoot_and_load(void)
{
    shoot();
    load_and_use();
}

/* The map's last user has gone; kernel threads may still have it loaded. */
static void destroy(void)
{
    pmap_drop(&tlb_pmaps[MAP_FIRST]);
    tlb_machine_free(MAP_FIRST);
}

/* A processor that comes up has been in the kernel's tables before others know of it. */
static void begin_coming_up(void)
{
    tlb_machine_begin();
    atomic_fetch_and(&cpus_online, ~CPU_BIT(1));
}

static void let_come_up(void)
{
    atomic_fetch_or(&cpus_online, CPU_BIT(1));
}

static void come_up(void)
{
    while ((atomic_load(&cpus_online) & CPU_BIT(1)) == 0) {
        pause();
    }
    tlb_join();
    tlb_machine_use_kernel();
}

static void shoot_kernel(void)
{
    uint64_t entry = tlb_machine_change(MAP_KERNEL);
    tlb_flush_range(kernel_pmap, KERNEL_PAGE, KERNEL_PAGE + PAGE_SIZE);
    tlb_machine_expect(MAP_KERNEL, entry);
    tlb_machine_use_kernel();
}

static void check_kernel(void)
{
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        play_cpu = cpu;
        tlb_machine_use_kernel();
    }
}

static void take_interrupts(void)
{
    interrupts_enable();
    interrupts_disable();
}

/* Whoever uses the map when all is over, uses the last entry. */
static void check_all(void)
{
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        play_cpu = cpu;
        pmap_activate(&tlb_pmaps[MAP_FIRST]);
        tlb_machine_use(MAP_FIRST);
    }
}

static const struct scenario scenarios[] = {
    { "loads a map that is shot at", 6, begin, { load_and_use, shoot }, check_all },
    { "leaves a map that is shot at", 6, begin_loaded, { leave_and_come_back, shoot }, check_all },
    { "goes to another map and comes back",
      5,
      begin_loaded,
      { go_elsewhere_and_come_back, shoot },
      check_all },
    { "two shoot at each other", 5, begin_all_loaded, { use_and_shoot, use_and_shoot }, check_all },
    { "two shoot, one loads", 2, begin, { load_and_use, shoot, shoot_and_load }, check_all },
    { "two shoot, one leaves", 2, begin_loaded, { leave_and_come_back, shoot, shoot }, check_all },
    { "a map is destroyed that a kernel thread leaves",
      6,
      begin_loaded,
      { go_elsewhere, destroy },
      nullptr },
    { "a map is destroyed that a kernel thread runs in",
      6,
      begin_loaded,
      { take_interrupts, destroy },
      nullptr },
    { "the kernel's memory goes while a processor comes up",
      3,
      begin_coming_up,
      { let_come_up, come_up, shoot_kernel },
      check_kernel },
};

/* What the processors have. */
static const struct kind {
    const char *name;
    bool pcid, invpcid;
    uint32_t pages;
} kinds[] = {
    { "no tags, a page", false, false, FEW_PAGES },
    { "no tags, many pages", false, false, MANY_PAGES },
    { "tags, a page", true, false, FEW_PAGES },
    { "tags, many pages", true, false, MANY_PAGES },
    { "tags and INVPCID, many pages", true, true, MANY_PAGES },
};

int main(void)
{
    uint32_t number = 0;
    bool have_all_passed = true;
    printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(scenarios) * ARRAY_SIZE(kinds));
    for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
        printf("# processors with %s\n", kinds[k].name);
        cpu_features.pcid = kinds[k].pcid;
        cpu_features.invpcid = kinds[k].invpcid;
        pages = kinds[k].pages;
        for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
            have_all_passed &= play_all(&scenarios[i], ++number);
        }
    }
    return have_all_passed ? 0 : 1;
}
