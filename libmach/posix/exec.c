/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exec: another program takes the place of this one, with its pid. As on Darwin it is a new task: what
 * others hold of the former one dies with it. Descriptors 0, 1 and 2 go along, others do not.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <mach_r/proc_types.h>
#include <mach_r/spawn.h>

#include "errors.h"

extern char **environ;

int execve(const char *path, char *const *argv, char *const *envp)
{
    struct mach_r_spawn request = MACH_R_SPAWN(argv);
    request.envp = envp;
    request.flags = PROC_SPAWN_EXEC;
    (void)mach_r_spawn(path, &request);
    return -1;
}

int execv(const char *path, char *const *argv)
{
    return execve(path, argv, environ);
}

int execvp(const char *name, char *const *argv)
{
    struct mach_r_spawn request = MACH_R_SPAWN(argv);
    request.flags = PROC_SPAWN_EXEC;
    (void)mach_r_spawnp(name, &request);
    return -1;
}

/* FIRST and the pointers up to a null one, as an array that the caller frees; null without memory.
 * REST stands behind the null pointer afterwards. */
static char **collect(const char *first, va_list *rest)
{
    va_list count;
    size_t number = 1;
    va_copy(count, *rest);
    while (va_arg(count, char *) != NULL) {
        number++;
    }
    va_end(count);
    char **argv = malloc((number + 1) * sizeof(*argv));
    if (argv == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    argv[0] = (char *)(uintptr_t)first;
    for (size_t i = 1; i <= number; i++) {
        argv[i] = va_arg(*rest, char *);
    }
    return argv;
}

int execl(const char *path, const char *first, ...)
{
    va_list rest;
    va_start(rest, first);
    char **argv = collect(first, &rest);
    va_end(rest);
    if (argv != NULL) {
        (void)execv(path, argv);
        free(argv);
    }
    return -1;
}

int execlp(const char *name, const char *first, ...)
{
    va_list rest;
    va_start(rest, first);
    char **argv = collect(first, &rest);
    va_end(rest);
    if (argv != NULL) {
        (void)execvp(name, argv);
        free(argv);
    }
    return -1;
}

int execle(const char *path, const char *first, ...)
{
    va_list rest;
    va_start(rest, first);
    char **argv = collect(first, &rest);
    char *const *envp = argv != NULL ? va_arg(rest, char *const *) : NULL;
    va_end(rest);
    if (argv != NULL) {
        (void)execve(path, argv, envp);
        free(argv);
    }
    return -1;
}
