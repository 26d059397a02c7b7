/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tests of signals do: handlers with all that they are told, and faults.
 */
#pragma once

#include <signal.h>
#include <stdint.h>

#define PAGE 4096

/* Let HANDLER handle signal NUMBER, with SA_SIGINFO and FLAGS. Returns: as sigaction(). */
int set_handler(int number, void (*handler)(int, siginfo_t *, void *), int flags);

/* Write a byte. */
void touch(uintptr_t address);

/* Use up the stack, until that is a fault. */
void overflow(void);
