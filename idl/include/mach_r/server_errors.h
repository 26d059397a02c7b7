/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors of the system's servers: one list for all their interfaces, in the error system of servers
 * (err_server of <mach/error.h>), so that they mix with the kernel's and can be told apart.
 */
#pragma once

#include <mach/error.h>

/* X(name, number, text): SERVER_ERROR_name is the code. Numbers never change. */
#define SERVER_ERROR_LIST(X)                             \
    X(NOT_FOUND, 1, "no such file or directory")         \
    X(NOT_DIRECTORY, 2, "not a directory")               \
    X(IS_DIRECTORY, 3, "is a directory")                 \
    X(NAME_TOO_LONG, 4, "name too long")                 \
    X(EXISTS, 5, "exists already")                       \
    X(READ_ONLY, 6, "cannot be changed")                 \
    X(NO_SPACE, 7, "no space left")                      \
    X(NO_MEMORY, 8, "the server is out of memory")       \
    X(INVALID, 9, "invalid argument")                    \
    X(NOT_PERMITTED, 10, "not permitted")                \
    X(NOT_SUPPORTED, 11, "not supported by this object") \
    X(BAD_MODE, 12, "not open for that")                 \
    X(WOULD_BLOCK, 13, "would have to wait")             \
    X(INTERRUPTED, 14, "interrupted")                    \
    X(IO, 15, "input or output error")                   \
    X(NOT_EXECUTABLE, 16, "not an executable program")   \
    X(TOO_LONG, 17, "argument list too long")            \
    X(NO_PROCESS, 18, "no such process")                 \
    X(NO_CHILD, 19, "no such child process")             \
    X(BUSY, 20, "in use")                                \
    X(NOT_EMPTY, 21, "directory not empty")              \
    X(LOOP, 22, "too many servers or links on the way")  \
    X(NO_READER, 23, "nobody can read what is written")

#define SERVER_ERROR_CODE(number) (err_server | err_sub(1) | (number))

enum {
#define X(name, number, text) SERVER_ERROR_##name = SERVER_ERROR_CODE(number),
    SERVER_ERROR_LIST(X)
#undef X
};
