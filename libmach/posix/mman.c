/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <sys/mman.h> over the calls of mach_vm.defs. The bits of protections are the same. Under a file lies
 * memory that nobody may touch: what the file does not reach stays so.
 */
#include <sys/mman.h>

#include <errno.h>
#include <stdint.h>

#include <mach/mach_init.h>
#include <mach/mach_vm.h>
#include <mach/vm_page_size.h>

#include "errors.h"
#include "file_pages.h"

#define PROT_KNOWN (PROT_READ | PROT_WRITE | PROT_EXEC)
#define MAP_KNOWN                                                                              \
    (MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE | MAP_NOCACHE | MAP_JIT | MAP_ANON | \
     MAP_RESILIENT_CODESIGN | MAP_RESILIENT_MEDIA)
#define MAP_NOT_JIT (MAP_SHARED | MAP_FIXED | MAP_RESILIENT_CODESIGN | MAP_RESILIENT_MEDIA)
#define VM_FLAGS_FD (VM_FLAGS_ALIAS_MASK | VM_FLAGS_PURGABLE) /* what may stand for a file */
#define NO_FILE     (-1)

static bool is_page(const void *address)
{
    return ((uintptr_t)address & vm_page_mask) == 0;
}

/* 0, or -1 with the errno for RESULT. */
static int answer(kern_return_t result)
{
    switch (result) {
    case KERN_SUCCESS: return 0;
    case KERN_PROTECTION_FAILURE: return fail_errno(EACCES);
    case KERN_INVALID_ARGUMENT: return fail_errno(EINVAL);
    default: return fail_errno(ENOMEM);
    }
}

/* The errno for arguments that no mapping can have, or 0. */
static int mmap_fault(const void *address, size_t size, int protection, int flags, int fd,
                      off_t offset)
{
    int sharing = flags & (MAP_SHARED | MAP_PRIVATE);
    if (size == 0 || size > SIZE_MAX - vm_page_size || (flags & ~MAP_KNOWN) != 0 ||
        (protection & ~PROT_KNOWN) != 0 || (sharing != MAP_SHARED && sharing != MAP_PRIVATE) ||
        ((flags & MAP_FIXED) != 0 && !is_page(address))) {
        return EINVAL;
    }
    if ((flags & MAP_JIT) != 0 && ((flags & MAP_ANON) == 0 || (flags & MAP_NOT_JIT) != 0)) {
        return EINVAL;
    }
    if ((flags & MAP_ANON) != 0 && fd != NO_FILE && (fd & ~VM_FLAGS_FD) != 0) {
        return EINVAL;
    }
    return (flags & MAP_ANON) == 0 && (offset < 0 || !is_page((const void *)offset)) ? EINVAL : 0;
}

/* SIZE bytes, whole pages, of fresh memory; VM_FLAGS are the kernel's. Returns: 0, or the errno. */
static int map_zeros(mach_vm_address_t *place, size_t size, int protection, int flags, int vm_flags)
{
    int how = (flags & MAP_FIXED) != 0 ? VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE : VM_FLAGS_ANYWHERE;
    vm_inherit_t inheritance = (flags & MAP_SHARED) != 0 ? VM_INHERIT_SHARE : VM_INHERIT_COPY;
    kern_return_t result =
        mach_vm_map(mach_task_self_, place, size, 0, how | vm_flags, MEMORY_OBJECT_NULL, 0, FALSE,
                    protection, VM_PROT_ALL, inheritance);
    return result == KERN_SUCCESS ? 0 : ENOMEM;
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    errno = mmap_fault(address, size, protection, flags, fd, offset);
    if (errno != 0) {
        return MAP_FAILED;
    }
    mach_vm_address_t place = (mach_vm_address_t)address;
    size = (size + vm_page_mask) & ~vm_page_mask;
    if ((flags & MAP_ANON) != 0) {
        errno = map_zeros(&place, size, protection, flags, fd == NO_FILE ? 0 : fd);
    } else {
        errno = file_protection_fault(fd, protection, flags);
        if (errno == 0) {
            errno = map_zeros(&place, size, PROT_NONE, flags, 0);
        }
        if (errno == 0) {
            errno = file_map_pages(fd, place, size, protection, (uint64_t)offset);
            if (errno != 0) {
                (void)mach_vm_deallocate(mach_task_self_, place, size);
            }
        }
    }
    return errno == 0 ? (void *)place : MAP_FAILED;
}

