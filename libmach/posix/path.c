/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Look-up of paths. The program holds rights to two directories. If the server of one has died, the
 * root is looked up again by its service name and the working directory by its path in it.
 */
#include "path.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach_r/services.h>
#include <mach_r/startup.h>
#include <servers/bootstrap.h>

#include "../rpc/stubs.h"
#include "../threads/park.h"
#include "errors.h"
#include "fork.h"

static struct {
    uint32_t lock;
    bool ready;
    mach_port_t root; /* send rights of the library's own */
    mach_port_t cwd;
    char cwd_path[FS_PATH_MAX];
} here;

/* Locks: here. */
static void ensure_ready(void)
{
    const struct startup_info *block = startup_block();
    if (here.ready) {
        return;
    }
    here.ready = true;
    here.root = startup_port(STARTUP_PORT_ROOT);
    here.cwd = startup_port(STARTUP_PORT_CWD);
    const char *path = block->cwd_offset == 0 ? "/" : (const char *)block + block->cwd_offset;
    strlcpy(here.cwd_path, path, sizeof(here.cwd_path));
    if (here.root == MACH_PORT_NULL) {
        (void)bootstrap_look_up(bootstrap_port, SERVICE_ROOT, &here.root);
    }
}

static void port_release(mach_port_t port)
{
    if (MACH_PORT_VALID(port)) {
        (void)mach_port_deallocate(mach_task_self_, port);
    }
}

/*
 * Follow PATH from DIRECTORY from server to server.
 *
 * References: DIRECTORY stays the caller's; *NODE becomes it.
 */
static kern_return_t walk(mach_port_t directory, const char *path, int flags, mach_port_t *node)
{
    fs_path_t left, rest;
    mach_port_t current = directory;
    strlcpy(left, path, sizeof(left));
    for (int depth = 0; depth < FS_LOOKUP_DEPTH_MAX; depth++) {
        int outcome;
        mach_port_t next = MACH_PORT_NULL;
        kern_return_t result = dir_lookup(current, left, flags, &outcome, &next, rest);
        if (current != directory) {
            port_release(current);
        }
        if (result != KERN_SUCCESS) {
            return result;
        }
        if (outcome == FS_LOOKUP_DONE) {
            *node = next;
            return KERN_SUCCESS;
        }
        current = next;
        strlcpy(left, rest, sizeof(left));
    }
    port_release(current);
    return SERVER_ERROR_LOOP;
}

/* The working directory; null if it was lost with its server. Locks: here. */
static mach_port_t cwd_port(void)
{
    bool is_root = here.cwd == MACH_PORT_NULL && strcmp(here.cwd_path, "/") == 0;
    return is_root ? here.root : here.cwd;
}

/* Locks: here. */
static kern_return_t walk_here(const char *path, int flags, mach_port_t *node)
{
    mach_port_t start = path[0] == '/' ? here.root : cwd_port();
    return start == MACH_PORT_NULL ? MACH_SEND_INVALID_DEST : walk(start, path, flags, node);
}

/*
 * Find root and working directory again after a server died; the latter may be gone. Locks: here.
 */
static kern_return_t reconnect(void)
{
    mach_port_t root;
    kern_return_t result = bootstrap_look_up(bootstrap_port, SERVICE_ROOT, &root);
    if (result != KERN_SUCCESS) {
        return result;
    }
    port_release(here.root);
    here.root = root;
    port_release(here.cwd);
    here.cwd = MACH_PORT_NULL;
    (void)walk(here.root, here.cwd_path, FS_LOOKUP_FLAG_DIRECTORY, &here.cwd);
    return KERN_SUCCESS;
}

/* Locks: here. */
static kern_return_t lookup_locked(const char *path, int flags, mach_port_t *node)
{
    ensure_ready();
    kern_return_t result = walk_here(path, flags, node);
    if (server_died(result) && reconnect() == KERN_SUCCESS) {
        result = walk_here(path, flags, node);
        if (server_died(result) && path[0] != '/' && here.cwd == MACH_PORT_NULL) {
            result = SERVER_ERROR_NOT_FOUND;
        }
    }
    return result;
}

kern_return_t path_lookup(const char *path, int flags, mach_port_t *node)
{
    if (path[0] == '\0') {
        return SERVER_ERROR_NOT_FOUND;
    }
    if (strlen(path) >= FS_PATH_MAX) {
        return SERVER_ERROR_NAME_TOO_LONG;
    }
    /* ".." is a matter of text here: no server knows its directories' parents in other servers. */
    char absolute[FS_PATH_MAX];
    if (strstr(path, "..") != NULL) {
        int error = path_absolute(path, absolute, sizeof(absolute));
        if (error != 0) {
            return SERVER_ERROR_NAME_TOO_LONG;
        }
        path = absolute;
    }
    word_lock(&here.lock);
    kern_return_t result = lookup_locked(path, flags, node);
    word_unlock(&here.lock);
    return result;
}

int path_absolute(const char *path, char *result, size_t size)
{
    size_t length = 0;
    if (path[0] != '/') {
        length = strlcpy(result, path_cwd(), size);
        if (length + 1 >= size) {
            return ENAMETOOLONG;
        }
        result[length++] = '/';
    }
    if (strlcpy(result + length, path, size - length) >= size - length) {
        return ENAMETOOLONG;
    }
    path_normalize(result);
    return 0;
}

mach_port_t path_root_port(void)
{
    word_lock(&here.lock);
    ensure_ready();
    word_unlock(&here.lock);
    return here.root;
}

mach_port_t path_cwd_port(void)
{
    word_lock(&here.lock);
    ensure_ready();
    mach_port_t port = cwd_port();
    word_unlock(&here.lock);
    return port;
}

const char *path_cwd(void)
{
    (void)path_root_port();
    return here.cwd_path;
}

int chdir(const char *path)
{
    char absolute[FS_PATH_MAX];
    mach_port_t node;
    int error = path[0] == '\0' ? ENOENT : path_absolute(path, absolute, sizeof(absolute));
    if (error != 0) {
        return fail_errno(error);
    }
    kern_return_t result = path_lookup(absolute, FS_LOOKUP_FLAG_DIRECTORY, &node);
    if (result != KERN_SUCCESS) {
        return fail(result);
    }
    word_lock(&here.lock);
    port_release(here.cwd);
    here.cwd = node;
    strlcpy(here.cwd_path, absolute, sizeof(here.cwd_path));
    word_unlock(&here.lock);
    return 0;
}

char *getcwd(char *buffer, size_t size)
{
    const char *path = path_cwd();
    if (buffer == NULL) {
        char *copy = strdup(path);
        return copy;
    }
    if (strlcpy(buffer, path, size) >= size) {
        errno = ERANGE;
        return NULL;
    }
    return buffer;
}

void path_after_fork(void)
{
    here.lock = 0;
}
