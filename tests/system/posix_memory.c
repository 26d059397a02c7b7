/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <sys/mman.h>: what is mapped is what was asked for, and each documented error.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mach/mach_vm.h>

#include "systest.h"

#define PAGES 3

/* EXPECT that CALL fails with CODE. */
#define EXPECT_ERRNO(call, code)  \
    do {                          \
        errno = 0;                \
        EXPECT((call));           \
        EXPECT_EQ(errno, (code)); \
    } while (false)

static void *map(int protection, int flags)
{
    return mmap(NULL, PAGES * vm_page_size, protection, MAP_ANON | flags, -1, 0);
}

CASE(mapped_memory_is_zero_and_goes)
{
    char *memory = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
    if (!EXPECT(memory != MAP_FAILED)) {
        return;
    }
    EXPECT_EQ(memory[PAGES * vm_page_size - 1], 0);
    memset(memory, 1, PAGES * vm_page_size);
    EXPECT_EQ(munmap(memory, PAGES * vm_page_size), 0);
    EXPECT_ERRNO(mprotect(memory, vm_page_size, PROT_READ) == -1, ENOMEM);
}

CASE(a_fixed_place_replaces_what_is_there)
{
    char *memory = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
    memory[0] = 1;
    EXPECT_EQ(mmap(memory, 1, PROT_READ, MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0), memory);
    EXPECT_EQ(memory[0], 0);
    EXPECT_EQ(munmap(memory, PAGES * vm_page_size), 0);
}

/* The protection and inheritance of the page at MEMORY. */
static vm_region_basic_info_data_64_t info_of(const void *memory)
{
    mach_vm_address_t address = (mach_vm_address_t)memory;
    mach_vm_size_t size = 0;
    mach_port_t object;
    vm_region_basic_info_data_64_t info = {};
    mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
    EXPECT_OK(mach_vm_region(mach_task_self(), &address, &size, VM_REGION_BASIC_INFO_64,
                             (vm_region_info_t)&info, &count, &object));
    return info;
}

CASE(protection_and_inheritance_are_the_maps)
{
    char *memory = map(PROT_READ, MAP_SHARED);
    EXPECT_EQ(info_of(memory).protection, VM_PROT_READ);
    EXPECT_EQ(info_of(memory).inheritance, VM_INHERIT_SHARE);
    EXPECT_EQ(mprotect(memory, vm_page_size, PROT_READ | PROT_WRITE), 0);
    EXPECT_EQ(info_of(memory).protection, VM_PROT_READ | VM_PROT_WRITE);
    EXPECT_EQ(minherit(memory, PAGES * vm_page_size, VM_INHERIT_NONE), 0);
    EXPECT_EQ(info_of(memory).inheritance, VM_INHERIT_NONE);
    EXPECT_ERRNO(minherit(memory, vm_page_size, 77) == -1, EINVAL);
    EXPECT_ERRNO(mprotect(memory, vm_page_size, 0x100) == -1, EINVAL);
    EXPECT_OK(mach_vm_protect(mach_task_self(), (mach_vm_address_t)memory, vm_page_size, TRUE,
                              VM_PROT_READ));
    EXPECT_ERRNO(mprotect(memory, vm_page_size, PROT_WRITE) == -1, EACCES);
    EXPECT_EQ(munmap(memory, PAGES * vm_page_size), 0);
}

/* The contents of the file at PATH, read the other way. Returns: how many bytes. */
static size_t contents_of(const char *path, char *data, size_t size)
{
    int fd = open(path, O_RDONLY);
    size_t done = 0;
    ssize_t count;
    while (done < size && (count = read(fd, data + done, size - done)) > 0) {
        done += (size_t)count;
    }
    EXPECT(fd >= 0 && done > 0);
    EXPECT_EQ(close(fd), 0);
    return done;
}

