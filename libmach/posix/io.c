/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open(), read(), write(), lseek() and what describes files. Small transfers travel in the message;
 * a long read of a file comes out of line, by the page, in one call.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/mach_time.h>
#include <mach/mach_vm.h>

#include "../mach/mach_time.h"
#include "../rpc/stubs.h"
#include "errors.h"
#include "files.h"
#include "path.h"
#include "poll.h"
#include "terminal.h"

/* From this length on a file is read out of line. */
#define LONG_READ (4 * IO_INLINE_MAX)

/* Call the server of FILE by CALL, an expression over `port`; once more if it was restarted. */
#define CALL_WITH_RETRY(file, result, call)                                     \
    do {                                                                        \
        mach_port_t port = file_port(file);                                     \
        (result) = (call);                                                      \
        if (server_died(result) && file_reopen((file), port) == KERN_SUCCESS) { \
            port = file_port(file);                                             \
            (result) = (call);                                                  \
        }                                                                       \
    } while (0)

static int lookup_flags(int flags)
{
    return ((flags & O_CREAT) != 0 ? FS_LOOKUP_FLAG_CREATE : 0) |
           ((flags & O_EXCL) != 0 ? FS_LOOKUP_FLAG_EXCLUSIVE : 0) |
           ((flags & O_TRUNC) != 0 ? FS_LOOKUP_FLAG_TRUNCATE : 0) |
           ((flags & O_DIRECTORY) != 0 ? FS_LOOKUP_FLAG_DIRECTORY : 0) |
           ((flags & O_ACCMODE) != O_RDONLY ? FS_LOOKUP_FLAG_WRITE : 0);
}

/* An open file for the node at PATH; null with errno set. */
static struct open_file *open_path(const char *path, int flags)
{
    char absolute[FS_PATH_MAX];
    mach_port_t node;
    int error = path_absolute(path, absolute, sizeof(absolute));
    if (error != 0) {
        errno = error;
        return NULL;
    }
    kern_return_t result = path_lookup(path, lookup_flags(flags), &node);
    if (result != KERN_SUCCESS) {
        errno = errno_of(result);
        return NULL;
    }
    struct open_file *file = file_create(node, absolute, flags);
    if (file == NULL) {
        (void)mach_port_deallocate(mach_task_self_, node);
    }
    return file;
}

int open(const char *path, int flags, ...)
{
    struct open_file *file = open_path(path, flags);
    if (file == NULL) {
        return -1;
    }
    int fd = file_install(file, 0);
    if (fd < 0) {
        file_put(file);
    }
    return fd;
}

static int io_flags(const struct open_file *file)
{
    return ((file->flags & O_NONBLOCK) != 0 ? IO_NO_WAIT : 0) |
           ((file->flags & O_APPEND) != 0 ? IO_APPEND : 0);
}

/*
 * At most IO_INLINE_MAX bytes. The server may send that many whatever was asked for, so only a
 * buffer that large is given to it directly.
 */
static kern_return_t read_inline(struct open_file *file, char *buffer, size_t *amount)
{
    io_data_t bounce;
    mach_msg_type_number_t count = IO_INLINE_MAX;
    unsigned int wanted = *amount < IO_INLINE_MAX ? (unsigned int)*amount : IO_INLINE_MAX;
    char *target = *amount < IO_INLINE_MAX ? bounce : buffer;
    kern_return_t result;
    CALL_WITH_RETRY(file, result,
                    io_read(port, file->offset, wanted, io_flags(file), target, &count));
    if (result != KERN_SUCCESS) {
        return result;
    }
    *amount = count < wanted ? count : wanted;
    if (target == bounce) {
        memcpy(buffer, bounce, *amount);
    }
    return KERN_SUCCESS;
}

static kern_return_t read_out_of_line(struct open_file *file, char *buffer, size_t *amount)
{
    fs_data_t data;
    mach_msg_type_number_t count;
    kern_return_t result;
    CALL_WITH_RETRY(file, result, file_read(port, file->offset, *amount, &data, &count));
    if (result != KERN_SUCCESS) {
        return result;
    }
    *amount = count < *amount ? count : *amount;
    memcpy(buffer, data, *amount);
    if (count != 0) {
        (void)mach_vm_deallocate(mach_task_self_, (mach_vm_address_t)data, count);
    }
    return KERN_SUCCESS;
}

static void advance(struct open_file *file, size_t amount)
{
    (void)__atomic_add_fetch(&file->offset, amount, __ATOMIC_RELAXED);
}

/* Wait for what is typed, for as long as VTIME says, before a read that does not wait. */
static void be_patient(struct open_file *file)
{
    uint32_t tenths = terminal_patience();
    if (tenths != 0 && file->type == IO_TYPE_TERMINAL) {
        uint64_t span = mach_time_from_ns(tenths * (NSEC_PER_SEC / 10));
        file_wait(file, mach_absolute_time() + span);
    }
}

/* Only files have positions, and only they do not make a reader wait, which no writer may have to. */
static kern_return_t read_some(struct open_file *file, char *buffer, size_t *amount)
{
    kern_return_t result;
    if (file_type(file) != IO_TYPE_FILE) {
        be_patient(file);
        result = read_inline(file, buffer, amount);
        if (result == KERN_SUCCESS) {
            advance(file, *amount);
        }
        return result;
    }
    turn_lock(&file->order);
    result = *amount >= LONG_READ ? read_out_of_line(file, buffer, amount)
                                  : read_inline(file, buffer, amount);
    if (result == KERN_SUCCESS) {
        advance(file, *amount);
    }
    turn_unlock(&file->order);
    return result;
}

