/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a system call number is put together. Also for assembly files.
 */
#pragma once

/* rax of a Mach trap: class 1, number in the low 24 bits. The other classes are not Mach's. */
#define MACH_TRAP_CLASS       0x1000000
#define MACH_TRAP_CLASS_MASK  0xff000000
#define MACH_TRAP_NUMBER_MASK 0x00ffffff

/* Numbers are below this. */
#define MACH_TRAP_TABLE_COUNT 128
