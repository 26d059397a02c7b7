/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <sys/uio.h>: readv() and writev(), by one read() or write() over memory in between, so that a read
 * waits once and what a writev() writes to a pipe stays together as far as a write() does.
 */
#include <sys/uio.h>

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errors.h"

/* Memory as large as all places together, *SIZE bytes; null with errno set. */
static char *memory_for(const struct iovec *places, int count, size_t *size)
{
    size_t total = 0;
    bool valid = count >= 1 && count <= UIO_MAXIOV;
    for (int i = 0; i < count && valid; i++) {
        valid = !__builtin_add_overflow(total, places[i].iov_len, &total) && total <= SSIZE_MAX;
    }
    if (!valid) {
        errno = EINVAL;
        return NULL;
    }
    *size = total;
    return malloc(total > 0 ? total : 1);
}

ssize_t readv(int fd, const struct iovec *places, int count)
{
    size_t size;
    char *memory = memory_for(places, count, &size);
    if (memory == NULL) {
        return -1;
    }
    ssize_t done = read(fd, memory, size);
    size_t from = 0;
    for (int i = 0; done > 0 && from < (size_t)done; i++) {
        size_t rest = (size_t)done - from;
        size_t length = places[i].iov_len < rest ? places[i].iov_len : rest;
        memcpy(places[i].iov_base, memory + from, length);
        from += length;
    }
    free(memory);
    return done;
}

ssize_t writev(int fd, const struct iovec *places, int count)
{
    size_t size;
    size_t to = 0;
    char *memory = memory_for(places, count, &size);
    if (memory == NULL) {
        return -1;
    }
    for (int i = 0; i < count; i++) {
        memcpy(memory + to, places[i].iov_base, places[i].iov_len);
        to += places[i].iov_len;
    }
    ssize_t done = write(fd, memory, size);
    free(memory);
    return done;
}
