/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping is the way; what cannot be mapped is read.
 */
#include "executable.h"

#include <mach/mach_vm.h>
#include <mach_r/server_errors.h>
#include <mach_r/timed_fs.h>

#include "proc.h"

/* No program is larger. */
#define FILE_SIZE_MAX (UINT64_C(1) << 30)

#define PAGE_BITS UINT64_C(4095)

static kern_return_t map_file(mach_port_t file, struct task_executable *executable)
{
    uint64_t size;
    mach_vm_address_t address = 0;
    kern_return_t result =
        timed_file_map(file, &executable->entry, &executable->entry_offset, &size);
    if (result != KERN_SUCCESS) {
        return result;
    }
    if ((executable->entry_offset & PAGE_BITS) == 0 && size != 0 && size <= FILE_SIZE_MAX) {
        result = mach_vm_map(mach_task_self(), &address, size, 0, VM_FLAGS_ANYWHERE,
                             executable->entry, executable->entry_offset, TRUE, VM_PROT_READ,
                             VM_PROT_READ, VM_INHERIT_NONE);
    } else {
        result = SERVER_ERROR_NOT_SUPPORTED;
    }
    if (result != KERN_SUCCESS) {
        right_release(&executable->entry);
        return result;
    }
    executable->file = (const void *)address;
    executable->size = size;
    return KERN_SUCCESS;
}

static kern_return_t read_file(mach_port_t file, struct task_executable *executable)
{
    fs_data_t data;
    mach_msg_type_number_t count;
    kern_return_t result = timed_file_read(file, 0, FILE_SIZE_MAX, &data, &count);
    if (result != KERN_SUCCESS) {
        return SERVER_ERROR_IO;
    }
    executable->file = data;
    executable->size = count;
    return KERN_SUCCESS;
}

kern_return_t executable_open(mach_port_t file, struct task_executable *executable)
{
    *executable = (struct task_executable){};
    kern_return_t result = map_file(file, executable);
    if (result == SERVER_ERROR_IS_DIRECTORY) {
        return result;
    }
    if (result == MACH_RCV_TIMED_OUT || result == MACH_SEND_TIMED_OUT) {
        return SERVER_ERROR_IO;
    }
    return result == KERN_SUCCESS ? KERN_SUCCESS : read_file(file, executable);
}

void executable_close(struct task_executable *executable)
{
    if (executable->size != 0) {
        (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)executable->file,
                                 executable->size);
    }
    right_release(&executable->entry);
    *executable = (struct task_executable){};
}
