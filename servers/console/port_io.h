/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's I/O ports, for ranges that the kernel has granted to this task.
 */
#pragma once

#include <stdint.h>

static inline uint8_t port_read(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void port_write(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}
