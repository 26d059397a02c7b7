/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the entry point to main(): thread-local storage first, because everything else may use it,
 * then Mach's global variables, arguments, constructors.
 */
#include <crt_externs.h>
#include <stdlib.h>

#include <mach_r/startup.h>

#include "../mach/mach_init.h"
#include "../posix/fork.h"
#include "../posix/streams.h"
#include "../threads/thread_block.h"
#include "arguments.h"

typedef void initializer_t(void);

extern initializer_t *const __preinit_array_start[], *const __preinit_array_end[];
extern initializer_t *const __init_array_start[], *const __init_array_end[];
extern initializer_t *const __fini_array_start[], *const __fini_array_end[];

extern char **environ;

int main(int argc, char **argv, char **envp);
[[noreturn]] void libmach_start(struct startup_info *block);

static struct startup_info *startup;

/* What main() got. */
static int argument_count;
static char **argument_vector;

int *_NSGetArgc(void)
{
    return &argument_count;
}

char ***_NSGetArgv(void)
{
    return &argument_vector;
}

char ***_NSGetEnviron(void)
{
    return &environ;
}

const struct startup_info *startup_block(void)
{
    return startup;
}

void startup_after_fork(int pid)
{
    startup->ppid = startup->pid;
    startup->pid = pid;
}

mach_port_t startup_port(uint32_t kind)
{
    return arguments_port(startup, kind);
}

static void run_forward(initializer_t *const *first, initializer_t *const *end)
{
    for (; (uintptr_t)first < (uintptr_t)end; first++) {
        (*first)();
    }
}

/* Through integers: to the compiler the two ends are different arrays, never at one place. */
static size_t destructor_count(void)
{
    return ((uintptr_t)__fini_array_end - (uintptr_t)__fini_array_start) /
           sizeof(__fini_array_start[0]);
}

static void run_destructors(void)
{
    for (size_t left = destructor_count(); left > 0; left--) {
        __fini_array_start[left - 1]();
    }
}

static void run_constructors(void)
{
    run_forward(__preinit_array_start, __preinit_array_end);
    run_forward(__init_array_start, __init_array_end);
    if (destructor_count() != 0) {
        (void)atexit(run_destructors);
    }
}

void libmach_start(struct startup_info *block)
{
    struct arguments arguments;
    thread_block_init_main();
    mach_init();
    if (!arguments_resolve(block, &arguments)) {
        __builtin_trap(); /* the crash report names this function */
    }
    startup = block;
    environ = arguments.envp;
    argument_count = arguments.argc;
    argument_vector = arguments.argv;
    streams_start();
    run_constructors();
    exit(main(arguments.argc, arguments.argv, arguments.envp));
}
