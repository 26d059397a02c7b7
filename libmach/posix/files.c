/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of descriptors. The first three come from the startup block when the table is first
 * used.
 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach_r/services.h>
#include <mach_r/spawn.h>
#include <mach_r/startup.h>
#include <servers/bootstrap.h>

#include "../rpc/stubs.h"
#include "../threads/park.h"
#include "errors.h"
#include "fork.h"
#include "path.h"

static struct {
    uint32_t lock;
    bool ready;
    int limit; /* new descriptors are below */
    struct open_file *files[FILES_MAX];
} table = { .limit = FILES_MAX };

/* The standard files need no memory of their own kind: they exist in every program. */
static struct open_file standard_files[3];

static void adopt_standard_file(int fd, uint32_t kind, int flags)
{
    mach_port_t port = startup_port(kind);
    if (port != MACH_PORT_NULL) {
        standard_files[fd] = (struct open_file){
            .references = 2, /* one for ever: it is not from malloc */
            .port = port,
            .origin = ORIGIN_TERMINAL,
            .flags = flags,
        };
        table.files[fd] = &standard_files[fd];
    }
}

/* Locks: table. */
static void ensure_ready(void)
{
    if (!table.ready) {
        table.ready = true;
        adopt_standard_file(STDIN_FILENO, STARTUP_PORT_STDIN, O_RDONLY);
        adopt_standard_file(STDOUT_FILENO, STARTUP_PORT_STDOUT, O_WRONLY);
        adopt_standard_file(STDERR_FILENO, STARTUP_PORT_STDERR, O_WRONLY);
    }
}

static void table_lock(void)
{
    word_lock(&table.lock);
    ensure_ready();
}

static void table_unlock(void)
{
    word_unlock(&table.lock);
}

static void file_reference(struct open_file *file)
{
    (void)__atomic_add_fetch(&file->references, 1, __ATOMIC_RELAXED);
}

struct open_file *file_get(int fd)
{
    struct open_file *file = NULL;
    table_lock();
    if (fd >= 0 && fd < FILES_MAX && table.files[fd] != NULL) {
        file = table.files[fd];
        file_reference(file);
    }
    table_unlock();
    if (file == NULL) {
        errno = EBADF;
    }
    return file;
}

static void port_release(mach_port_t port)
{
    if (MACH_PORT_VALID(port)) {
        (void)mach_port_deallocate(mach_task_self_, port);
    }
}

void file_put(struct open_file *file)
{
    if (__atomic_sub_fetch(&file->references, 1, __ATOMIC_ACQ_REL) == 0) {
        port_release(file->port);
        port_release(file->former);
        free(file->path);
        free(file);
    }
}

struct open_file *file_create(mach_port_t port, const char *path, int flags)
{
    struct open_file *file = malloc(sizeof(*file));
    if (file == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    *file = (struct open_file){ .references = 1, .port = port, .flags = flags };
    if (path != NULL) {
        file->path = strdup(path);
        file->origin = file->path == NULL ? ORIGIN_UNKNOWN : ORIGIN_PATH;
    }
    return file;
}

int file_install(struct open_file *file, int least)
{
    table_lock();
    int fd = least;
    while (fd < table.limit && table.files[fd] != NULL) {
        fd++;
    }
    bool found = fd < table.limit;
    if (found) {
        table.files[fd] = file;
    }
    table_unlock();
    return found ? fd : fail_errno(EMFILE);
}

int files_limit(void)
{
    return __atomic_load_n(&table.limit, __ATOMIC_RELAXED);
}

void files_set_limit(int limit)
{
    __atomic_store_n(&table.limit, limit, __ATOMIC_RELAXED);
}

mach_port_t file_port(struct open_file *file)
{
    return __atomic_load_n(&file->port, __ATOMIC_RELAXED);
}

/* A right to the first terminal, from a console server that may have been restarted. */
static kern_return_t open_terminal(mach_port_t *terminal)
{
    mach_port_t console;
    kern_return_t result = bootstrap_look_up(bootstrap_port, SERVICE_CONSOLE, &console);
    if (result == KERN_SUCCESS) {
        result = console_open_terminal(console, 0, terminal);
        (void)mach_port_deallocate(mach_task_self_, console);
    }
    return result;
}

static kern_return_t find_again(const struct open_file *file, mach_port_t *port)
{
    switch (file->origin) {
    case ORIGIN_PATH: return path_lookup(file->path, 0, port);
    case ORIGIN_TERMINAL: return open_terminal(port);
    default: return SERVER_ERROR_IO;
    }
}

kern_return_t file_reopen(struct open_file *file, mach_port_t port)
{
    kern_return_t result = KERN_SUCCESS;
    mach_port_t found;
    word_lock(&file->lock);
    if (file->port == port) {
        result = find_again(file, &found);
        if (result == KERN_SUCCESS) {
            port_release(file->former);
            file->former = port;
            __atomic_store_n(&file->port, found, __ATOMIC_RELAXED);
        }
    }
    word_unlock(&file->lock);
    return result;
}

kern_return_t file_stat(struct open_file *file, io_stat_t *stat)
{
    mach_port_t port = file_port(file);
    kern_return_t result = io_stat(port, stat);
    if (server_died(result) && file_reopen(file, port) == KERN_SUCCESS) {
        result = io_stat(file_port(file), stat);
    }
    if (result == KERN_SUCCESS) {
        file->type = stat->type;
    }
    return result;
}

uint32_t file_type(struct open_file *file)
{
    io_stat_t stat;
    if (file->type == IO_TYPE_UNKNOWN) {
        (void)file_stat(file, &stat);
    }
    return file->type;
}

int close(int fd)
{
    struct open_file *file = NULL;
    table_lock();
    if (fd >= 0 && fd < FILES_MAX) {
        file = table.files[fd];
        table.files[fd] = NULL;
    }
    table_unlock();
    if (file == NULL) {
        return fail_errno(EBADF);
    }
    file_put(file);
    return 0;
}

/* Another descriptor, not below LEAST, for the file behind FD. */
static int duplicate(int fd, int least)
{
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return -1;
    }
    int copy = file_install(file, least);
    if (copy < 0) {
        file_put(file);
    }
    return copy;
}

