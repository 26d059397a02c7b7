/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Darwin's library has beside POSIX: calls by number, the program's path, images; and of POSIX
 * what newlib has under other names, or not.
 */
#include <errno.h>
#include <limits.h>
#include <mach-o/dyld.h>
#include <mach-o/fat.h>
#include <mach-o/getsect.h>
#include <mach-o/nlist.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "systest.h"

static_assert(sizeof(struct mach_header_64) == 32 && sizeof(struct segment_command_64) == 72);
static_assert(sizeof(struct section_64) == 80 && sizeof(struct nlist_64) == 16);
static_assert(sizeof(struct dysymtab_command) == 80 && sizeof(struct fat_arch) == 20);
static_assert(sizeof(struct dyld_info_command) == 48 && sizeof(struct dylib_command) == 24);

CASE(calls_have_numbers)
{
    char text[4] = "";
    uint64_t id = 0;
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(syscall(SYS_write, ends[1], "abc", 3), 3);
    EXPECT_EQ(syscall(SYS_read, ends[0], text, 3), 3);
    EXPECT_EQ(strcmp(text, "abc"), 0);
    EXPECT_EQ(syscall(SYS_close, ends[0]), 0);
    EXPECT_EQ(syscall(SYS_close, ends[1]), 0);
    EXPECT(syscall(SYS_close, ends[1]) == -1 && errno == EBADF);
    EXPECT_EQ(syscall(SYS_getpid), getpid());
    EXPECT_EQ(syscall(SYS_getppid), getppid());
    EXPECT_EQ(pthread_threadid_np(NULL, &id), 0);
    EXPECT_EQ(syscall(SYS_thread_selfid), (int)id);
    EXPECT_EQ(syscall(SYS_getdtablesize), getdtablesize());
    EXPECT(syscall(SYS_munmap, 1, 1) == -1 && errno == EINVAL);
    EXPECT(syscall(9999) == -1 && errno == ENOSYS);
}

CASE(a_program_knows_its_path)
{
    char path[1024] = "";
    uint32_t size = sizeof(path), too_small = 3;
    unsigned long length = 1;
    EXPECT_EQ(_NSGetExecutablePath(path, &size), 0);
    EXPECT(strstr(path, "posix_darwin") != NULL);
    EXPECT_EQ(_NSGetExecutablePath(path, &too_small), -1);
    EXPECT_EQ(too_small, strlen(path) + 1);
    EXPECT_EQ(_dyld_image_count(), 0);
    EXPECT(_dyld_get_image_header(0) == NULL && _dyld_get_image_name(0) == NULL);
    EXPECT(getsectdata(SEG_TEXT, SECT_TEXT, &length) == NULL && length == 0);
}

CASE(lines_are_read_whole)
{
    int ends[2];
    char *line = NULL;
    size_t size = 0;
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(write(ends[1], "one\ntwo;three", 13), 13);
    EXPECT_EQ(close(ends[1]), 0);
    FILE *file = fdopen(ends[0], "r");
    EXPECT_EQ(getline(&line, &size, file), 4);
    EXPECT_EQ(strcmp(line, "one\n"), 0);
    EXPECT_EQ(getdelim(&line, &size, ';', file), 4);
    EXPECT_EQ(strcmp(line, "two;"), 0);
    EXPECT_EQ(getline(&line, &size, file), 5);
    EXPECT(size > 5 && strcmp(line, "three") == 0);
    EXPECT_EQ(getline(&line, &size, file), -1);
    EXPECT_EQ(fclose(file), 0);
    free(line);
}

CASE(paths_become_real)
{
    char path[PATH_MAX];
    EXPECT(realpath("/bin/../bin/./echo", path) == path && strcmp(path, "/bin/echo") == 0);
    char *own = realpath("/", NULL);
    EXPECT(own != NULL && strcmp(own, "/") == 0);
    free(own);
    EXPECT(realpath("/bin/nothing", path) == NULL && errno == ENOENT);
    EXPECT(realpath("", path) == NULL && errno == ENOENT);
    EXPECT(realpath(NULL, path) == NULL && errno == EINVAL);
}

/* The server's memory for a pipe, and the C library's for a stream. */
void systest_prepare(void)
{
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    FILE *file = fdopen(ends[0], "r");
    EXPECT_EQ(close(ends[1]), 0);
    EXPECT_EQ(fgetc(file), EOF);
    EXPECT_EQ(fclose(file), 0);
}
