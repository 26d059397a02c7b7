/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two tables by scan code, without and with shift; a few keys behind the prefix 0xe0 give what a
 * VT100 sends. Codes: IBM PS/2 Hardware Interface Technical Reference, keyboards, set 1.
 */
#include "keymap.h"

#include <string.h>

#define PREFIX    0xe0
#define KEY_IS_UP 0x80

enum scan_code {
    CODE_CTRL = 0x1d,
    CODE_LEFT_SHIFT = 0x2a,
    CODE_RIGHT_SHIFT = 0x36,
    CODE_CAPS_LOCK = 0x3a,
    CODE_KEYPAD_ENTER = 0x1c, /* with prefix */
    CODE_KEYPAD_SLASH = 0x35, /* with prefix */
};

static const char plain[] = "\0\0331234567890-=\x7f\t"
                            "qwertyuiop[]\r\0as"
                            "dfghjkl;'`\0\\zxcv"
                            "bnm,./\0*\0 \0\0\0\0\0\0"
                            "\0\0\0\0\0\0\0"
                            "789-456+1230.";
static const char shifted[] = "\0\033!@#$%^&*()_+\x7f\t"
                              "QWERTYUIOP{}\r\0AS"
                              "DFGHJKL:\"~\0|ZXCV"
                              "BNM<>?\0*\0 \0\0\0\0\0\0"
                              "\0\0\0\0\0\0\0"
                              "789-456+1230.";

static const struct {
    uint8_t code;
    const char *text;
} extended[] = {
    { 0x47, "\033[H" },  { 0x48, "\033[A" },          { 0x49, "\033[5~" },
    { 0x4b, "\033[D" },  { 0x4d, "\033[C" },          { 0x4f, "\033[F" },
    { 0x50, "\033[B" },  { 0x51, "\033[6~" },         { 0x52, "\033[2~" },
    { 0x53, "\033[3~" }, { CODE_KEYPAD_ENTER, "\r" }, { CODE_KEYPAD_SLASH, "/" },
};

/* Is CODE a key that only changes others? Then note its state. */
static bool note_modifier(struct keymap *keymap, uint8_t code, bool is_down)
{
    switch (code) {
    case CODE_LEFT_SHIFT: keymap->has_left_shift = is_down; return true;
    case CODE_RIGHT_SHIFT: keymap->has_right_shift = is_down; return true;
    case CODE_CTRL: keymap->has_ctrl = is_down; return true;
    case CODE_CAPS_LOCK: keymap->is_caps_on ^= is_down; return true;
    default: return false;
    }
}

/* The shifts that surround some keys with a prefix mean nothing. */
static size_t translate_extended(struct keymap *keymap, uint8_t code, bool is_down, char *text)
{
    if (code == CODE_CTRL) {
        keymap->has_ctrl = is_down;
    }
    for (size_t i = 0; is_down && i < sizeof(extended) / sizeof(extended[0]); i++) {
        if (extended[i].code == code) {
            size_t length = strlen(extended[i].text);
            memcpy(text, extended[i].text, length);
            return length;
        }
    }
    return 0;
}

static bool is_lower(char character)
{
    return character >= 'a' && character <= 'z';
}

static char character_of(const struct keymap *keymap, uint8_t code)
{
    bool is_shifted = keymap->has_left_shift || keymap->has_right_shift;
    if (is_lower(plain[code])) {
        is_shifted ^= keymap->is_caps_on;
    }
    char character = is_shifted ? shifted[code] : plain[code];
    bool has_control = character >= '@' && character <= '~';
    return keymap->has_ctrl && has_control ? (char)(character & 0x1f) : character;
}

size_t keymap_translate(struct keymap *keymap, uint8_t code, char text[KEYMAP_CHARACTERS_MAX])
{
    if (code == PREFIX) {
        keymap->is_extended = true;
        return 0;
    }
    bool is_extended = keymap->is_extended;
    bool is_down = (code & KEY_IS_UP) == 0;
    uint8_t key = code & (uint8_t)~KEY_IS_UP;
    keymap->is_extended = false;
    if (is_extended) {
        return translate_extended(keymap, key, is_down, text);
    }
    if (note_modifier(keymap, key, is_down) || !is_down || key >= sizeof(plain) - 1) {
        return 0;
    }
    text[0] = character_of(keymap, key);
    return text[0] != '\0';
}