int dup(int fd)
{
    return duplicate(fd, 0);
}

int dup2(int fd, int wanted)
{
    if (wanted < 0 || wanted >= files_limit()) {
        return fail_errno(EBADF);
    }
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return -1;
    }
    table_lock();
    struct open_file *former = table.files[wanted];
    table.files[wanted] = file;
    table_unlock();
    if (former != NULL) {
        file_put(former);
    }
    return wanted;
}

#define CHANGEABLE_FLAGS (O_APPEND | O_NONBLOCK)

static int change_flags(int fd, int flags)
{
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return -1;
    }
    file->flags = (file->flags & ~CHANGEABLE_FLAGS) | (flags & CHANGEABLE_FLAGS);
    file_put(file);
    return 0;
}

static int current_flags(int fd)
{
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return -1;
    }
    int flags = file->flags;
    file_put(file);
    return flags;
}

/* Descriptors are passed to a child one by one, so "close on exec" is always as good as set. */
int fcntl(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    int argument = va_arg(arguments, int);
    va_end(arguments);
    switch (command) {
    case F_DUPFD:
        return argument < 0 || argument >= files_limit() ? fail_errno(EINVAL)
                                                         : duplicate(fd, argument);
    case F_GETFD: return current_flags(fd) < 0 ? -1 : FD_CLOEXEC;
    case F_SETFD: return current_flags(fd) < 0 ? -1 : 0;
    case F_GETFL: return current_flags(fd);
    case F_SETFL: return change_flags(fd, argument);
    default: return fail_errno(EINVAL);
    }
}

/* True if the server behind PORT has gone: who inherits the right could not tell whose it was. */
static bool port_is_dead(mach_port_t port)
{
    mach_port_type_t type;
    return mach_port_type(mach_task_self_, port, &type) == KERN_SUCCESS &&
           (type & MACH_PORT_TYPE_DEAD_NAME) != 0;
}

mach_port_t mach_r_fd_port(int fd)
{
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return MACH_PORT_NULL;
    }
    mach_port_t port = file_port(file);
    if (port_is_dead(port) && file_reopen(file, port) == KERN_SUCCESS) {
        port = file_port(file);
    }
    file_put(file);
    return port;
}

int mach_r_fd_open(mach_port_t port, int flags)
{
    struct open_file *file = file_create(port, NULL, flags);
    if (file == NULL) {
        return -1;
    }
    int fd = file_install(file, 0);
    if (fd < 0) {
        free(file);
    }
    return fd;
}

void files_fork_lock(void)
{
    table_lock();
}

void files_fork_unlock(void)
{
    table_unlock();
}

void files_fork_ports(fork_heir_t *heir, void *argument)
{
    for (int fd = 0; fd < FILES_MAX; fd++) {
        if (table.files[fd] != NULL) {
            heir(file_port(table.files[fd]), argument);
        }
    }
}

/* Dead names are not handed down. */
void files_after_fork(void)
{
    for (int fd = 0; fd < FILES_MAX; fd++) {
        if (table.files[fd] != NULL) {
            table.files[fd]->lock = 0;
            table.files[fd]->order = (struct turn_lock){ 0 };
            table.files[fd]->former = MACH_PORT_NULL;
        }
    }
}
