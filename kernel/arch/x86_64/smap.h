/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * STAC and CLAC for assembly, as three-byte no-operations that cpu.c turns into the instruction on processors with SMAP.
 * Each place is listed in section .smap_patch: its address, and the last byte of the instruction.
 */
#pragma once

.macro SMAP_PATCH last
771:    .byte   0x0f, 0x1f, 0x00
        .pushsection .smap_patch, "a"
        .quad   771b, \last
        .popsection
.endm

/* Let the kernel touch user memory. */
.macro STAC
        SMAP_PATCH 0xcb
.endm

/* No longer. */
.macro CLAC
        SMAP_PATCH 0xca
.endm