CASE(zeros_can_have_a_tag)
{
    const int flags = MAP_ANON | MAP_PRIVATE;
    void *memory = mmap(NULL, vm_page_size, PROT_READ, flags,
                        VM_MAKE_TAG(VM_MEMORY_APPLICATION_SPECIFIC_1), 0);
    mach_vm_address_t address = (mach_vm_address_t)memory;
    mach_vm_size_t size = 0;
    mach_port_t object;
    vm_region_extended_info_data_t info = {};
    mach_msg_type_number_t count = VM_REGION_EXTENDED_INFO_COUNT;
    EXPECT(memory != MAP_FAILED);
    EXPECT_OK(mach_vm_region(mach_task_self(), &address, &size, VM_REGION_EXTENDED_INFO,
                             (vm_region_info_t)&info, &count, &object));
    EXPECT_EQ(info.user_tag, VM_MEMORY_APPLICATION_SPECIFIC_1);
    EXPECT_EQ(munmap(memory, vm_page_size), 0);
    EXPECT_ERRNO(mmap(NULL, vm_page_size, PROT_READ, flags, VM_FLAGS_NO_CACHE, 0) == MAP_FAILED,
                 EINVAL);
}

CASE(code_can_be_written_and_run)
{
    static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 }; /* mov $42, %eax; ret */
    const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
    void *memory = map(all, MAP_PRIVATE | MAP_JIT);
    if (EXPECT(memory != MAP_FAILED)) {
        memcpy(memory, code, sizeof(code));
        EXPECT_EQ(((int (*)(void))memory)(), 42);
        EXPECT_EQ(munmap(memory, PAGES * vm_page_size), 0);
    }
    EXPECT_ERRNO(map(all, MAP_SHARED | MAP_JIT) == MAP_FAILED, EINVAL);
    EXPECT_ERRNO(map(all, MAP_PRIVATE | MAP_JIT | MAP_RESILIENT_MEDIA) == MAP_FAILED, EINVAL);
    EXPECT_ERRNO(mmap(NULL, 1, all, MAP_PRIVATE | MAP_JIT, 0, 0) == MAP_FAILED, EINVAL);
}

CASE(a_file_is_memory)
{
    static char contents[8192];
    size_t size = contents_of("/etc/init.conf", contents, sizeof(contents));
    int fd = open("/etc/init.conf", O_RDONLY);
    char *memory = mmap(NULL, 2 * vm_page_size, PROT_READ, MAP_SHARED, fd, 0);
    EXPECT_EQ(close(fd), 0);
    if (!EXPECT(memory != MAP_FAILED && size < vm_page_size)) {
        return;
    }
    EXPECT_EQ(memcmp(memory, contents, size), 0);
    for (size_t i = size; i < vm_page_size; i++) {
        if (!EXPECT_EQ(memory[i], 0)) {
            break;
        }
    }
    EXPECT_EQ(info_of(memory).protection, VM_PROT_READ);
    EXPECT_EQ(info_of(memory + vm_page_size).protection, VM_PROT_NONE);
    EXPECT_EQ(munmap(memory, 2 * vm_page_size), 0);
}