int munmap(void *address, size_t size)
{
    if (!is_page(address) || size == 0) {
        return fail_errno(EINVAL);
    }
    return mach_vm_deallocate(mach_task_self_, (mach_vm_address_t)address, size) == KERN_SUCCESS
               ? 0
               : fail_errno(EINVAL);
}

int mprotect(void *address, size_t size, int protection)
{
    if (!is_page(address)) {
        return fail_errno(EINVAL);
    }
    return answer(mach_vm_protect(mach_task_self_, (mach_vm_address_t)address, size, FALSE,
                                  (vm_prot_t)protection));
}

int minherit(void *address, size_t size, int inheritance)
{
    if (!is_page(address)) {
        return fail_errno(EINVAL);
    }
    return answer(mach_vm_inherit(mach_task_self_, (mach_vm_address_t)address, size,
                                  (vm_inherit_t)inheritance));
}

/* Whether all of a range is mapped. */
static bool is_mapped(uintptr_t start, uintptr_t end)
{
    while (start < end) {
        mach_vm_address_t address = start;
        mach_vm_size_t size = 0;
        mach_port_t object;
        vm_region_basic_info_data_64_t info;
        mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
        if (mach_vm_region(mach_task_self_, &address, &size, VM_REGION_BASIC_INFO_64,
                           (vm_region_info_t)&info, &count, &object) != KERN_SUCCESS ||
            address > start || (info.protection & VM_PROT_READ) == 0) {
            return false;
        }
        start = address + size;
    }
    return true;
}

int mlock(const void *address, size_t size)
{
    uintptr_t start = (uintptr_t)address & ~vm_page_mask;
    uintptr_t end = (uintptr_t)address + size;
    if (end < start || !is_mapped(start, end)) {
        return fail_errno(ENOMEM);
    }
    for (; start < end; start += vm_page_size) {
        (void)*(const volatile char *)start;
    }
    return 0;
}

int munlock(const void *address, size_t size)
{
    uintptr_t start = (uintptr_t)address & ~vm_page_mask;
    return is_mapped(start, (uintptr_t)address + size) ? 0 : fail_errno(ENOMEM);
}

int msync(void *address, [[maybe_unused]] size_t size, int flags)
{
    bool is_known = (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) == 0;
    return is_page(address) && is_known ? 0 : fail_errno(EINVAL);
}

/* What the kernel calls each advice. */
static const vm_behavior_t behaviors[] = {
    [MADV_NORMAL] = VM_BEHAVIOR_DEFAULT,
    [MADV_RANDOM] = VM_BEHAVIOR_RANDOM,
    [MADV_SEQUENTIAL] = VM_BEHAVIOR_SEQUENTIAL,
    [MADV_WILLNEED] = VM_BEHAVIOR_WILLNEED,
    [MADV_DONTNEED] = VM_BEHAVIOR_DONTNEED,
    [MADV_FREE] = VM_BEHAVIOR_FREE,
    [MADV_ZERO_WIRED_PAGES] = VM_BEHAVIOR_ZERO_WIRED_PAGES,
    [MADV_FREE_REUSABLE] = VM_BEHAVIOR_REUSABLE,
    [MADV_FREE_REUSE] = VM_BEHAVIOR_REUSE,
    [MADV_CAN_REUSE] = VM_BEHAVIOR_CAN_REUSE,
    [MADV_PAGEOUT] = VM_BEHAVIOR_PAGEOUT,
    [MADV_ZERO] = VM_BEHAVIOR_ZERO,
};

int madvise(void *address, size_t size, int advice)
{
    if (advice < 0 || advice >= (int)(sizeof(behaviors) / sizeof(behaviors[0]))) {
        return fail_errno(EINVAL);
    }
    if (advice == MADV_PAGEOUT) {
        return fail_errno(ENOTSUP); /* as on Darwin, but for kernels for tests */
    }
    switch (mach_vm_behavior_set(mach_task_self(), (mach_vm_address_t)address, size,
                                 behaviors[advice])) {
    case KERN_SUCCESS: return 0;
    case KERN_NO_SPACE: return fail_errno(ENOMEM);
    case KERN_PROTECTION_FAILURE: return fail_errno(EPERM);
    case KERN_NO_ACCESS: return fail_errno(ENOTSUP);
    default: return fail_errno(EINVAL);
    }
}

int posix_madvise(void *address, size_t size, int advice)
{
    return madvise(address, size, advice) == 0 ? 0 : EINVAL;
}
