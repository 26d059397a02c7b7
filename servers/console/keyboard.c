/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands and bits: IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary
 * Device Controller". The controller translates to scan code set 1.
 */
#include "keyboard.h"

#include <stdint.h>

#include "keymap.h"
#include "port_io.h"

#define STATUS_OUTPUT_FULL 0x01
#define STATUS_INPUT_FULL  0x02
#define STATUS_AUXILIARY   0x20 /* what is in the output buffer is the mouse's */
#define STATUS_NO_DEVICE   0xff /* what a bus without the chip reads */

#define COMMAND_READ_MODE       0x20
#define COMMAND_WRITE_MODE      0x60
#define COMMAND_ENABLE_KEYBOARD 0xae

#define MODE_KEYBOARD_INTERRUPT 0x01
#define MODE_KEYBOARD_DISABLED  0x10
#define MODE_TRANSLATE          0x40

#define KEYBOARD_ENABLE_SCANNING 0xf4

/* The chip answers within some thousand reads of its status; more are a broken chip. */
#define PATIENCE 100000

static struct keymap keymap;

/* Wait until the status has BITS, or none of them. Returns: false, it does not. */
static bool wait_status(uint8_t bits, bool set)
{
    for (int i = 0; i < PATIENCE; i++) {
        if (((port_read(KEYBOARD_STATUS_PORT) & bits) != 0) == set) {
            return true;
        }
    }
    return false;
}

static bool write_to(uint16_t port, uint8_t value)
{
    if (!wait_status(STATUS_INPUT_FULL, false)) {
        return false;
    }
    port_write(port, value);
    return true;
}

static void drain(void)
{
    for (int i = 0; i < PATIENCE && (port_read(KEYBOARD_STATUS_PORT) & STATUS_OUTPUT_FULL) != 0;
         i++) {
        (void)port_read(KEYBOARD_DATA_PORT);
    }
}

static bool enable_interrupt(void)
{
    if (!write_to(KEYBOARD_STATUS_PORT, COMMAND_READ_MODE) ||
        !wait_status(STATUS_OUTPUT_FULL, true)) {
        return false;
    }
    uint8_t mode = port_read(KEYBOARD_DATA_PORT) & (uint8_t)~MODE_KEYBOARD_DISABLED;
    mode |= MODE_KEYBOARD_INTERRUPT | MODE_TRANSLATE;
    return write_to(KEYBOARD_STATUS_PORT, COMMAND_WRITE_MODE) && write_to(KEYBOARD_DATA_PORT, mode);
}

bool keyboard_init(void)
{
    if (port_read(KEYBOARD_STATUS_PORT) == STATUS_NO_DEVICE ||
        !write_to(KEYBOARD_STATUS_PORT, COMMAND_ENABLE_KEYBOARD)) {
        return false;
    }
    drain();
    if (!enable_interrupt() || !write_to(KEYBOARD_DATA_PORT, KEYBOARD_ENABLE_SCANNING)) {
        return false;
    }
    (void)wait_status(STATUS_OUTPUT_FULL, true); /* the keyboard acknowledges */
    drain();
    return true;
}

size_t keyboard_read(char *data, size_t size)
{
    size_t count = 0;
    uint8_t status;
    while (count + KEYMAP_CHARACTERS_MAX <= size &&
           ((status = port_read(KEYBOARD_STATUS_PORT)) & STATUS_OUTPUT_FULL) != 0) {
        uint8_t code = port_read(KEYBOARD_DATA_PORT);
        if ((status & STATUS_AUXILIARY) == 0) {
            count += keymap_translate(&keymap, code, data + count);
        }
    }
    return count;
}
