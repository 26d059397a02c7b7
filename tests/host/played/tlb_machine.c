/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the machine that arch/x86_64/tlb.c, pmap_io.c and cross_call.c see.  Processors without
 * tags (PCID) have everything under tag 0, and drop it when they load a root.
 */
#include "tlb_machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lib/panic.h>
#include <arch/address_tags.h>
#include <arch/upcalls.h>
#include <gdt.h>
#include <lapic.h>
#include <msr.h>
#include <smp.h>

#include "player.h"

/* The only interrupt. */
#define CROSS_CALL 1

#define ROOT_SHIFT 12
#define TAG_MASK   UINT64_C(0xfff)
#define CR3_KEEP   (UINT64_C(1) << 63)

/* Entries of different maps differ. */
#define FIRST_ENTRY(map) ((uint64_t)(map) << 32)

struct tlb_entry {
    bool is_valid;
    uint64_t entry;
};

struct processor {
    enum map loaded;
    uint64_t tag;
    struct tlb_entry tlb[ADDRESS_TAGS + 1];
    struct tlb_entry kernel; /* has no tag, and is not dropped with the others */
    uint64_t cr4;
};

struct pmap tlb_pmaps[MAPS];
struct pmap *const kernel_pmap = &tlb_pmaps[MAP_KERNEL];
struct cpu_features cpu_features;

PERCPU_DEFINE(struct pmap *, pmap_active);
PERCPU_DEFINE(struct tss, cpu_tss);

static struct processor processors[PLAYED_CPUS];
static uint64_t entries[MAPS];  /* what the tables say */
static uint64_t expected[MAPS]; /* the oldest that may be used */
static bool is_free[MAPS];

uint32_t cpu_count(void)
{
    return play_cpus();
}

void panic_at(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("Bail out! panic at %s:%d: ", file, line);
    vprintf(format, arguments);
    va_end(arguments);
    fflush(stdout);
    _Exit(1);
}

/* What a processor may do at any time: read the entry of what it has loaded, if it does not know it. */
static void fill(uint32_t cpu)
{
    struct processor *self = &processors[cpu];
    struct tlb_entry *entry = &self->tlb[self->tag];
    if (is_free[self->loaded]) {
        play_fail("a processor has tables loaded that are gone");
    }
    if (self->loaded != MAP_KERNEL && !entry->is_valid) {
        *entry = (struct tlb_entry){ true, entries[self->loaded] };
    }
    if (!self->kernel.is_valid) {
        self->kernel = (struct tlb_entry){ true, entries[MAP_KERNEL] };
    }
}

void tlb_machine_begin(void)
{
    memset(processors, 0, sizeof(processors));
    memset(tlb_pmaps, 0, sizeof(tlb_pmaps));
    memset(is_free, 0, sizeof(is_free));
    for (enum map map = MAP_KERNEL; map < MAPS; map++) {
        tlb_pmaps[map].root = (uint64_t)map << ROOT_SHIFT;
        tlb_pmaps[map].number = map;
        entries[map] = expected[map] = FIRST_ENTRY(map);
    }
    for (uint32_t cpu = 0; cpu < PLAYED_CPUS; cpu++) {
        *percpu_ptr_of(cpu, pmap_active) = kernel_pmap;
        processors[cpu].cr4 = CR4_PGE;
    }
    tlb_pmaps[MAP_KERNEL].cpus = CPU_SET_ALL;
    cpus_online = CPU_SET_ALL >> (CPU_MAX - cpu_count());
    play_machine_moves = fill;
}

void tlb_machine_load(uint32_t cpu, enum map map)
{
    play_cpu = cpu;
    pmap_activate(&tlb_pmaps[map]);
    fill(cpu);
    play_cpu = 0;
}

uint64_t tlb_machine_change(enum map map)
{
    play_step();
    return ++entries[map];
}

void tlb_machine_expect(enum map map, uint64_t entry)
{
    expected[map] = expected[map] > entry ? expected[map] : entry;
}

void tlb_machine_free(enum map map)
{
    is_free[map] = true;
}

void tlb_machine_use(enum map map)
{
    const struct processor *self = &processors[play_cpu];
    play_step();
    uint64_t entry = self->tlb[self->tag].entry;
    if (self->loaded != map) {
        play_fail("another map is loaded");
    } else if (entry < FIRST_ENTRY(map) || entry >= FIRST_ENTRY(map + 1)) {
        play_fail("an entry of another map is used");
    } else if (entry < expected[map]) {
        play_fail("an entry is used that all have been told to forget");
    }
}

void tlb_machine_use_kernel(void)
{
    play_step();
    if (processors[play_cpu].kernel.entry < expected[MAP_KERNEL]) {
        play_fail("an entry of the kernel is used that all have been told to forget");
    }
}

uint64_t read_cr4(void)
{
    return processors[play_cpu].cr4;
}

void write_cr4(uint64_t value)
{
    struct processor *self = &processors[play_cpu];
    play_step();
    if (((self->cr4 ^ value) & CR4_PGE) != 0) {
        self->tlb[self->tag].is_valid = false;
        self->kernel.is_valid = false;
    }
    self->cr4 = value;
    fill(play_cpu);
}

void write_cr3(uint64_t value)
{
    struct processor *self = &processors[play_cpu];
    play_step();
    self->loaded = (enum map)((value & ~CR3_KEEP) >> ROOT_SHIFT);
    self->tag = value & TAG_MASK;
    if ((value & CR3_KEEP) == 0) {
        self->tlb[self->tag].is_valid = false;
    }
    fill(play_cpu);
}

void invlpg(uint64_t virtual)
{
    struct processor *self = &processors[play_cpu];
    play_step();
    self->tlb[self->tag].is_valid &= virtual != THE_PAGE;
    self->kernel.is_valid &= virtual != KERNEL_PAGE;
    fill(play_cpu);
}

void invpcid_single(uint64_t tag)
{
    play_step();
    processors[play_cpu].tlb[tag].is_valid = false;
    fill(play_cpu);
}

void play_machine_interrupt([[maybe_unused]] uint32_t pending)
{
    cross_call_serve();
}

uint32_t smp_apic_id(uint32_t cpu)
{
    return cpu;
}

void lapic_send(uint32_t id, [[maybe_unused]] uint32_t vector)
{
    play_interrupt(id, CROSS_CALL);
}

bool upcall_page_table_allocate([[maybe_unused]] phys_addr_t *page)
{
    return false;
}

void upcall_page_table_free([[maybe_unused]] phys_addr_t page)
{
}
