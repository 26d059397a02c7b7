/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory: a file in memory, so that a page can be seen at its direct address and, as a
 * kernel stack, at another one.  boot_info describes it with holes, as real memory has.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <arch/boot_info.h>

#include "fake_memory.h"

char *fake_memory;
struct boot_info boot_info;

static int memory_file;

#define MIB (UINT64_C(1) << 20)

void fake_memory_init(void)
{
    memory_file = memfd_create("physical memory", 0);
    if (memory_file < 0 || ftruncate(memory_file, (off_t)FAKE_MEMORY_SIZE) != 0) {
        perror("memfd_create");
        exit(1);
    }
    fake_memory =
        mmap(nullptr, FAKE_MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, memory_file, 0);
    if (fake_memory == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    boot_info = (struct boot_info){
        .memory_count = 3,
        .memory = { { 0x1000, 0x9f000 }, { MIB, 16 * MIB }, { 18 * MIB, FAKE_MEMORY_SIZE } },
        .module_count = 1,
        .modules = { { 16 * MIB, MIB, "module" } },
        .installed_bytes = FAKE_MEMORY_SIZE,
        .highest_ram = FAKE_MEMORY_SIZE,
    };
}

void fake_memory_map(virt_addr_t virtual, phys_addr_t physical)
{
    void *wanted = (void *)virtual;
    if (mmap(wanted, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory_file,
             (off_t)physical) != wanted) {
        perror("mmap of a kernel page");
        exit(1);
    }
}

void fake_memory_unmap(virt_addr_t virtual)
{
    munmap((void *)virtual, PAGE_SIZE);
}

void fake_memory_make_private(void)
{
    (void)mmap(fake_memory, FAKE_MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
               memory_file, 0);
}
