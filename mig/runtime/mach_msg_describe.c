/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is read once from front to back, field after field; each step first asks whether that
 * many bytes are left. Text beyond the caller's room is dropped at the end.
 */
#include "mach_msg_describe.h"

enum { SHOWN_NUMBERS = 8, SHOWN_CHARACTERS = 64, LARGE_NUMBER = 0x10000 };

struct text {
    char *start;
    size_t size;
    size_t length;
    int overflow;
};

struct reader {
    const unsigned char *at;
    size_t left;
    uint32_t count; /* the last count read */
};

static void put_char(struct text *out, char c)
{
    if (out->length + 1 < out->size) {
        out->start[out->length++] = c;
    } else {
        out->overflow = 1;
    }
}

static void put(struct text *out, const char *s)
{
    while (*s != '\0') {
        put_char(out, *s++);
    }
}

static void put_in_base(struct text *out, uint64_t value, unsigned int base)
{
    char digits[20];
    unsigned int n = 0;
    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (n > 0) {
        put_char(out, digits[--n]);
    }
}

static void put_hex(struct text *out, uint64_t value)
{
    put(out, "0x");
    put_in_base(out, value, 16);
}

/* Small numbers are amounts, large ones addresses and bits. */
static void put_number(struct text *out, uint64_t value)
{
    if (value < LARGE_NUMBER) {
        put_in_base(out, value, 10);
    } else {
        put_hex(out, value);
    }
}

/* Result codes: those of the kernel are small, those of stubs negative, others have bits. */
static void put_code(struct text *out, int32_t code)
{
    if (code < 0 && code > -LARGE_NUMBER) {
        put_char(out, '-');
        code = -code;
    }
    put_number(out, (uint32_t)code);
}

static uint64_t number_at(const unsigned char *at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = size < sizeof(value) ? size : sizeof(value); i > 0; i--) {
        value = value << 8 | at[i - 1];
    }
    return value;
}

/* The next SIZE bytes, or null if the message ends before. */
static const unsigned char *take(struct reader *in, size_t size)
{
    const unsigned char *at = in->at;
    if (size > in->left) {
        return NULL;
    }
    in->at += size;
    in->left -= size;
    return at;
}

/* Fields end at a multiple of 4; the last one's padding may be cut off. */
static void skip_padding(struct reader *in, size_t size)
{
    size_t padding = -size & 3;
    (void)take(in, padding < in->left ? padding : in->left);
}

static const char *right_name(unsigned int disposition)
{
    static const char *const names[] = {
        [MACH_MSG_TYPE_MOVE_RECEIVE] = "receive",     [MACH_MSG_TYPE_MOVE_SEND] = "send",
        [MACH_MSG_TYPE_MOVE_SEND_ONCE] = "send-once", [MACH_MSG_TYPE_COPY_SEND] = "copy-send",
        [MACH_MSG_TYPE_MAKE_SEND] = "make-send",      [MACH_MSG_TYPE_MAKE_SEND_ONCE] = "make-send-once",
    };
    if (disposition >= sizeof(names) / sizeof(names[0]) || names[disposition] == NULL) {
        return "right?";
    }
    return names[disposition];
}

static void put_port(struct text *out, const unsigned char *at)
{
    put(out, right_name(at[10]));
    put_char(out, ' ');
    put_hex(out, number_at(at, 4));
}

static void put_memory(struct text *out, const unsigned char *at)
{
    put_in_base(out, number_at(at + 12, 4), 10);
    put(out, " bytes at ");
    put_hex(out, number_at(at, 8));
    put(out, at[8] != 0 ? " given" : "");
}

static void put_ports(struct text *out, const unsigned char *at)
{
    put_in_base(out, number_at(at + 12, 4), 10);
    put(out, " rights (");
    put(out, right_name(at[10]));
    put(out, ") at ");
    put_hex(out, number_at(at, 8));
}

/* Descriptors of one argument, each of the declared type; 0 if the message differs. */
static int put_descriptors(struct text *out, struct reader *in, const struct mach_msg_field *field)
{
    static const struct {
        void (*put)(struct text *, const unsigned char *);
        uint8_t size;
        uint8_t type;
    } kinds[] = {
        [MACH_MSG_FIELD_PORT] = { put_port, 12, MACH_MSG_PORT_DESCRIPTOR },
        [MACH_MSG_FIELD_MEMORY] = { put_memory, 16, MACH_MSG_OOL_DESCRIPTOR },
        [MACH_MSG_FIELD_PORTS] = { put_ports, 16, MACH_MSG_OOL_PORTS_DESCRIPTOR },
    };
    for (uint32_t i = 0; i < field->size; i++) {
        const unsigned char *at = take(in, kinds[field->kind].size);
        if (at == NULL || at[11] != kinds[field->kind].type) {
            return 0;
        }
        put(out, i == 0 ? "" : ", ");
        kinds[field->kind].put(out, at);
    }
    return 1;
}

static void put_numbers(struct text *out, const unsigned char *at, size_t size, size_t element,
                        int list)
{
    size_t count = size / element;
    put(out, list ? "{" : "");
    for (size_t i = 0; i < count && i < SHOWN_NUMBERS; i++) {
        put(out, i == 0 ? "" : ", ");
        put_number(out, number_at(at + i * element, element));
    }
    put(out, count > SHOWN_NUMBERS ? ", ..." : "");
    put(out, list ? "}" : "");
}

