/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of libmach that need no kernel, or one that only keeps a record (fake_kernel.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mach/mach.h>
#include <mach_r/server_errors.h>
#include <servers/bootstrap.h>

#include "../posix/path.h"
#include "../start/arguments.h"
#include "test_libmach.h"

int failures;

static void test_error_strings(void)
{
    CHECK(strcmp(mach_error_string(KERN_SUCCESS), "(os/kern) successful") == 0);
    CHECK(strcmp(mach_error_string(KERN_INVALID_ARGUMENT), "(os/kern) invalid argument") == 0);
    CHECK(strcmp(mach_error_string(MACH_SEND_INVALID_DEST),
                 "(ipc/send) invalid destination port") == 0);
    CHECK(strcmp(mach_error_string(MACH_SEND_NO_BUFFER | MACH_MSG_VM_KERNEL),
                 "(ipc/send) no message buffer") == 0);
    CHECK(strcmp(mach_error_string(MACH_RCV_TIMED_OUT), "(ipc/rcv) timed out") == 0);
    CHECK(strcmp(mach_error_string(MACH_RCV_BODY_ERROR | MACH_MSG_IPC_SPACE),
                 "(ipc/rcv) error in body") == 0);
    CHECK(strcmp(mach_error_string(MIG_SERVER_DIED), "(ipc/mig) server died") == 0);
    CHECK(strcmp(mach_error_string(BOOTSTRAP_UNKNOWN_SERVICE), "(ipc/bootstrap) unknown service") ==
          0);
    CHECK(strcmp(mach_error_string(SERVER_ERROR_NOT_FOUND), "no such file or directory") == 0);
    CHECK(strcmp(mach_error_string(0x1234567), "unknown error code") == 0);
    CHECK(strcmp(mach_error_string(-1), "unknown error code") == 0);
    CHECK(strcmp(mach_error_string(KERN_INVALID_ARGUMENT | MACH_MSG_VM_KERNEL),
                 "unknown error code") == 0); /* only messages have such bits */
    CHECK(strcmp(mach_error_type(MACH_RCV_TIMED_OUT), "(ipc/rcv)") == 0);
    CHECK(strcmp(mach_error_type(0x1234567), "(?/?)") == 0);
    for (int code = KERN_SUCCESS; code <= KERN_NOT_FOUND; code++) {
        CHECK(strncmp(mach_error_string(code), "(os/kern) ", 10) == 0);
    }
    for (int code = MIG_TRAILER_ERROR; code <= MIG_TYPE_ERROR; code++) {
        CHECK(strncmp(mach_error_string(code), "(ipc/mig) ", 10) == 0);
    }
}

static void test_error_line(void)
{
    int ends[2], saved = dup(STDERR_FILENO);
    char line[128];
    CHECK(pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
    mach_error("sending:", MACH_SEND_INVALID_DEST);
    (void)dup2(saved, STDERR_FILENO);
    ssize_t length = read(ends[0], line, sizeof(line) - 1);
    line[length > 0 ? length : 0] = '\0';
    CHECK(strcmp(line, "sending: (ipc/send) invalid destination port (10000003)\n") == 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    (void)close(saved);
}

static char told[128];

static int tell(const char *format, va_list arguments)
{
    return vsnprintf(told, sizeof(told), format, arguments);
}

static void test_error_line_elsewhere(void)
{
    vprintf_stderr_func = tell;
    mach_error("sending:", MACH_SEND_INVALID_DEST);
    vprintf_stderr_func = NULL;
    CHECK(strcmp(told, "sending: (ipc/send) invalid destination port (10000003)\n") == 0);
}

struct test_block {
    struct startup_info info;
    struct startup_port ports[2];
    uint64_t argv[3];
    uint64_t envp[2];
    char strings[32];
};

static struct test_block test_block(void)
{
    return (struct test_block){
        .info = { .magic = STARTUP_MAGIC,
                  .version = STARTUP_VERSION,
                  .size = sizeof(struct test_block),
                  .port_count = 2,
                  .ports_offset = offsetof(struct test_block, ports),
                  .argc = 2,
                  .envc = 1,
                  .argv_offset = offsetof(struct test_block, argv),
                  .envp_offset = offsetof(struct test_block, envp) },
        .ports = { { STARTUP_PORT_STDIN, 0x103 }, { STARTUP_PORT_PROC, 0x203 } },
        .argv = { offsetof(struct test_block, strings), offsetof(struct test_block, strings) + 3 },
        .envp = { offsetof(struct test_block, strings) + 5 },
        .strings = "ls\0/\0A=1",
    };
}

static void test_arguments(void)
{
    struct arguments arguments;
    struct test_block block = test_block();
    CHECK(arguments_resolve(&block.info, &arguments));
    CHECK(arguments.argc == 2);
    CHECK(strcmp(arguments.argv[0], "ls") == 0 && strcmp(arguments.argv[1], "/") == 0);
    CHECK(arguments.argv[2] == NULL);
    CHECK(strcmp(arguments.envp[0], "A=1") == 0 && arguments.envp[1] == NULL);
    CHECK(arguments_port(&block.info, STARTUP_PORT_PROC) == 0x203);
    CHECK(arguments_port(&block.info, STARTUP_PORT_ROOT) == MACH_PORT_NULL);
}

static void test_damaged_arguments(void)
{
    struct arguments arguments;
    struct test_block block;
#define REFUSES(change)                                     \
    do {                                                    \
        block = test_block();                               \
        change;                                             \
        CHECK(!arguments_resolve(&block.info, &arguments)); \
    } while (0)
    REFUSES(block.info.magic++);
    REFUSES(block.info.version++);
    REFUSES(block.info.size = 0);
    REFUSES(block.info.size = 8);
    REFUSES(block.info.size = UINT32_MAX);
    REFUSES(block.info.argc = 3);
    REFUSES(block.info.argc = UINT32_MAX);
    REFUSES(block.info.argv_offset = 0);
    REFUSES(block.info.argv_offset += 1);
    REFUSES((block.info.argv_offset = offsetof(struct startup_info, initrd_size),
             block.info.argc = 0)); /* a zero, but in the header */
    REFUSES(block.info.envp_offset = UINT32_MAX - 7);
    REFUSES(block.argv[1] = sizeof(block));
    REFUSES(block.argv[2] = offsetof(struct test_block, strings));
    REFUSES(block.envp[0] = 1);
    REFUSES(block.info.port_count = 1000);
    REFUSES(block.strings[31] = 'x');
}

static void check_normalized(const char *path, const char *expected)
{
    char buffer[64];
    (void)snprintf(buffer, sizeof(buffer), "%s", path);
    path_normalize(buffer);
    if (strcmp(buffer, expected) != 0) {
        fprintf(stderr, "%s became %s, not %s\n", path, buffer, expected);
        failures++;
    }
}

static void test_paths(void)
{
    check_normalized("/", "/");
    check_normalized("//", "/");
    check_normalized("/bin/ls", "/bin/ls");
    check_normalized("/bin//ls/", "/bin/ls");
    check_normalized("/./bin/.", "/bin");
    check_normalized("/bin/..", "/");
    check_normalized("/..", "/");
    check_normalized("/../../a", "/a");
    check_normalized("/a/b/../c/../../d", "/d");
    check_normalized("/...", "/...");
    check_normalized("/.a/b.", "/.a/b.");
}

int main(void)
{
    test_error_strings();
    test_error_line();
    test_error_line_elsewhere();
    test_messages();
    test_servers();
    test_arguments();
    test_damaged_arguments();
    test_paths();
    printf("%s\n", failures == 0 ? "all passed" : "some failed");
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