ssize_t read(int fd, void *buffer, size_t size)
{
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return -1;
    }
    kern_return_t result = SERVER_ERROR_BAD_MODE;
    if ((file->flags & O_ACCMODE) != O_WRONLY) {
        result = size == 0 ? KERN_SUCCESS : read_some(file, buffer, &size);
    }
    file_put(file);
    return result == KERN_SUCCESS ? (ssize_t)size : fail(result);
}

/* Write up to IO_INLINE_MAX of SIZE bytes. *WRITTEN is how many went. */
static kern_return_t write_some(struct open_file *file, const char *data, size_t size,
                                unsigned int *written)
{
    mach_msg_type_number_t count =
        size < IO_INLINE_MAX ? (mach_msg_type_number_t)size : IO_INLINE_MAX;
    kern_return_t result;
    CALL_WITH_RETRY(file, result,
                    io_write(port, file->offset, io_flags(file), (char *)data, count, written));
    if (result == KERN_SUCCESS && *written > count) {
        result = SERVER_ERROR_IO;
    }
    return result;
}

/* Returns: the error that ended it; *SIZE becomes the number of bytes written. */
static kern_return_t write_all(struct open_file *file, const char *data, size_t *size)
{
    kern_return_t result = KERN_SUCCESS;
    size_t done = 0;
    turn_lock(&file->order);
    while (done < *size) {
        unsigned int written = 0;
        result = write_some(file, data + done, *size - done, &written);
        if (result != KERN_SUCCESS || written == 0) {
            break;
        }
        advance(file, written);
        done += written;
    }
    turn_unlock(&file->order);
    *size = done;
    return result;
}

ssize_t write(int fd, const void *data, size_t size)
{
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return -1;
    }
    kern_return_t result = SERVER_ERROR_BAD_MODE;
    size_t done = 0;
    if ((file->flags & O_ACCMODE) != O_RDONLY) {
        done = size;
        result = write_all(file, data, &done);
    }
    file_put(file);
    if (done > 0 || result == KERN_SUCCESS) {
        return (ssize_t)done;
    }
    if (result == SERVER_ERROR_NO_READER) {
        (void)raise(SIGPIPE);
    }
    return fail(result);
}

/* Where WHENCE counts from; -1 with errno set. */
static off_t seek_base(struct open_file *file, int whence)
{
    io_stat_t stat;
    kern_return_t result;
    switch (whence) {
    case SEEK_SET: return 0;
    case SEEK_CUR: return (off_t)file->offset;
    case SEEK_END:
        result = file_stat(file, &stat);
        return result == KERN_SUCCESS ? (off_t)stat.size : fail(result);
    default: return fail_errno(EINVAL);
    }
}

/* Locks: the file's order. */
static off_t seek(struct open_file *file, off_t offset, int whence)
{
    off_t place;
    off_t base = seek_base(file, whence);
    if (base < 0) {
        return -1;
    }
    if (__builtin_add_overflow(base, offset, &place) || place < 0) {
        return fail_errno(EINVAL);
    }
    file->offset = (uint64_t)place;
    return place;
}

off_t lseek(int fd, off_t offset, int whence)
{
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return -1;
    }
    off_t place = -1;
    if (file_type(file) == IO_TYPE_FILE) {
        turn_lock(&file->order);
        place = seek(file, offset, whence);
        turn_unlock(&file->order);
    } else {
        errno = ESPIPE;
    }
    file_put(file);
    return place;
}

static mode_t type_bits(uint32_t type)
{
    switch (type) {
    case IO_TYPE_FILE: return S_IFREG;
    case IO_TYPE_DIRECTORY: return S_IFDIR;
    case IO_TYPE_LINK: return S_IFLNK;
    case IO_TYPE_STREAM: return S_IFIFO;
    default: return S_IFCHR;
    }
}

static int describe(struct open_file *file, struct stat *result)
{
    io_stat_t stat;
    kern_return_t error = file_stat(file, &stat);
    if (error != KERN_SUCCESS) {
        return fail(error);
    }
    memset(result, 0, sizeof(*result));
    result->st_dev = (dev_t)stat.server;
    result->st_ino = (ino_t)stat.node;
    result->st_mode = type_bits(stat.type) | stat.mode;
    result->st_nlink = (nlink_t)stat.links;
    result->st_uid = (uid_t)stat.uid;
    result->st_gid = (gid_t)stat.gid;
    result->st_size = (off_t)stat.size;
    result->st_mtime = (time_t)stat.modified;
    result->st_blksize = (blksize_t)stat.block_size;
    result->st_blocks = (blkcnt_t)((stat.size + 511) / 512);
    return 0;
}

int fstat(int fd, struct stat *result)
{
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return -1;
    }
    int error = describe(file, result);
    file_put(file);
    return error;
}

int stat(const char *restrict path, struct stat *restrict result)
{
    struct open_file *file = open_path(path, O_RDONLY);
    if (file == NULL) {
        return -1;
    }
    int error = describe(file, result);
    file_put(file);
    return error;
}

int access(const char *path, int mode)
{
    struct stat description;
    if (stat(path, &description) != 0) {
        return -1;
    }
    if ((mode & X_OK) != 0 && (description.st_mode & 0111) == 0) {
        return fail_errno(EACCES);
    }
    return (mode & W_OK) != 0 && (description.st_mode & 0222) == 0 ? fail_errno(EROFS) : 0;
}

int isatty(int fd)
{
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return 0;
    }
    bool is_terminal = file_type(file) == IO_TYPE_TERMINAL;
    file_put(file);
    if (!is_terminal) {
        errno = ENOTTY;
    }
    return is_terminal;
}
