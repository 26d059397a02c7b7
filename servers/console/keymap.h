/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the scan codes of a PC keyboard (set 1, US layout) to characters. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Most characters one key gives. */
#define KEYMAP_CHARACTERS_MAX 4

struct keymap {
    bool has_left_shift;
    bool has_right_shift;
    bool has_ctrl;
    bool is_caps_on;
    bool is_extended; /* the code before was 0xe0 */
};

/* A key went down or up: CODE. Returns: how many characters it gives, at TEXT. */
size_t keymap_translate(struct keymap *keymap, uint8_t code, char text[KEYMAP_CHARACTERS_MAX]);
