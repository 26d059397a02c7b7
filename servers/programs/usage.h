/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a program of /bin says how it is called. USAGE is what stands behind "usage: ", without a
 * newline.
 */
#pragma once

/* Exit status of a program that was called in a wrong way. */
#define STATUS_USAGE 2

/* If `--help` is the only argument: print USAGE and end the program with status 0. */
void usage_offer(int argc, char *const *argv, const char *usage);

/* The same; and with any other argument end it as usage_fail() does. */
void usage_without_arguments(int argc, char *const *argv, const char *usage);

/* Print USAGE as an error and end the program with STATUS_USAGE. */
[[noreturn]] void usage_fail(const char *usage);
