/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The font of pixel screens, made at build time by scripts/mkfont.py.
 */
#pragma once

#include <stdint.h>

#define FONT_WIDTH      8
#define FONT_HEIGHT     16
#define FONT_CHARACTERS 256

/* Glyphs of the characters U+0000 to U+00FF, one byte for each line, its top bit on the left. */
extern const uint8_t font_glyphs[FONT_CHARACTERS][FONT_HEIGHT];
