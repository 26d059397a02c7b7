/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a startup block back, as it was made and as programs leave it.
 */
#include <stdlib.h>

#include "check.h"
#include "startup_block.h"
#include "startup_copy.h"

#define STACK_SIZE 4096
#define STACK_TOP  UINT64_C(0x7fffff000000)

/* A stack with a block at its upper end. Returns: the block. */
static struct startup_info *make_stack(char *stack)
{
    struct startup_block block = {
        .pid = 12,
        .ppid = 3,
        .path = "/bin/echo",
        .cwd = "/",
        .arguments = "echo\0one\0",
        .arguments_size = 10,
        .environment = "A=b",
        .environment_size = 4,
        .port_count = 2,
        .ports = { { STARTUP_PORT_STDOUT, 0x103 }, { STARTUP_PORT_STDERR, 0x203 } },
    };
    size_t size = startup_block_size(&block);
    char *start = stack + STACK_SIZE - size;
    memset(stack, 0, STACK_SIZE);
    startup_block_write(&block, start);
    return (struct startup_info *)start;
}

static void check_parsed(const char *stack)
{
    struct startup_copy copy;
    CHECK(startup_copy_parse(stack, STACK_SIZE, STACK_TOP, &copy));
    CHECK(copy.pid == 12 && copy.ppid == 3 && copy.error_output == 0x203);
    CHECK_TEXT(copy.path, "/bin/echo");
    CHECK(copy.arguments_size == 10 && memcmp(copy.arguments, "echo\0one\0", 10) == 0);
}

static void test_fresh(char *stack)
{
    (void)make_stack(stack);
    check_parsed(stack);
}

/* The library has made pointers of the offsets. */
static void test_resolved(char *stack)
{
    struct startup_info *info = make_stack(stack);
    uint64_t address = STACK_TOP - (uint64_t)(stack + STACK_SIZE - (char *)info);
    uint64_t *vector = (uint64_t *)((char *)info + info->argv_offset);
    for (uint32_t i = 0; i < info->argc; i++) {
        vector[i] += address;
    }
    check_parsed(stack);
}

static void test_none(char *stack)
{
    struct startup_copy copy;
    make_stack(stack)->magic = 0;
    CHECK(!startup_copy_parse(stack, STACK_SIZE, STACK_TOP, &copy));
    CHECK_TEXT(copy.path, "");
    CHECK(copy.pid == 0 && copy.arguments_size == 0);
}

/* The last string does not end. */
static void test_unterminated(char *stack)
{
    struct startup_copy copy;
    struct startup_info *info = make_stack(stack);
    char *path = (char *)info + info->path_offset;
    memset(path, 'x', (size_t)(stack + STACK_SIZE - path));
    CHECK(!startup_copy_parse(stack, STACK_SIZE, STACK_TOP, &copy));
}

/* Every byte changed: the sanitizers watch, and every string ends. */
static void test_mutations(char *stack)
{
    size_t size = (size_t)(stack + STACK_SIZE - (char *)make_stack(stack));
    for (size_t i = STACK_SIZE - size; i < STACK_SIZE; i++) {
        struct startup_copy copy;
        (void)make_stack(stack);
        stack[i] ^= (char)0xff;
        if (startup_copy_parse(stack, STACK_SIZE, STACK_TOP, &copy)) {
            CHECK(strlen(copy.path) < STACK_SIZE);
            CHECK(copy.arguments_size == 0 || copy.arguments[copy.arguments_size - 1] == '\0');
        }
    }
}

void test_startup_parse(void)
{
    char *stack = aligned_alloc(4096, STACK_SIZE);
    test_fresh(stack);
    test_resolved(stack);
    test_none(stack);
    test_unterminated(stack);
    test_mutations(stack);
    free(stack);
}
