/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local storage. The initial image of the __thread variables is found through the program's
 * own ELF header, so no linker script is needed. Layout is variant II of the TLS ABI: variables
 * end at the thread block, the distance being a multiple of their alignment.
 */
#include <elf.h>
#include <string.h>
#include <sys/reent.h>

#include <mach/mach_traps.h>
#include <mach/mach_vm.h>

#include "thread_block.h"

/* Enough for the block and some hundred bytes of variables; larger ones get memory of their own. */
#define MAIN_AREA_SIZE 1024

#define ALIGN_UP(x, alignment) (((x) + (alignment) - 1) & ~((uintptr_t)(alignment) - 1))

extern const Elf64_Ehdr __ehdr_start;

struct _reent *__getreent(void)
{
    return thread_block_self()->reent;
}

static struct {
    const void *image;
    size_t image_size;
    size_t size;
    size_t alignment;
} tls;

static _Alignas(64) char main_area[MAIN_AREA_SIZE];
static struct thread_block *main_block;

static void find_image(void)
{
    const char *file = (const char *)&__ehdr_start;
    const Elf64_Phdr *header = (const Elf64_Phdr *)(file + __ehdr_start.e_phoff);
    tls.alignment = _Alignof(struct thread_block);
    for (int i = 0; i < __ehdr_start.e_phnum; i++, header++) {
        if (header->p_type == PT_TLS) {
            tls.image = (const void *)header->p_vaddr;
            tls.image_size = header->p_filesz;
            tls.size = ALIGN_UP(header->p_memsz, header->p_align);
            tls.alignment = header->p_align > tls.alignment ? header->p_align : tls.alignment;
        }
    }
}

size_t thread_block_size(void)
{
    return tls.size + sizeof(struct thread_block) + 2 * tls.alignment;
}

struct thread_block *thread_block_init(void *memory, size_t memory_size)
{
    uintptr_t end = (uintptr_t)memory + memory_size;
    uintptr_t place = (end - sizeof(struct thread_block)) & ~(uintptr_t)(tls.alignment - 1);
    struct thread_block *block = (struct thread_block *)place;
    memset(block, 0, sizeof(*block));
    block->self = block;
    if (tls.image_size != 0) {
        memcpy((char *)block - tls.size, tls.image, tls.image_size);
    }
    memset((char *)block - tls.size + tls.image_size, 0, tls.size - tls.image_size);
    return block;
}

struct thread_block *thread_block_main(void)
{
    return main_block;
}

void thread_block_init_main(void)
{
    find_image();
    void *memory = main_area;
    size_t size = sizeof(main_area);
    if (thread_block_size() > size) {
        mach_vm_address_t address = 0;
        size = thread_block_size();
        if (_kernelrpc_mach_vm_allocate_trap(task_self_trap(), &address, size, VM_FLAGS_ANYWHERE) !=
            KERN_SUCCESS) {
            __builtin_trap();
        }
        memory = (void *)address;
    }
    struct thread_block *block = thread_block_init(memory, size);
    block->reent = _global_impure_ptr;
    main_block = block;
    block->has_begun = 1;
    (void)thread_set_tls_base_trap((vm_address_t)block);
}
