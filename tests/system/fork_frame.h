/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frame of tests that make processes. The usual one shares its memory with helper tasks and counts
 * objects after each case; copies on write live on until pages are written, so these programs have
 * a frame that counts nothing.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include <mach/kern_return.h>

struct fork_case {
    const char *name;
    void (*function)(void);
};

#define FORK_CASE(function) { #function, function }

/* True if HOLDS, else TEXT, at LINE of FILE, is noted and the running case has failed. */
bool fork_expect(bool holds, const char *file, int line, const char *text);

#define EXPECT(condition) fork_expect((condition), __FILE_NAME__, __LINE__, #condition)
#define EXPECT_EQ(a, b)   fork_expect((a) == (b), __FILE_NAME__, __LINE__, #a " == " #b)
#define EXPECT_OK(call)   EXPECT_EQ(call, KERN_SUCCESS)

/* Wait for CHILD. Returns: its exit status; -1 if it ended otherwise. */
int status_of(pid_t child);

/* The same for the signal that ended it; 0 if it ended otherwise. */
int signal_of(pid_t child);

/* Run COUNT cases. Returns: the exit status. */
int fork_run(const struct fork_case *cases, int count);