static void put_text(struct text *out, const unsigned char *at, size_t size)
{
    put_char(out, '"');
    for (size_t i = 0; i < size && at[i] != '\0'; i++) {
        if (i == SHOWN_CHARACTERS) {
            put(out, "\"...");
            return;
        }
        if (at[i] >= ' ' && at[i] < 0x7f && at[i] != '"' && at[i] != '\\') {
            put_char(out, (char)at[i]);
        } else {
            put(out, "\\x");
            put_char(out, "0123456789abcdef"[at[i] >> 4]);
            put_char(out, "0123456789abcdef"[at[i] & 15]);
        }
    }
    put_char(out, '"');
}

/* The value of a field that is inline; 0 if the message ends before it does. */
static int put_value(struct text *out, struct reader *in, const struct mach_msg_field *field)
{
    int packed = field->kind == MACH_MSG_FIELD_PACKED_NUMBERS ||
                 field->kind == MACH_MSG_FIELD_PACKED_TEXT;
    size_t size = packed ? (size_t)field->size * in->count : field->size;
    const unsigned char *at = take(in, size);
    if (at == NULL) {
        return 0;
    }
    if (field->kind == MACH_MSG_FIELD_TEXT || field->kind == MACH_MSG_FIELD_PACKED_TEXT) {
        put_text(out, at, size);
    } else {
        put_numbers(out, at, size, field->element, packed || size != field->element);
    }
    skip_padding(in, size);
    return 1;
}

/* Fields without a text of their own. Returns 1 if this was one, 0 if not, -1 at the message's end. */
static int read_hidden(struct reader *in, const struct mach_msg_field *field)
{
    const unsigned char *at;
    switch (field->kind) {
    case MACH_MSG_FIELD_HIDDEN:
    case MACH_MSG_FIELD_RESULT: return take(in, field->size) != NULL ? 1 : -1;
    case MACH_MSG_FIELD_COUNT:
        at = take(in, 4);
        in->count = at != NULL ? (uint32_t)number_at(at, 4) : 0;
        return at != NULL ? 1 : -1;
    default: return 0;
    }
}

static void put_fields(struct text *out, struct reader *in, const struct mach_msg_format *format)
{
    int shown = format->port != NULL;
    for (uint32_t i = 0; i < format->count; i++) {
        const struct mach_msg_field *field = &format->fields[i];
        int hidden = read_hidden(in, field);
        if (hidden > 0) {
            continue;
        }
        put(out, shown++ ? ", " : "");
        if (hidden < 0 || field->kind == MACH_MSG_FIELD_UNKNOWN) {
            put(out, hidden < 0 ? "<too short>" : "...");
            return;
        }
        put(out, field->name);
        put_char(out, '=');
        int descriptors = field->kind <= MACH_MSG_FIELD_PORTS;
        if (!(descriptors ? put_descriptors(out, in, field) : put_value(out, in, field))) {
            put(out, descriptors ? "<another type>" : "<too short>");
            return;
        }
    }
    put(out, in->left > 3 ? " <too long>" : "");
}

const struct mach_msg_format *mach_msg_format(mach_msg_id_t id)
{
    size_t low = 0;
    size_t high = mach_msg_format_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (mach_msg_formats[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < mach_msg_format_count && mach_msg_formats[low].id == id ? &mach_msg_formats[low]
                                                                         : NULL;
}

/* The format of MESSAGE: of two with its id, the call's if it brings a reply port. */
static const struct mach_msg_format *format_of(const mach_msg_header_t *message)
{
    const struct mach_msg_format *format = mach_msg_format(message->msgh_id);
    const struct mach_msg_format *end = mach_msg_formats + mach_msg_format_count;
    int is_call = message->msgh_local_port != MACH_PORT_NULL &&
                  message->msgh_remote_port != MACH_PORT_NULL;
    if (format != NULL && !is_call && format + 1 < end && format[1].id == format->id) {
        return format + 1;
    }
    return format;
}

/* An error reply: header, 8 bytes of NDR, the code. Returns: is it one? */
static int put_error(struct text *out, const mach_msg_header_t *message, struct reader in)
{
    if (MACH_MSGH_BITS_IS_COMPLEX(message->msgh_bits) || in.left != 12) {
        return 0;
    }
    uint64_t code = number_at(in.at + 8, 4);
    if (code == 0) {
        return 0;
    }
    put(out, "error ");
    put_code(out, (int32_t)code);
    return 1;
}

static void put_message(struct text *out, const mach_msg_header_t *message)
{
    const struct mach_msg_format *format = format_of(message);
    struct reader in = { (const unsigned char *)(message + 1), 0, 0 };
    if (message->msgh_size > sizeof(*message)) {
        in.left = message->msgh_size - sizeof(*message);
    }
    if (format == NULL) {
        put(out, "message ");
        put_in_base(out, (uint32_t)message->msgh_id, 10);
        put(out, " of ");
        put_in_base(out, message->msgh_size, 10);
        put(out, " bytes");
        return;
    }
    put(out, format->name);
    put(out, format->port != NULL ? "(" : " -> ");
    if (format->port != NULL) {
        put(out, format->port);
        put_char(out, '=');
        put_hex(out, message->msgh_remote_port);
    } else if (put_error(out, message, in)) {
        return;
    } else {
        put_char(out, '(');
    }
    put_fields(out, &in, format);
    put_char(out, ')');
}

size_t mach_msg_describe(const mach_msg_header_t *message, char *text, size_t size)
{
    struct text out = { text, size, 0, 0 };
    if (size == 0) {
        return 0;
    }
    put_message(&out, message);
    for (size_t i = 1; out.overflow && i <= 3 && i <= out.length; i++) {
        text[out.length - i] = '.';
    }
    text[out.length] = '\0';
    return out.length;
}
