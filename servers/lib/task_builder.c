/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments whose file part is page aligned inside a memory entry are mapped copy-on-write; others
 * are copied.  Behind the file part of a segment its last page is cleared, so that nothing that
 * follows in the file shows through.
 */
#include "task_builder.h"

#include <stdlib.h>
#include <string.h>

#include <mach/host_priv.h>
#include <mach/mach_vm.h>

#define PAGE_BYTES UINT64_C(4096)
#define PAGE_BITS  (PAGE_BYTES - 1)

/* Programs may lie anywhere between the first page and the stack. */
#define IMAGE_LOW  PAGE_BYTES
#define IMAGE_HIGH (TASK_STACK_TOP - TASK_STACK_SIZE)

/* ELF64 header (System V ABI, "ELF Header"): where the program header table is described. */
#define ELF_PHOFF 32
#define ELF_PHNUM 56

static uint64_t page_down(uint64_t value)
{
    return value & ~PAGE_BITS;
}

static uint64_t page_up(uint64_t value)
{
    return (value + PAGE_BITS) & ~PAGE_BITS;
}

static vm_prot_t segment_protection(const struct elf_segment *segment)
{
    return ((segment->flags & ELF_READ) ? VM_PROT_READ : 0) |
           ((segment->flags & ELF_WRITE) ? VM_PROT_WRITE : 0) |
           ((segment->flags & ELF_EXECUTE) ? VM_PROT_EXECUTE : 0);
}

/* Map fresh zero pages at [START, END) of TASK. */
static kern_return_t map_zeros(mach_port_t task, uint64_t start, uint64_t end)
{
    mach_vm_address_t address = start;
    return start == end ? KERN_SUCCESS
                        : mach_vm_allocate(task, &address, end - start, VM_FLAGS_FIXED);
}

/* Write SIZE bytes to ADDRESS of TASK. */
static kern_return_t write_bytes(mach_port_t task, uint64_t address, const void *data, size_t size)
{
    return mach_vm_write(task, address, (vm_offset_t)data, (mach_msg_type_number_t)size);
}

/* Map the pages of SEGMENT's file part from the executable's memory entry. */
static kern_return_t map_file_pages(mach_port_t task, const struct task_executable *executable,
                                    const struct elf_segment *segment)
{
    mach_vm_address_t address = page_down(segment->address);
    uint64_t size = page_up(segment->address + segment->file_size) - address;
    uint64_t offset = executable->entry_offset + page_down(segment->file_offset);
    return mach_vm_map(task, &address, size, 0, VM_FLAGS_FIXED, executable->entry, offset, TRUE,
                       VM_PROT_READ | VM_PROT_WRITE, VM_PROT_ALL, VM_INHERIT_COPY);
}

/* Clear the rest of the last page of SEGMENT's file part, if the segment goes on there. */
static kern_return_t clear_tail(mach_port_t task, const struct elf_segment *segment)
{
    static const char zeros[PAGE_BYTES];
    uint64_t start = segment->address + segment->file_size;
    uint64_t end = page_up(start);
    return start == end || segment->memory_size == segment->file_size
               ? KERN_SUCCESS
               : write_bytes(task, start, zeros, end - start);
}

/* Copy SEGMENT's file part into fresh pages. */
static kern_return_t copy_file_pages(mach_port_t task, const struct task_executable *executable,
                                     const struct elf_segment *segment)
{
    kern_return_t result = map_zeros(task, page_down(segment->address),
                                     page_up(segment->address + segment->file_size));
    if (result != KERN_SUCCESS || segment->file_size == 0) {
        return result;
    }
    return write_bytes(task, segment->address,
                       (const char *)executable->file + segment->file_offset, segment->file_size);
}

static kern_return_t load_segment(mach_port_t task, const struct task_executable *executable,
                                  const struct elf_segment *segment)
{
    bool can_map = executable->entry != MACH_PORT_NULL && segment->file_size != 0 &&
                   (executable->entry_offset & PAGE_BITS) == 0;
    kern_return_t result = can_map ? map_file_pages(task, executable, segment)
                                   : copy_file_pages(task, executable, segment);
    if (result == KERN_SUCCESS && can_map) {
        result = clear_tail(task, segment);
    }
    uint64_t file_end = page_up(segment->address + segment->file_size);
    uint64_t end = page_up(segment->address + segment->memory_size);
    if (result == KERN_SUCCESS && end > file_end) {
        result = map_zeros(task, file_end, end);
    }
    if (result == KERN_SUCCESS) {
        uint64_t start = page_down(segment->address);
        result = mach_vm_protect(task, start, end - start, FALSE, segment_protection(segment));
    }
    return result;
}

/* Note where the program headers are in memory, for the program's own use (thread-local
 * storage). */
