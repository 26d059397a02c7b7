/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is below the stack pointer of a thread that runs a handler, for C and assembly.
 */
#pragma once

/* Bytes below the stack pointer that a function may use (System V ABI for x86-64, 3.2.2). */
#define SIGNAL_RED_ZONE 128

/* Bytes below these, with which the thread goes on: rdi, rcx, rflags and rip. */
#define SIGNAL_RETURN_BYTES 32
