/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POSIX's view of virtual memory, over <mach/mach_vm.h>. Files can be mapped, and nobody can change them;
 * memory is never paged out.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include <mach/abi.h>

#define PROT_NONE  0x00
#define PROT_READ  0x01
#define PROT_WRITE 0x02
#define PROT_EXEC  0x04

#define MAP_SHARED             0x0001 /* children of fork() share it */
#define MAP_PRIVATE            0x0002 /* they get a copy */
#define MAP_COPY               MAP_PRIVATE
#define MAP_FIXED              0x0010 /* at this address, in place of what is there */
#define MAP_NORESERVE          0x0040
#define MAP_NOCACHE            0x0400
#define MAP_JIT                0x0800 /* code is written there while it runs: private, and zeros anywhere */
#define MAP_FILE               0x0000
#define MAP_ANON               0x1000
#define MAP_ANONYMOUS          MAP_ANON
#define MAP_RESILIENT_CODESIGN 0x2000
#define MAP_RESILIENT_MEDIA    0x4000
#define MAP_FAILED             ((void *)-1)

#define MS_ASYNC      0x0001
#define MS_INVALIDATE 0x0002
#define MS_SYNC       0x0010

#define POSIX_MADV_NORMAL     0
#define POSIX_MADV_RANDOM     1
#define POSIX_MADV_SEQUENTIAL 2
#define POSIX_MADV_WILLNEED   3
#define POSIX_MADV_DONTNEED   4
#define MADV_NORMAL           POSIX_MADV_NORMAL
#define MADV_RANDOM           POSIX_MADV_RANDOM
#define MADV_SEQUENTIAL       POSIX_MADV_SEQUENTIAL
#define MADV_WILLNEED         POSIX_MADV_WILLNEED
#define MADV_DONTNEED         POSIX_MADV_DONTNEED
#define MADV_FREE             5 /* the contents are not needed */
#define MADV_ZERO_WIRED_PAGES 6
#define MADV_FREE_REUSABLE    7  /* the same, of memory that will be used again */
#define MADV_FREE_REUSE       8  /* it is used again */
#define MADV_CAN_REUSE        9  /* whether it could be */
#define MADV_PAGEOUT          10 /* not supported */
#define MADV_ZERO             11 /* the contents are zeros from now on */

MACH_BEGIN_DECLS

/*
 * SIZE bytes with PROTECTION: of the file FD from OFFSET on, zeros behind its last byte and no memory
 * behind its last page; or with MAP_ANON zeros. FLAGS need one of MAP_SHARED and MAP_PRIVATE; without
 * MAP_FIXED the place is near ADDRESS or anywhere. With MAP_ANON, FD is -1 or flags of <mach/vm_statistics.h>:
 * VM_MAKE_TAG(), which mach_vm_region() tells, and VM_FLAGS_PURGABLE.
 *
 * Returns: MAP_FAILED with errno EINVAL, wrong flags, no size, a fixed ADDRESS or an OFFSET that is no
 * page's; EBADF; ENODEV, FD is no file; EACCES, it is not open for reading, or would be changed by what
 * is shared; ENOMEM, no room there.
 */
void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);

/* On pages: unmap; change the protection. Errors: EINVAL, ADDRESS is no page's, or wrong bits; ENOMEM,
 * not all of it is mapped (mprotect); EACCES, more than the memory allows. */
int munmap(void *address, size_t size);
int mprotect(void *address, size_t size, int protection);

/* Who gets the pages in a child of fork(): VM_INHERIT_* of <mach/vm_inherit.h>. */
int minherit(void *address, size_t size, int inheritance);

/* Have all pages in memory, where they stay. Errors: ENOMEM, not all of it is mapped. */
int mlock(const void *address, size_t size);
int munlock(const void *address, size_t size);

/* Nothing is behind the memory that it could be written to; EINVAL for unknown flags. */
int msync(void *address, size_t size, int flags);

/* A hint, which changes nothing; EINVAL if it is unknown. */
int madvise(void *address, size_t size, int advice);
int posix_madvise(void *address, size_t size, int advice);

MACH_END_DECLS