static void note_program_headers(struct task_builder *builder,
                                 const struct task_executable *executable)
{
    uint64_t offset;
    uint16_t count;
    memcpy(&offset, (const char *)executable->file + ELF_PHOFF, sizeof(offset));
    memcpy(&count, (const char *)executable->file + ELF_PHNUM, sizeof(count));
    for (uint32_t i = 0; i < builder->image.segment_count; i++) {
        const struct elf_segment *segment = &builder->image.segments[i];
        if (offset >= segment->file_offset && offset - segment->file_offset < segment->file_size) {
            builder->block.phdr_address = segment->address + (offset - segment->file_offset);
            builder->block.phdr_count = count;
        }
    }
}

kern_return_t task_builder_load(struct task_builder *builder,
                                const struct task_executable *executable, const char **error)
{
    builder->task = MACH_PORT_NULL;
    builder->host_priv = MACH_PORT_NULL;
    builder->block = (struct startup_block){};
    enum elf_error invalid =
        elf_image_parse(executable->file, executable->size, IMAGE_LOW, IMAGE_HIGH, &builder->image);
    if (invalid != ELF_OK) {
        *error = elf_error_string(invalid);
        return KERN_INVALID_ARGUMENT;
    }
    kern_return_t result = task_create(mach_task_self(), nullptr, 0, FALSE, &builder->task);
    for (uint32_t i = 0; result == KERN_SUCCESS && i < builder->image.segment_count; i++) {
        result = load_segment(builder->task, executable, &builder->image.segments[i]);
    }
    if (result != KERN_SUCCESS) {
        *error = mach_error_string(result);
        return result;
    }
    note_program_headers(builder, executable);
    return KERN_SUCCESS;
}

kern_return_t task_builder_give(struct task_builder *builder, uint32_t kind, mach_port_t port,
                                mach_msg_type_name_t disposition)
{
    struct startup_block *block = &builder->block;
    if (port == MACH_PORT_NULL) {
        return KERN_SUCCESS;
    }
    if (block->port_count == STARTUP_BLOCK_PORTS) {
        return KERN_RESOURCE_SHORTAGE;
    }
    /* Names count up from the first; two kinds may share a port, then they share the name. */
    mach_port_name_t name = MACH_PORT_MAKE(block->port_count + 1, UINT32_C(3) << 24);
    kern_return_t result = mach_port_insert_right(builder->task, name, port, disposition);
    for (uint32_t i = 0; result == KERN_RIGHT_EXISTS && i < block->port_count; i++) {
        name = block->ports[i].name;
        kern_return_t again = mach_port_insert_right(builder->task, name, port, disposition);
        result = again == KERN_NAME_EXISTS ? KERN_RIGHT_EXISTS : again;
    }
    if (result == KERN_SUCCESS) {
        block->ports[block->port_count++] = (struct startup_port){ .kind = kind, .name = name };
    }
    return result;
}

/* Put the startup block at the top of the new stack.  *ADDRESS is where it begins. */
static kern_return_t make_stack(struct task_builder *builder, uint64_t *address)
{
    struct startup_block *block = &builder->block;
    block->stack_address = TASK_STACK_TOP - TASK_STACK_SIZE;
    block->stack_size = TASK_STACK_SIZE;
    size_t size = startup_block_size(block);
    void *memory = size == 0 ? nullptr : malloc(size);
    if (memory == nullptr) {
        return size == 0 ? KERN_INVALID_ARGUMENT : KERN_RESOURCE_SHORTAGE;
    }
    startup_block_write(block, memory);
    *address = TASK_STACK_TOP - size;
    kern_return_t result = map_zeros(builder->task, block->stack_address, TASK_STACK_TOP);
    if (result == KERN_SUCCESS) {
        result = write_bytes(builder->task, *address, memory, size);
    }
    free(memory);
    return result;
}

kern_return_t task_builder_start(struct task_builder *builder, bool is_suspended)
{
    uint64_t block_address;
    thread_act_t thread;
    kern_return_t result = make_stack(builder, &block_address);
    if (result != KERN_SUCCESS) {
        return result;
    }
    x86_thread_state64_t state = {
        .__rip = builder->image.entry,
        .__rsp = block_address & ~UINT64_C(15),
        .__rdi = block_address,
    };
    /* A privileged thread gets its privilege before it can make others, which inherit it. */
    bool is_privileged = builder->host_priv != MACH_PORT_NULL;
    if (is_suspended || is_privileged) {
        result = task_suspend(builder->task);
    }
    if (result == KERN_SUCCESS) {
        result = thread_create_running(builder->task, x86_THREAD_STATE64, (thread_state_t)&state,
                                       x86_THREAD_STATE64_COUNT, &thread);
    }
    if (result == KERN_SUCCESS) {
        if (is_privileged) {
            (void)thread_wire(builder->host_priv, thread, TRUE);
        }
        (void)mach_port_deallocate(mach_task_self(), thread);
    }
    if (result == KERN_SUCCESS && is_privileged && !is_suspended) {
        result = task_resume(builder->task);
    }
    return result;
}

void task_builder_finish(struct task_builder *builder, bool kill)
{
    if (builder->task == MACH_PORT_NULL) {
        return;
    }
    if (kill) {
        (void)task_terminate(builder->task);
    }
    (void)mach_port_deallocate(mach_task_self(), builder->task);
    builder->task = MACH_PORT_NULL;
}
