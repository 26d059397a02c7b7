/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A format is read in three steps (flags and width, size, conversion) into a struct; the
 * conversions then only differ in how they turn their argument into text.
 */
#include <lib/format.h>

#include <stdint.h>

#include <lib/string.h>

struct output {
    char *buffer;
    size_t size;
    size_t length; /* of the whole text, also of what did not fit */
};

/* One conversion: what stands between % and its letter. */
struct conversion {
    bool left;   /* - */
    bool zeros;  /* 0 */
    bool prefix; /* # */
    int width;
    int precision; /* -1: none */
    int size;      /* of the argument in bytes */
};

static void put(struct output *output, char character)
{
    if (output->length + 1 < output->size) {
        output->buffer[output->length] = character;
    }
    output->length++;
}

static void put_repeated(struct output *output, char character, int count)
{
    while (count-- > 0) {
        put(output, character);
    }
}

/* PREFIX and TEXT in a field as wide as C says. */
static void put_field(struct output *output, const struct conversion *c, const char *prefix,
                      const char *text, size_t length)
{
    int padding = c->width - (int)length - (int)strlen(prefix);
    if (!c->left && !c->zeros) {
        put_repeated(output, ' ', padding);
    }
    for (const char *p = prefix; *p != '\0'; p++) {
        put(output, *p);
    }
    if (!c->left && c->zeros) {
        put_repeated(output, '0', padding);
    }
    for (size_t i = 0; i < length; i++) {
        put(output, text[i]);
    }
    if (c->left) {
        put_repeated(output, ' ', padding);
    }
}

static void put_number(struct output *output, struct conversion c, uint64_t value, unsigned base,
                       const char *digits, const char *prefix)
{
    char text[64];
    size_t first = sizeof(text);
    int fewest = c.precision < 0                   ? 1
                 : c.precision < (int)sizeof(text) ? c.precision
                                                   : (int)sizeof(text);
    while (value != 0 || sizeof(text) - first < (size_t)fewest) {
        text[--first] = digits[value % base];
        value /= base;
    }
    if (c.precision >= 0) {
        c.zeros = false;
    }
    put_field(output, &c, prefix, text + first, sizeof(text) - first);
}

static void put_signed(struct output *output, const struct conversion *c, int64_t value)
{
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    put_number(output, *c, magnitude, 10, "0123456789", value < 0 ? "-" : "");
}

static void put_string(struct output *output, const struct conversion *c, const char *string)
{
    if (string == nullptr) {
        string = "(null)";
    }
    size_t max = c->precision < 0 ? SIZE_MAX : (size_t)c->precision;
    put_field(output, c, "", string, strnlen(string, max));
}

/* Read digits at *FORMAT, or take the argument that a * stands for. */
static int parse_number(const char **format, va_list *arguments)
{
    if (**format == '*') {
        (*format)++;
        return va_arg(*arguments, int);
    }
    int number = 0;
    while (**format >= '0' && **format <= '9' && number < 10000) {
        number = number * 10 + (*(*format)++ - '0');
    }
    return number;
}

static void parse_flags(const char **format, struct conversion *c, va_list *arguments)
{
    for (;; (*format)++) {
        if (**format == '-') {
            c->left = true;
        } else if (**format == '0') {
            c->zeros = true;
        } else if (**format == '#') {
            c->prefix = true;
        } else {
            break;
        }
    }
    c->width = parse_number(format, arguments);
    if (c->width < 0) {
        c->left = true;
        c->width = -c->width;
    }
    if (**format == '.') {
        (*format)++;
        c->precision = parse_number(format, arguments);
    }
}

static void parse_size(const char **format, struct conversion *c)
{
    for (;; (*format)++) {
        switch (**format) {
        case 'h': c->size = c->size == 2 ? 1 : 2; break;
        case 'l':
        case 'z':
        case 'j':
        case 't': c->size = 8; break;
        default: return;
        }
    }
}

static int64_t signed_argument(const struct conversion *c, va_list *arguments)
{
    switch (c->size) {
    case 1: return (signed char)va_arg(*arguments, int);
    case 2: return (short)va_arg(*arguments, int);
    case 8: return va_arg(*arguments, int64_t);
    default: return va_arg(*arguments, int);
    }
}

static uint64_t unsigned_argument(const struct conversion *c, va_list *arguments)
{
    switch (c->size) {
    case 1: return (unsigned char)va_arg(*arguments, unsigned);
    case 2: return (unsigned short)va_arg(*arguments, unsigned);
    case 8: return va_arg(*arguments, uint64_t);
    default: return va_arg(*arguments, unsigned);
    }
}

/* Convert one argument; an unknown LETTER is shown as it stands. */
static void convert(struct output *output, char letter, const struct conversion *c,
                    va_list *arguments)
{
    static const char lower[] = "0123456789abcdef";
    char character;

    switch (letter) {
    case 'd':
    case 'i': put_signed(output, c, signed_argument(c, arguments)); break;
    case 'u': put_number(output, *c, unsigned_argument(c, arguments), 10, lower, ""); break;
    case 'x':
        put_number(output, *c, unsigned_argument(c, arguments), 16, lower, c->prefix ? "0x" : "");
        break;
    case 'X':
        put_number(output, *c, unsigned_argument(c, arguments), 16, "0123456789ABCDEF",
                   c->prefix ? "0X" : "");
        break;
    case 'p': put_number(output, *c, (uintptr_t)va_arg(*arguments, void *), 16, lower, "0x"); break;
    case 's': put_string(output, c, va_arg(*arguments, const char *)); break;
    case 'c':
        character = (char)va_arg(*arguments, int);
        put_field(output, c, "", &character, 1);
        break;
    default: put(output, letter); break;
    }
}

size_t format_string_va(char *buffer, size_t size, const char *format, va_list list)
{
    struct output output = { .buffer = buffer, .size = size };
    va_list arguments;
    va_copy(arguments, list);
    while (*format != '\0') {
        if (*format != '%') {
            put(&output, *format++);
            continue;
        }
        format++;
        struct conversion c = { .precision = -1, .size = 4 };
        parse_flags(&format, &c, &arguments);
        parse_size(&format, &c);
        if (*format != '\0') {
            convert(&output, *format++, &c, &arguments);
        }
    }
    va_end(arguments);
    if (size > 0) {
        buffer[output.length < size ? output.length : size - 1] = '\0';
    }
    return output.length;
}

size_t format_string(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t length = format_string_va(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}
