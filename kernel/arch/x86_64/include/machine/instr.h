/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every instruction that C has no word for, as a function named after it.  The kernel's only inline
 * assembly. Semantics: Intel SDM volume 2.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define RFLAGS_CF   UINT64_C(0x1)
#define RFLAGS_ONE  UINT64_C(0x2) /* always set */
#define RFLAGS_TF   UINT64_C(0x100)
#define RFLAGS_IF   UINT64_C(0x200)
#define RFLAGS_DF   UINT64_C(0x400)
#define RFLAGS_IOPL UINT64_C(0x3000)
#define RFLAGS_NT   UINT64_C(0x4000)
#define RFLAGS_RF   UINT64_C(0x10000)
#define RFLAGS_AC   UINT64_C(0x40000)

static inline void sti(void)
{
    __asm__ volatile("sti" ::: "memory");
}

static inline void cli(void)
{
    __asm__ volatile("cli" ::: "memory");
}

/* STI takes effect behind the next instruction. */
static inline void sti_nop(void)
{
    __asm__ volatile("sti; nop" ::: "memory");
}

static inline void hlt(void)
{
    __asm__ volatile("hlt" ::: "memory");
}

/* Enable interrupts and wait for one: an interrupt cannot come between the two (STI's shadow). */
static inline void sti_hlt(void)
{
    __asm__ volatile("sti; hlt" ::: "memory");
}

static inline void pause(void)
{
    __asm__ volatile("pause" ::: "memory");
}

static inline uint64_t read_rflags(void)
{
    uint64_t flags;
    __asm__ volatile("pushfq; popq %0" : "=r"(flags)::"memory");
    return flags;
}

static inline uint64_t rdtsc(void)
{
    uint64_t low, high; /* the upper halves become zero */
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return high << 32 | low;
}

static inline uint64_t rdmsr(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" ::"c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                     : "memory");
}

/* All stores and loads before this are done when the next instruction begins, also a WRMSR that
 * orders nothing itself (SDM vol. 3 section 10.12.3). */
static inline void mfence_lfence(void)
{
    __asm__ volatile("mfence; lfence" ::: "memory");
}

struct cpuid_result {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid_result cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_result r;
    __asm__ volatile("cpuid"
                     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(subleaf));
    return r;
}

static inline uint64_t read_cr0(void)
{
    uint64_t value;
    __asm__ volatile("movq %%cr0, %0" : "=r"(value));
    return value;
}

static inline void write_cr0(uint64_t value)
{
    __asm__ volatile("movq %0, %%cr0" ::"r"(value) : "memory");
}

static inline uint64_t read_cr2(void)
{
    uint64_t value;
    __asm__ volatile("movq %%cr2, %0" : "=r"(value));
    return value;
}

static inline uint64_t read_cr3(void)
{
    uint64_t value;
    __asm__ volatile("movq %%cr3, %0" : "=r"(value));
    return value;
}

static inline void write_cr3(uint64_t value)
{
    __asm__ volatile("movq %0, %%cr3" ::"r"(value) : "memory");
}

static inline uint64_t read_cr4(void)
{
    uint64_t value;
    __asm__ volatile("movq %%cr4, %0" : "=r"(value));
    return value;
}

static inline void write_cr4(uint64_t value)
{
    __asm__ volatile("movq %0, %%cr4" ::"r"(value) : "memory");
}

static inline void write_dr0(uint64_t value)
{
    __asm__ volatile("movq %0, %%dr0" ::"r"(value) : "memory");
}

static inline void write_dr1(uint64_t value)
{
    __asm__ volatile("movq %0, %%dr1" ::"r"(value) : "memory");
}

static inline void write_dr2(uint64_t value)
{
    __asm__ volatile("movq %0, %%dr2" ::"r"(value) : "memory");
}

static inline void write_dr3(uint64_t value)
{
    __asm__ volatile("movq %0, %%dr3" ::"r"(value) : "memory");
}

