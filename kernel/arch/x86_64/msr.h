/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Model-specific registers that the kernel uses, and bits of the control registers (Intel SDM vol.
 * 4; vol. 3 chapter 2.5).  MSR_GS_BASE is in asm_offsets.h, for assembly.
 */
#pragma once

#include <asm_offsets.h>

#define MSR_APIC_BASE      0x1b
#define MSR_PAT            0x277
#define MSR_TSC_DEADLINE   0x6e0
#define MSR_X2APIC         0x800 /* the first of the local APIC's registers */
#define MSR_EFER           0xc0000080
#define MSR_STAR           0xc0000081
#define MSR_LSTAR          0xc0000082
#define MSR_CSTAR          0xc0000083
#define MSR_SFMASK         0xc0000084
#define MSR_FS_BASE        0xc0000100
#define MSR_KERNEL_GS_BASE 0xc0000102

#define EFER_SCE UINT64_C(0x001)
#define EFER_NXE UINT64_C(0x800)

#define CR0_MP UINT64_C(0x00000002)
#define CR0_EM UINT64_C(0x00000004)
#define CR0_TS UINT64_C(0x00000008)
#define CR0_NE UINT64_C(0x00000020)
#define CR0_WP UINT64_C(0x00010000)

#define CR4_PGE        UINT64_C(0x00000080)
#define CR4_OSFXSR     UINT64_C(0x00000200)
#define CR4_OSXMMEXCPT UINT64_C(0x00000400)
#define CR4_UMIP       UINT64_C(0x00000800)
#define CR4_PCIDE      UINT64_C(0x00020000)
#define CR4_OSXSAVE    UINT64_C(0x00040000)
#define CR4_SMEP       UINT64_C(0x00100000)
#define CR4_SMAP       UINT64_C(0x00200000)
