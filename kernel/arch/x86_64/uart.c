/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * National Semiconductor PC16550D, the data sheet's section 8.  Nothing is read here, but what is
 * typed while the system starts waits in the chip for the driver in user space.
 */
#include <uart.h>

#include <stdint.h>

#include <machine/instr.h>

#define COM1 0x3f8

#define UART_DATA             0 /* with LCR_DLAB: low byte of the divisor */
#define UART_INTERRUPT_ENABLE 1 /* with LCR_DLAB: high byte of the divisor */
#define UART_INTERRUPT_ID     2 /* read */
#define UART_FIFO_CONTROL     2 /* written */
#define UART_LINE_CONTROL     3
#define UART_MODEM_CONTROL    4
#define UART_LINE_STATUS      5
#define UART_SCRATCH          7

#define LCR_8N1        0x03
#define LCR_DLAB       0x80
#define IIR_HAS_FIFO   0xc0
#define FCR_ENABLE     0x01
#define MCR_DTR_RTS    0x03
#define MCR_LOOP       0x10 /* what is sent is received, and nothing else */
#define LSR_RECEIVED   0x01
#define LSR_SEND_EMPTY 0x20

/* Polls before a byte is given up: a port that never gets ready must not stop the kernel. */
#define POLL_MAX 100000

static bool uart_is_present;

/* Poll until a bit of STATUS comes up in the line status; give up after POLL_MAX. */
static void wait_for(uint8_t status)
{
    for (int polls = 0; polls < POLL_MAX; polls++) {
        if ((inb(COM1 + UART_LINE_STATUS) & status) != 0) {
            return;
        }
    }
}

/*
 * Switching the queues on empties the receiver.  Without them it holds one character at most, which
 * takes a way round: it is read, and sent back to the receiver.
 */
static void enable_queues(void)
{
    if ((inb(COM1 + UART_INTERRUPT_ID) & IIR_HAS_FIFO) == IIR_HAS_FIFO) {
        return;
    }
    bool has_character = (inb(COM1 + UART_LINE_STATUS) & LSR_RECEIVED) != 0;
    outb(COM1 + UART_MODEM_CONTROL, MCR_LOOP);
    uint8_t character = inb(COM1 + UART_DATA);
    outb(COM1 + UART_FIFO_CONTROL, FCR_ENABLE);
    if (has_character) {
        outb(COM1 + UART_DATA, character);
        wait_for(LSR_RECEIVED);
    }
}

void uart_init(void)
{
    outb(COM1 + UART_SCRATCH, 0xa5);
    if (inb(COM1 + UART_SCRATCH) != 0xa5) {
        return;
    }
    outb(COM1 + UART_INTERRUPT_ENABLE, 0);
    outb(COM1 + UART_LINE_CONTROL, LCR_DLAB);
    outb(COM1 + UART_DATA, 1);
    outb(COM1 + UART_INTERRUPT_ENABLE, 0);
    outb(COM1 + UART_LINE_CONTROL, LCR_8N1);
    enable_queues();
    outb(COM1 + UART_MODEM_CONTROL, MCR_DTR_RTS);
    uart_is_present = true;
}

static void uart_put(char character)
{
    wait_for(LSR_SEND_EMPTY);
    outb(COM1 + UART_DATA, (uint8_t)character);
}

void uart_write(const char *text, size_t length)
{
    if (!uart_is_present) {
        return;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            uart_put('\r');
        }
        uart_put(text[i]);
    }
}