static inline uint64_t read_dr6(void)
{
    uint64_t value;
    __asm__ volatile("movq %%dr6, %0" : "=r"(value));
    return value;
}

static inline void write_dr6(uint64_t value)
{
    __asm__ volatile("movq %0, %%dr6" ::"r"(value) : "memory");
}

static inline void write_dr7(uint64_t value)
{
    __asm__ volatile("movq %0, %%dr7" ::"r"(value) : "memory");
}

/* Clear CR0.TS: FPU instructions work. */
static inline void clts(void)
{
    __asm__ volatile("clts" ::: "memory");
}

static inline void invlpg(uint64_t address)
{
    __asm__ volatile("invlpg (%0)" ::"r"(address) : "memory");
}

/* Forget all entries of the user half with tag PCID. */
static inline void invpcid_single(uint64_t pcid)
{
    const uint64_t descriptor[2] = { pcid, 0 };
    const uint64_t single_context = 1;
    __asm__ volatile("invpcid %0, %1" ::"m"(descriptor), "r"(single_context) : "memory");
}

static inline void outb(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static inline void outw(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" ::"a"(value), "Nd"(port));
}

static inline void outl(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint16_t inw(uint16_t port)
{
    uint16_t value;
    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* The operand of LGDT and LIDT. */
struct descriptor_register {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

static inline void lgdt(const struct descriptor_register *gdtr)
{
    __asm__ volatile("lgdt %0" ::"m"(*gdtr));
}

static inline void lidt(const struct descriptor_register *idtr)
{
    __asm__ volatile("lidt %0" ::"m"(*idtr));
}

static inline void ltr(uint16_t selector)
{
    __asm__ volatile("ltr %0" ::"r"(selector));
}

/* Load the kernel's code selector by a far return, and the data selector into the other registers;
 * gs keeps its base only because it is set afterwards. */
static inline void load_segments(uint16_t code, uint16_t data)
{
    __asm__ volatile("pushq %0; leaq 1f(%%rip), %%rax; pushq %%rax; lretq\n"
                     "1: movw %w1, %%ss; movw %w1, %%ds; movw %w1, %%es\n"
                     "xorl %%eax, %%eax; movw %%ax, %%fs; movw %%ax, %%gs" ::"r"((uint64_t)code),
                     "r"(data)
                     : "rax", "memory");
}

static inline void xsetbv(uint32_t index, uint64_t value)
{
    __asm__ volatile("xsetbv" ::"c"(index), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static inline void xsave64(void *area, uint64_t mask)
{
    __asm__ volatile("xsave64 (%0)" ::"r"(area), "a"((uint32_t)mask), "d"((uint32_t)(mask >> 32))
                     : "memory");
}

static inline void xrstor64(const void *area, uint64_t mask)
{
    __asm__ volatile("xrstor64 (%0)" ::"r"(area), "a"((uint32_t)mask), "d"((uint32_t)(mask >> 32))
                     : "memory");
}

static inline void fxsave64(void *area)
{
    __asm__ volatile("fxsave64 (%0)" ::"r"(area) : "memory");
}

static inline void fxrstor64(const void *area)
{
    __asm__ volatile("fxrstor64 (%0)" ::"r"(area) : "memory");
}

/* Copy COUNT words upwards. */
static inline void rep_movsq(void *to, const void *from, size_t count)
{
    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(count)::"memory");
}

/* Copy COUNT bytes upwards. */
static inline void rep_movsb(void *to, const void *from, size_t count)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count)::"memory");
}

/* Store COUNT words VALUE. */
static inline void rep_stosq(void *to, uint64_t value, size_t count)
{
    __asm__ volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(value) : "memory");
}

/* Call FUNCTION on the stack that ends at STACK_TOP; it does not return. */
[[noreturn]] static inline void call_on_stack(uint64_t stack_top, void (*function)(void))
{
    __asm__ volatile("movq %0, %%rsp; xorl %%ebp, %%ebp; callq *%1" ::"r"(stack_top), "r"(function)
                     : "memory");
    __builtin_unreachable();
}
