/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot archive: a memory entry from the kernel, mapped for reading.
 */
#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach_r/startup.h>

#include "init.h"

bool init_archive_map(struct init_archive *archive)
{
    mach_vm_address_t address = 0;
    *archive = (struct init_archive){
        .size = startup_block()->initrd_size,
        .entry = startup_port(STARTUP_PORT_INITRD),
    };
    if (archive->entry == MACH_PORT_NULL) {
        init_log("there is no boot archive: GRUB's second module is missing (see grub.cfg)");
        return false;
    }
    kern_return_t result =
        mach_vm_map(mach_task_self(), &address, archive->size, 0, VM_FLAGS_ANYWHERE, archive->entry,
                    0, FALSE, VM_PROT_READ, VM_PROT_READ, VM_INHERIT_NONE);
    if (result != KERN_SUCCESS) {
        init_log("cannot map the boot archive: %s", mach_error_string(result));
        return false;
    }
    archive->data = (const char *)address;
    return true;
}
