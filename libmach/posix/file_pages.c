/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file's server hands out its memory, of which the program gets a copy on write; files cannot be
 * changed, so what is shared and what is private look the same. Where contents do not lie in memory
 * at page boundaries, they are read.
 */
#include "file_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/mach_vm.h>
#include <mach/vm_page_size.h>

#include "../rpc/stubs.h"
#include "errors.h"
#include "files.h"

int file_protection_fault(int fd, int protection, int flags)
{
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return EBADF;
    }
    uint32_t type = file_type(file);
    int access = file->flags & O_ACCMODE;
    file_put(file);
    if (type != IO_TYPE_FILE) {
        return ENODEV;
    }
    bool writes = (flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0;
    return access == O_WRONLY || writes ? EACCES : 0;
}

/* Where a mapping goes. */
struct place {
    mach_vm_address_t address;
    size_t size;     /* whole pages */
    uint64_t offset; /* in the file */
};

/* A copy of the server's memory for FILE. *LEFT is how many bytes it has from the offset on. */
static kern_return_t map_entry(struct open_file *file, const struct place *place, uint64_t *left)
{
    mach_port_t entry = MACH_PORT_NULL;
    uint64_t start, size;
    kern_return_t result = file_map(file_port(file), &entry, &start, &size);
    if (result != KERN_SUCCESS) {
        return result;
    }
    *left = size > place->offset ? size - place->offset : 0;
    uint64_t pages = (*left + vm_page_mask) & ~(uint64_t)vm_page_mask;
    mach_vm_address_t address = place->address;
    if ((start & vm_page_mask) != 0) {
        result = SERVER_ERROR_NOT_SUPPORTED;
    } else if (pages != 0) {
        result = mach_vm_map(mach_task_self_, &address, pages < place->size ? pages : place->size,
                             0, VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE, entry, start + place->offset,
                             TRUE, VM_PROT_READ | VM_PROT_WRITE, VM_PROT_ALL, VM_INHERIT_COPY);
    }
    (void)mach_port_deallocate(mach_task_self_, entry);
    return result;
}

/* The contents of FILE in fresh memory. */
static kern_return_t read_entry(struct open_file *file, const struct place *place, uint64_t *left)
{
    fs_data_t data;
    mach_msg_type_number_t count;
    kern_return_t result = file_read(file_port(file), place->offset, place->size, &data, &count);
    if (result != KERN_SUCCESS) {
        return result;
    }
    *left = count;
    if (count != 0) {
        mach_vm_size_t pages = (count + vm_page_mask) & ~(mach_vm_size_t)vm_page_mask;
        (void)mach_vm_protect(mach_task_self_, place->address, pages, FALSE,
                              VM_PROT_READ | VM_PROT_WRITE);
        memcpy((void *)place->address, data, count);
        (void)mach_vm_deallocate(mach_task_self_, (mach_vm_address_t)data, count);
    }
    return result;
}

/* The bytes behind the file's last belong to something else in the server's memory. */
static void clear_rest(const struct place *place, uint64_t left)
{
    uint64_t used = left & vm_page_mask;
    if (used != 0 && left < place->size) {
        memset((char *)place->address + left, 0, vm_page_size - used);
    }
}

static kern_return_t fill(struct open_file *file, const struct place *place, int protection)
{
    uint64_t left = 0;
    kern_return_t result = map_entry(file, place, &left);
    if (result == SERVER_ERROR_NOT_SUPPORTED) {
        result = read_entry(file, place, &left);
    }
    if (result == KERN_SUCCESS && left != 0) {
        clear_rest(place, left);
        uint64_t pages = (left + vm_page_mask) & ~(uint64_t)vm_page_mask;
        result = mach_vm_protect(mach_task_self_, place->address,
                                 pages < place->size ? pages : place->size, FALSE, protection);
    }
    return result;
}

int file_map_pages(int fd, mach_vm_address_t address, size_t size, int protection, uint64_t offset)
{
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return EBADF;
    }
    const struct place place = { address, size, offset };
    kern_return_t result = fill(file, &place, protection);
    if (server_died(result) && file_reopen(file, file_port(file)) == KERN_SUCCESS) {
        result = fill(file, &place, protection);
    }
    file_put(file);
    return result == KERN_SUCCESS ? 0 : errno_of(result);
}
