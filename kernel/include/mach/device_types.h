/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hardware as drivers in user space see it: the screen the boot loader left, and the message an
 * interrupt becomes. The routines are in idl/device.defs.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/message.h>
#include <mach/ndr.h>

/* Interrupts are numbered by ISA IRQ (0 to 15) or global system interrupt (16 and above). */
#define DEVICE_INTERRUPT_MAX 256

/* The I/O port space of the processor. */
#define DEVICE_IO_PORT_MAX 65536

/* How device_map_physical's memory is cached. */
#define DEVICE_CACHE_WRITE_BACK      0
#define DEVICE_CACHE_UNCACHED        1
#define DEVICE_CACHE_WRITE_COMBINING 2

/* The screen: characters with attributes (VGA text) or pixels. */
struct device_screen {
    uint64_t address; /* physical; 0: there is no screen */
    uint32_t pitch;   /* bytes from one line to the next */
    uint32_t width;   /* pixels, or characters */
    uint32_t height;
    uint32_t bits_per_pixel;
    uint32_t is_text;
    uint32_t red_shift; /* each color is 8 bits wide */
    uint32_t green_shift;
    uint32_t blue_shift;
};
typedef struct device_screen device_screen_t;
MACH_ABI_SIZE(struct device_screen, 40);

/*
 * The message an interrupt becomes (idl/device_interrupt.defs): the interrupt stays masked until it
 * is acknowledged, so that at most one message per interrupt is on its way.
 */
#define DEVICE_INTERRUPT_MSGH_ID 903000

struct device_interrupt_message {
    mach_msg_header_t Head;
    NDR_record_t NDR;
    uint32_t irq;
    uint32_t count; /* how often it came since it was registered, modulo 2^32 */
};
MACH_ABI_SIZE(struct device_interrupt_message, 40);
