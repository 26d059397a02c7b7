/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a program: the executable is looked up here, with the caller's rights, and goes to the
 * process server as a port, with arguments and environment packed into one string area each.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach_r/proc_types.h>
#include <mach_r/spawn.h>
#include <mach_r/startup.h>

#include "../rpc/stubs.h"
#include "errors.h"
#include "path.h"
#include "process.h"

#define DEFAULT_PATH "/bin"

extern char **environ;

/* Strings one behind the other, each with its terminating zero. */
struct strings {
    char *data;
    size_t size;
};

static bool strings_pack(char *const *list, struct strings *strings)
{
    size_t size = 0;
    for (char *const *next = list; *next != NULL; next++) {
        size += strlen(*next) + 1;
    }
    strings->size = size;
    strings->data = malloc(size == 0 ? 1 : size);
    if (strings->data == NULL) {
        return false;
    }
    char *end = strings->data;
    for (char *const *next = list; *next != NULL; next++) {
        end = stpcpy(end, *next) + 1;
    }
    return true;
}

static mach_port_t fd_port(int fd)
{
    return fd < 0 ? MACH_PORT_NULL : mach_r_fd_port(fd);
}

/* The call itself. Returns: the child's pid; -1 with errno set. */
static pid_t spawn(mach_port_t executable, char *path, const struct strings *arguments,
                   const struct strings *environment, struct mach_r_spawn *request)
{
    kern_return_t result;
    int pid = 0;
    PROCESS_CALL(result, proc_spawn(process, executable, path, arguments->data,
                                    (mach_msg_type_number_t)arguments->size, environment->data,
                                    (mach_msg_type_number_t)environment->size, path_root_port(),
                                    path_cwd_port(), (char *)path_cwd(), fd_port(request->files[0]),
                                    fd_port(request->files[1]), fd_port(request->files[2]),
                                    startup_port(STARTUP_PORT_TERMINAL), request->flags, &pid,
                                    &request->process_port));
    return result == KERN_SUCCESS ? pid : fail(result);
}

/* Pack the strings, spawn, free them. */
static pid_t spawn_packed(mach_port_t executable, char *path, struct mach_r_spawn *request)
{
    struct strings arguments, environment;
    pid_t pid = -1;
    if (!strings_pack(request->argv, &arguments)) {
        return fail_errno(ENOMEM);
    }
    if (strings_pack(request->envp != NULL ? request->envp : environ, &environment)) {
        pid = spawn(executable, path, &arguments, &environment, request);
        free(environment.data);
    } else {
        errno = ENOMEM;
    }
    free(arguments.data);
    return pid;
}

pid_t mach_r_spawn(const char *path, struct mach_r_spawn *request)
{
    char absolute[FS_PATH_MAX];
    mach_port_t executable;
    int error = path_absolute(path, absolute, sizeof(absolute));
    if (error != 0) {
        return fail_errno(error);
    }
    kern_return_t result = path_lookup(path, 0, &executable);
    if (result != KERN_SUCCESS) {
        return fail(result);
    }
    pid_t pid = spawn_packed(executable, absolute, request);
    (void)mach_port_deallocate(mach_task_self_, executable);
    return pid;
}

/* FOLDERS is the rest of PATH. Write its first folder and NAME to RESULT. Returns: what remains. */
static const char *next_candidate(const char *folders, const char *name, char *result)
{
    size_t length = strcspn(folders, ":");
    if (length + 1 + strlen(name) + 1 > FS_PATH_MAX) {
        result[0] = '\0';
    } else {
        memcpy(result, folders, length);
        result[length] = '/';
        strcpy(result + length + (length > 0), name);
    }
    return folders[length] == ':' ? folders + length + 1 : NULL;
}

pid_t mach_r_spawnp(const char *name, struct mach_r_spawn *request)
{
    char candidate[FS_PATH_MAX];
    if (strchr(name, '/') != NULL) {
        return mach_r_spawn(name, request);
    }
    if (name[0] == '\0') {
        return fail_errno(ENOENT);
    }
    const char *folders = getenv("PATH");
    if (folders == NULL) {
        folders = DEFAULT_PATH;
    }
    while (folders != NULL) {
        folders = next_candidate(folders, name, candidate);
        pid_t pid = mach_r_spawn(candidate, request);
        if (pid > 0 || (errno != ENOENT && errno != ENOTDIR)) {
            return pid;
        }
    }
    return -1;
}
