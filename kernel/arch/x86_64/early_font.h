/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The glyphs of early_screen.c, made at build time by scripts/mkfont.py. The console server has
 * those of the same font: so it knows the kernel's lines when it takes the screen over.
 */
#pragma once

#include <stdint.h>

#define EARLY_FONT_WIDTH      8
#define EARLY_FONT_HEIGHT     16
#define EARLY_FONT_CHARACTERS 127

/* ASCII; one byte for each line, its top bit on the left. */
extern const uint8_t early_font[EARLY_FONT_CHARACTERS][EARLY_FONT_HEIGHT];
