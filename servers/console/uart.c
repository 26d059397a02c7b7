/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers are those of the PC16550D data sheet (National Semiconductor, 1995). The transmitter
 * is offered a FIFO's worth whenever it says that it is empty.
 */
#include "uart.h"

#include "port_io.h"

enum uart_register {
    UART_DATA = 0,
    UART_INTERRUPT_ENABLE = 1,
    UART_DIVISOR_LOW = 0,  /* with LINE_DIVISOR_ACCESS */
    UART_DIVISOR_HIGH = 1, /* likewise */
    UART_FIFO_CONTROL = 2,
    UART_LINE_CONTROL = 3,
    UART_MODEM_CONTROL = 4,
    UART_LINE_STATUS = 5,
    UART_SCRATCH = 7,
};

#define ENABLE_INPUT 0x01
#define ENABLE_ROOM  0x02

#define FIFO_ENABLE   0x01
#define FIFO_TRIGGER8 0x80

#define LINE_8_BITS         0x03
#define LINE_DIVISOR_ACCESS 0x80

#define MODEM_READY      0x03 /* DTR and RTS */
#define MODEM_INTERRUPTS 0x08 /* OUT2 connects the interrupt line on a PC */

#define STATUS_INPUT 0x01
#define STATUS_ROOM  0x20

#define FIFO_SIZE      16
#define DIVISOR_115200 1

static uint8_t interrupts; /* what the interrupt enable register holds */

static uint8_t get(enum uart_register place)
{
    return port_read((uint16_t)(UART_FIRST_PORT + place));
}

static void set(enum uart_register place, uint8_t value)
{
    port_write((uint16_t)(UART_FIRST_PORT + place), value);
}

/* The scratch register keeps what is written to it; where no chip is, nothing does. */
static bool is_present(void)
{
    set(UART_SCRATCH, 0x5a);
    bool keeps = get(UART_SCRATCH) == 0x5a;
    set(UART_SCRATCH, 0xa5);
    return keeps && get(UART_SCRATCH) == 0xa5;
}

/* The FIFOs are not cleared: the kernel's last words may be in them. */
bool uart_init(void)
{
    if (!is_present()) {
        return false;
    }
    set(UART_INTERRUPT_ENABLE, 0);
    set(UART_LINE_CONTROL, LINE_8_BITS | LINE_DIVISOR_ACCESS);
    set(UART_DIVISOR_LOW, DIVISOR_115200);
    set(UART_DIVISOR_HIGH, 0);
    set(UART_LINE_CONTROL, LINE_8_BITS);
    set(UART_FIFO_CONTROL, FIFO_ENABLE | FIFO_TRIGGER8);
    set(UART_MODEM_CONTROL, MODEM_READY | MODEM_INTERRUPTS);
    interrupts = ENABLE_INPUT;
    set(UART_INTERRUPT_ENABLE, interrupts);
    return true;
}

size_t uart_write(const char *data, size_t size)
{
    size_t done = 0;
    while (done < size && (get(UART_LINE_STATUS) & STATUS_ROOM) != 0) {
        size_t end = size - done < FIFO_SIZE ? size : done + FIFO_SIZE;
        while (done < end) {
            set(UART_DATA, (uint8_t)data[done++]);
        }
    }
    return done;
}

size_t uart_read(char *data, size_t size)
{
    size_t count = 0;
    while (count < size && (get(UART_LINE_STATUS) & STATUS_INPUT) != 0) {
        data[count++] = (char)get(UART_DATA);
    }
    return count;
}

/* Switching the interrupt on makes it come at once if there is room. */
void uart_watch_room(bool on)
{
    uint8_t wanted = (uint8_t)(on ? ENABLE_INPUT | ENABLE_ROOM : ENABLE_INPUT);
    if (wanted != interrupts) {
        interrupts = wanted;
        set(UART_INTERRUPT_ENABLE, interrupts);
    }
}
