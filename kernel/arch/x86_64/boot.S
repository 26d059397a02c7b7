/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the boot loader to C.  GRUB leaves us in 32-bit protected mode without paging, eax = magic,
 * ebx = boot information (multiboot2 specification 2.0, section 3.3).  The tables below map the
 * first 4 GiB three times: where they are (so that the next instruction is still there when paging
 * begins), at the direct map, and the first GiB at the kernel's own addresses.  boot_map.c replaces
 * them.
 */
#include <asm_offsets.h>

#define PHYSICAL(symbol) ((symbol) - KERNEL_BASE)

#define TABLE_FLAGS 0x003       /* present, writable */
#define LARGE_FLAGS 0x083       /* present, writable, 2 MiB */
#define CR4_PAE     0x20
#define CR0_PE_WP_PG 0x80010001
#define MSR_EFER    0xc0000080
#define EFER_LME_NXE 0x900
#define COM1        0x3f8

        .section .multiboot, "a"
        .balign 8
multiboot_header:
        .long   0xe85250d6, 0, multiboot_end - multiboot_header
        .long   -(0xe85250d6 + 0 + (multiboot_end - multiboot_header))
        .word   3, 0                            /* entry address */
        .long   12, PHYSICAL(boot_entry), 0
        .word   4, 1                            /* console: we know EGA text */
        .long   12, 2, 0
        .word   5, 1                            /* or a frame buffer, 32 bits if possible */
        .long   20, 0, 0, 32, 0
        .word   6, 0                            /* modules begin on pages */
        .long   8
        .word   0, 0
        .long   8
multiboot_end:

        .text
        .code32
        .globl  boot_entry
boot_entry:
        cli
        cld
        movl    $PHYSICAL(boot_stack_top), %esp
        movl    %eax, %edi                      /* arguments of arch_init() */
        movl    %ebx, %esi

        movl    $0x80000000, %eax
        cpuid
        cmpl    $0x80000001, %eax
        jb      boot_unsupported
        movl    $0x80000001, %eax
        cpuid
        andl    $0x20100000, %edx               /* long mode, NX */
        cmpl    $0x20100000, %edx
        jne     boot_unsupported

        movl    $CR4_PAE, %eax
        movl    %eax, %cr4
        movl    $PHYSICAL(boot_pml4), %eax
        movl    %eax, %cr3
        movl    $MSR_EFER, %ecx
        rdmsr
        orl     $EFER_LME_NXE, %eax
        wrmsr
        movl    $CR0_PE_WP_PG, %eax
        movl    %eax, %cr0
        lgdt    PHYSICAL(boot_gdtr)
        ljmp    $KERNEL_CODE_SELECTOR, $PHYSICAL(boot_long_mode)

/* Say so on the serial port, the only device that needs no driver, and stop.  These instructions are
 * the same in both modes. */
boot_unsupported:
        movl    $PHYSICAL(boot_unsupported_text), %esi
        movl    $COM1, %edx
1:      lodsb
        outb    %al, %dx
        testb   %al, %al
        jnz     1b
2:      hlt
        jmp     2b

        .code64
boot_long_mode:
        movl    $0x80000001, %eax
        cpuid
        btl     $11, %edx                       /* SYSCALL: Intel's show it in 64-bit mode only */
        jnc     boot_unsupported
        movabsq $1f, %rax
        jmpq    *%rax
1:      movl    $KERNEL_DATA_SELECTOR, %eax
        movl    %eax, %ss
        xorl    %eax, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movq    $boot_stack_top, %rsp
        xorl    %ebp, %ebp
        call    arch_init
        ud2

        .section .rodata.boot, "a"
        .balign 8
        .globl  boot_gdt                        /* also for ap_boot.S */
boot_gdt:
        .quad   0, 0x00af9a000000ffff, 0x00cf92000000ffff
boot_gdtr:
        .word   boot_gdtr - boot_gdt - 1
        .long   PHYSICAL(boot_gdt)
boot_unsupported_text:
        .asciz  "Mach_R: this processor has no 64-bit mode with NX and SYSCALL\r\n"

        .section .data.boot, "aw"
        .balign 4096
        .globl  boot_pml4
boot_pml4:
        .quad   PHYSICAL(boot_pdpt) + TABLE_FLAGS
        .fill   255, 8, 0
        .quad   PHYSICAL(boot_pdpt) + TABLE_FLAGS
        .fill   254, 8, 0
        .quad   PHYSICAL(boot_pdpt_kernel) + TABLE_FLAGS
boot_pdpt:
        .quad   PHYSICAL(boot_pd) + TABLE_FLAGS
        .quad   PHYSICAL(boot_pd) + 4096 + TABLE_FLAGS
        .quad   PHYSICAL(boot_pd) + 8192 + TABLE_FLAGS
        .quad   PHYSICAL(boot_pd) + 12288 + TABLE_FLAGS
        .fill   508, 8, 0
boot_pdpt_kernel:
        .fill   510, 8, 0
        .quad   PHYSICAL(boot_pd) + TABLE_FLAGS
        .quad   0
boot_pd:
        .set    page, 0
        .rept   2048
        .quad   page + LARGE_FLAGS
        .set    page, page + 0x200000
        .endr

/* The boot processor's first stack; boot_map.c leaves the page below it unmapped. */
        .section .bss.boot, "aw", @nobits
        .balign 4096
        .globl  boot_stack_guard, boot_stack_top
boot_stack_guard:
        .fill   4096 + 16384
boot_stack_top:
