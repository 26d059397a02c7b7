/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whom the kernel interrupts when a map changes: a processor that has it loaded, once for a range however
 * large it is; not for rights that are only more; and nobody else.  Debug kernels count interrupts.
 */
#include <arch/cpu.h>
#include <arch/pmap.h>
#include <mem/vm_page.h>
#include <sched/thread.h>
#include <test/ktest.h>

#ifdef MACH_R_DEBUG

#define PAGES 20
#define START UINT64_C(0x40000000)
#define END   (START + PAGES * PAGE_SIZE)

/* Interrupts that may come for other reasons. */
#define OTHERS 4

#define RO VM_PROT_READ
#define RW (VM_PROT_READ | VM_PROT_WRITE)

static struct pmap *map;
static phys_addr_t page;
static uint64_t beats;
static _Atomic bool is_loaded, has_to_leave, is_idle, has_to_end;

static void wait_for(const _Atomic bool *flag)
{
    while (!*flag) {
        (void)thread_yield();
        cpu_pause();
    }
}

/* Have the map loaded on the other processor, and then no more. */
static void load(void *other)
{
    thread_bind(current_thread(), *(const uint32_t *)other);
    interrupts_enable();
    while (cpu_index() != *(const uint32_t *)other) {
        (void)thread_sleep_until(0);
    }
    interrupts_disable();
    pmap_activate(map);
    interrupts_enable();
    is_loaded = true;
    wait_for(&has_to_leave);
    interrupts_disable();
    pmap_activate(kernel_pmap);
    interrupts_enable();
    is_idle = true;
    wait_for(&has_to_end);
}

static void enter_all(vm_prot_t protection)
{
    for (virt_addr_t virtual = START; virtual < END; virtual += PAGE_SIZE) {
        EXPECT_EQ(pmap_enter(map, virtual, page, protection, PMAP_CACHE_NORMAL), KERN_SUCCESS);
    }
}

static void begin_count(uint32_t other)
{
    beats = cpu_heartbeat(other);
}

static void expect_few(uint32_t other)
{
    EXPECT(cpu_heartbeat(other) - beats <= OTHERS);
}

static void change_all(uint32_t other)
{
    enter_all(RO);
    begin_count(other);
    enter_all(RW); /* more rights */
    expect_few(other);
    pmap_protect(map, START, END, RO); /* a range */
    expect_few(other);
    pmap_remove(map, START, END);
    expect_few(other);
    enter_all(RW);
}

KTEST(shootdown_interrupts_only_who_has_to_forget)
{
    if (cpu_count() < 2) {
        return;
    }
    uint32_t other = cpu_index() == 0 ? 1 : 0;
    struct vm_page *memory = vm_page_allocate();
    map = pmap_create();
    page = vm_page_physical(memory);
    is_loaded = has_to_leave = is_idle = has_to_end = false;
    struct ktest_thread *loader = ktest_spawn(load, &other);
    wait_for(&is_loaded);
    change_all(other);
    begin_count(other);
    enter_all(RO); /* less rights, page by page */
    EXPECT(cpu_heartbeat(other) - beats >= PAGES);
    has_to_leave = true;
    wait_for(&is_idle);
    change_all(other);
    begin_count(other);
    enter_all(RO);
    expect_few(other);
    has_to_end = true;
    ktest_join(loader);
    pmap_remove(map, START, END);
    pmap_destroy(map);
    vm_page_free(memory);
}

#endif