CASE(what_is_private_does_not_change_the_file)
{
    static char contents[8192];
    size_t size = contents_of("/etc/init.conf", contents, sizeof(contents));
    int fd = open("/etc/init.conf", O_RDONLY);
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (EXPECT(memory != MAP_FAILED)) {
        memory[0] ^= 1;
        char *other = mmap(memory, size, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
        EXPECT_EQ(other, memory);
        EXPECT_EQ(memcmp(memory, contents, size), 0);
        EXPECT_EQ(munmap(memory, size), 0);
    }
    EXPECT_EQ(close(fd), 0);
}

CASE(pages_of_a_long_file)
{
    static char contents[3 * 4096];
    size_t size = contents_of("/bin/ls", contents, sizeof(contents));
    int fd = open("/bin/ls", O_RDONLY);
    char *memory = mmap(NULL, 100, PROT_READ, MAP_PRIVATE, fd, 2 * 4096);
    EXPECT_EQ(size, sizeof(contents));
    if (EXPECT(memory != MAP_FAILED)) {
        EXPECT_EQ(memcmp(memory, contents + 2 * 4096, 4096), 0);
        EXPECT_EQ(munmap(memory, 100), 0);
    }
    EXPECT_EQ(close(fd), 0);
}

/* What proc makes up has no memory behind it. */
static void map_made_text(void)
{
    int fd = open("/proc/meminfo", O_RDONLY);
    char *memory = mmap(NULL, vm_page_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (EXPECT(memory != MAP_FAILED)) {
        EXPECT_EQ(memcmp(memory, "Total:", 6), 0);
        EXPECT_EQ(munmap(memory, vm_page_size), 0);
    }
    EXPECT_EQ(close(fd), 0);
}

/* The process server's memory may grow by what it takes to make the text, and stays. */
void systest_prepare(void)
{
    map_made_text();
}

CASE(a_text_that_is_made_is_memory_too)
{
    map_made_text();
}

CASE(wrong_arguments_of_mmap)
{
    EXPECT_ERRNO(mmap(NULL, 0, PROT_READ, MAP_ANON | MAP_PRIVATE, -1, 0) == MAP_FAILED, EINVAL);
    EXPECT_ERRNO(map(PROT_READ, 0) == MAP_FAILED, EINVAL);
    EXPECT_ERRNO(map(PROT_READ, MAP_PRIVATE | MAP_SHARED) == MAP_FAILED, EINVAL);
    EXPECT_ERRNO(map(0x100, MAP_PRIVATE) == MAP_FAILED, EINVAL);
    EXPECT_ERRNO(map(PROT_READ, MAP_PRIVATE | 0x40000000) == MAP_FAILED, EINVAL);
    EXPECT_ERRNO(mmap((void *)1, 1, PROT_READ, MAP_ANON | MAP_PRIVATE | MAP_FIXED, -1, 0) ==
                     MAP_FAILED,
                 EINVAL);
    EXPECT_ERRNO(mmap(NULL, 1, PROT_READ, MAP_PRIVATE, 0, 0) == MAP_FAILED, ENODEV);
    EXPECT_ERRNO(mmap(NULL, 1, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED, EBADF);
    int fd = open("/etc/init.conf", O_RDONLY);
    EXPECT_ERRNO(mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 1) == MAP_FAILED, EINVAL);
    EXPECT_ERRNO(mmap(NULL, 1, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED, EACCES);
    EXPECT_EQ(close(fd), 0);
    EXPECT_ERRNO(mmap(NULL, (size_t)1 << 50, PROT_READ, MAP_ANON | MAP_PRIVATE, -1, 0) ==
                     MAP_FAILED,
                 ENOMEM);
}

CASE(wrong_arguments_of_the_others)
{
    char *memory = map(PROT_READ, MAP_PRIVATE);
    EXPECT_ERRNO(munmap(memory + 1, vm_page_size) == -1, EINVAL);
    EXPECT_ERRNO(munmap(memory, 0) == -1, EINVAL);
    EXPECT_ERRNO(mprotect(memory + 1, vm_page_size, PROT_READ) == -1, EINVAL);
    EXPECT_ERRNO(minherit(memory + 1, vm_page_size, VM_INHERIT_COPY) == -1, EINVAL);
    EXPECT_ERRNO(msync(memory, vm_page_size, 0x1000) == -1, EINVAL);
    EXPECT_EQ(msync(memory, vm_page_size, MS_SYNC), 0);
    EXPECT_ERRNO(madvise(memory, vm_page_size, 99) == -1, EINVAL);
    EXPECT_EQ(madvise(memory, vm_page_size, MADV_RANDOM), 0);
    EXPECT_EQ(posix_madvise(memory, vm_page_size, 99), EINVAL);
    EXPECT_EQ(mlock(memory, PAGES * vm_page_size), 0);
    EXPECT_EQ(munlock(memory, PAGES * vm_page_size), 0);
    EXPECT_EQ(munmap(memory, PAGES * vm_page_size), 0);
    EXPECT_ERRNO(mlock(memory, vm_page_size) == -1, ENOMEM);
    EXPECT_ERRNO(munlock(memory, vm_page_size) == -1, ENOMEM);
}
