/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How every processor but the first comes here.  A start message (SIPI, Intel SDM vol. 3 section
 * 8.4) names a page below 1 MiB; smp.c copies the code between ap_boot_start and ap_boot_end there.
 * The processor begins in real mode with cs:ip at that page, and goes straight to 64-bit mode on
 * the boot tables, which map the first 4 GiB where they are; the rest runs at its own address.
 *
 * One processor at a time is let in: the one whose number is in ap_boot_turn, if it takes that away
 * before its turn is over.  A late one stops, and has touched nothing.
 */
#include <asm_offsets.h>

#define PHYSICAL(symbol) ((symbol) - KERNEL_BASE)

#define BOOT_GDT_SIZE 24                        /* three entries, in boot.S */

#define CR4_PAE      0x20
#define CR0_PE_WP_PG 0x80010001
#define MSR_EFER     0xc0000080
#define EFER_LME_NXE 0x900

        .text
        .code16
        .globl  ap_boot_start, ap_boot_end
ap_boot_start:
        cli
        cld
        movw    %cs, %ax
        movw    %ax, %ds
        movl    $CR4_PAE, %eax
        movl    %eax, %cr4
        movl    $PHYSICAL(boot_pml4), %eax
        movl    %eax, %cr3
        movl    $MSR_EFER, %ecx
        rdmsr
        orl     $EFER_LME_NXE, %eax
        wrmsr
        lgdtl   ap_gdtr - ap_boot_start
        movl    $CR0_PE_WP_PG, %eax
        movl    %eax, %cr0
        ljmpl   $KERNEL_CODE_SELECTOR, $PHYSICAL(ap_long_mode)
        .balign 4
ap_gdtr:
        .word   BOOT_GDT_SIZE - 1
        .long   PHYSICAL(boot_gdt)
ap_boot_end:

        .code64
ap_long_mode:
        movabsq $1f, %rax
        jmpq    *%rax
1:      movl    $KERNEL_DATA_SELECTOR, %eax
        movl    %eax, %ss
        xorl    %eax, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs

        xorl    %eax, %eax                      /* the number of its local APIC: CPUID.0xb, */
        cpuid
        cmpl    $0xb, %eax
        jb      2f
        movl    $0xb, %eax
        xorl    %ecx, %ecx
        cpuid
        testl   %ebx, %ebx                      /* (0: it has no such leaf) */
        jnz     3f
2:      movl    $1, %eax                        /* or the eight bits of CPUID.1 */
        cpuid
        shrl    $24, %ebx
        movl    %ebx, %edx
3:      movl    %edx, %eax
        movabsq $AP_TURN_TAKEN, %rcx
        lock cmpxchgq %rcx, ap_boot_turn
        jne     ap_too_late
        movq    ap_boot_root, %rax
        movq    %rax, %cr3
        movq    ap_boot_stack, %rsp
        xorl    %ebp, %ebp
        movl    ap_boot_cpu, %edi
        call    ap_init
        ud2

ap_too_late:
        cli
        hlt
        jmp     ap_too_late
