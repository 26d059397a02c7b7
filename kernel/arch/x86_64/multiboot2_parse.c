/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every access goes through a struct bytes that knows its end.  A tag's content is cut out of the
 * whole as a struct bytes of its own, so that no reader of a tag can leave it.
 */
#include <multiboot2_parse.h>

#include <lib/string.h>

#define TAG_END          0
#define TAG_COMMAND_LINE 1
#define TAG_MODULE       3
#define TAG_MEMORY_MAP   6
#define TAG_FRAME_BUFFER 8
#define TAG_RSDP_OLD     14
#define TAG_RSDP_NEW     15

#define SCREEN_RGB  1
#define SCREEN_TEXT 2

struct bytes {
    const uint8_t *data;
    size_t size;
};

struct tag_header {
    uint32_t type;
    uint32_t size;
};

struct tag_memory_map {
    uint32_t entry_size;
    uint32_t entry_version;
};

struct tag_memory_entry {
    uint64_t start;
    uint64_t length;
    uint32_t type;
    uint32_t reserved;
};

struct tag_module {
    uint32_t start;
    uint32_t end;
};

struct tag_frame_buffer {
    uint64_t address;
    uint32_t pitch;
    uint32_t width;
    uint32_t height;
    uint8_t bits_per_pixel;
    uint8_t type;
    uint16_t reserved;
};

struct tag_rgb {
    uint8_t red_shift, red_size;
    uint8_t green_shift, green_size;
    uint8_t blue_shift, blue_size;
};

/*
 * Copy SIZE bytes from the front of BYTES to OUT and drop them.  Returns: false if there are not so
 * many.
 */
static bool take(struct bytes *bytes, void *out, size_t size)
{
    if (bytes->size < size) {
        return false;
    }
    memcpy(out, bytes->data, size);
    bytes->data += size;
    bytes->size -= size;
    return true;
}

/* Copy a string that ends with BYTES or earlier. */
static void take_string(const struct bytes *bytes, char *out)
{
    size_t length = 0;
    while (length < bytes->size && length < BOOT_STRING_MAX - 1 && bytes->data[length] != 0) {
        out[length] = (char)bytes->data[length];
        length++;
    }
    out[length] = '\0';
}

static const char *parse_memory_map(struct bytes tag, struct multiboot2_info *info)
{
    struct tag_memory_map map;
    if (!take(&tag, &map, sizeof(map)) || map.entry_size < sizeof(struct tag_memory_entry)) {
        return "the memory map tag is malformed";
    }
    while (tag.size >= map.entry_size) {
        struct bytes entry_bytes = { tag.data, map.entry_size };
        struct tag_memory_entry entry;
        (void)take(&entry_bytes, &entry, sizeof(entry));
        tag.data += map.entry_size;
        tag.size -= map.entry_size;
        if (entry.length == 0) {
            continue;
        }
        if (entry.start + entry.length < entry.start) {
            return "a memory range wraps around the address space";
        }
        if (info->memory_count == BOOT_MEMORY_MAX) {
            return "the memory map has too many entries";
        }
        info->memory[info->memory_count++] = (struct multiboot2_memory){
            .start = entry.start, .end = entry.start + entry.length, .type = entry.type
        };
    }
    return nullptr;
}

static const char *parse_module(struct bytes tag, struct multiboot2_info *info)
{
    struct tag_module module;
    if (!take(&tag, &module, sizeof(module))) {
        return "a module tag is truncated";
    }
    if (module.end < module.start || module.start % PAGE_SIZE != 0) {
        return "a module tag has an impossible range";
    }
    if (info->module_count == BOOT_MODULE_MAX) {
        return "there are too many modules";
    }
    struct boot_module *out = &info->modules[info->module_count++];
    out->start = module.start;
    out->size = module.end - module.start;
    take_string(&tag, out->string);
    return nullptr;
}

static const char *parse_screen(struct bytes tag, struct multiboot2_info *info)
{
    struct tag_frame_buffer screen;
    struct tag_rgb rgb = {};
    if (!take(&tag, &screen, sizeof(screen)) ||
        (screen.type == SCREEN_RGB && !take(&tag, &rgb, sizeof(rgb)))) {
        return "the frame buffer tag is truncated";
    }
    if (screen.type != SCREEN_RGB && screen.type != SCREEN_TEXT) {
        return nullptr;
    }
    info->screen = (struct boot_screen){
        .address = screen.address,
        .pitch = screen.pitch,
        .width = screen.width,
        .height = screen.height,
        .bits_per_pixel = screen.bits_per_pixel,
        .is_text = screen.type == SCREEN_TEXT,
        .red_shift = rgb.red_shift,
        .green_shift = rgb.green_shift,
        .blue_shift = rgb.blue_shift,
    };
    return nullptr;
}

/* The newer table wins if there are two. */
static void parse_rsdp(struct bytes tag, bool is_new, struct multiboot2_info *info)
{
    if (is_new || info->rsdp_size == 0) {
        info->rsdp_size = (uint32_t)(tag.size < sizeof(info->rsdp) ? tag.size : sizeof(info->rsdp));
        memcpy(info->rsdp, tag.data, info->rsdp_size);
    }
}

static const char *parse_tag(uint32_t type, struct bytes tag, struct multiboot2_info *info)
{
    switch (type) {
    case TAG_COMMAND_LINE: take_string(&tag, info->command_line); return nullptr;
    case TAG_MODULE: return parse_module(tag, info);
    case TAG_MEMORY_MAP: return parse_memory_map(tag, info);
    case TAG_FRAME_BUFFER: return parse_screen(tag, info);
    case TAG_RSDP_OLD:
    case TAG_RSDP_NEW: parse_rsdp(tag, type == TAG_RSDP_NEW, info); return nullptr;
    default: return nullptr;
    }
}

const char *multiboot2_parse(const void *data, size_t size, struct multiboot2_info *info)
{
    struct bytes bytes = { data, size };
    uint32_t start[2]; /* total size, reserved */
    memset(info, 0, sizeof(*info));
    if (!take(&bytes, start, sizeof(start)) || start[0] > size || start[0] < sizeof(start)) {
        return "the boot information is truncated";
    }
    bytes.size = start[0] - sizeof(start);

    for (;;) {
        struct bytes rest = bytes;
        struct tag_header header;
        if (!take(&rest, &header, sizeof(header))) {
            return "the boot information has no end tag";
        }
        if (header.type == TAG_END) {
            return info->memory_count > 0 ? nullptr : "there is no memory map";
        }
        if (header.size < sizeof(header) || header.size > bytes.size) {
            return "a tag overruns the boot information";
        }
        rest.size = header.size - sizeof(header);
        const char *error = parse_tag(header.type, rest, info);
        if (error != nullptr) {
            return error;
        }
        size_t step = ((size_t)header.size + 7) & ~(size_t)7;
        if (step > bytes.size) {
            return "a tag overruns the boot information";
        }
        bytes.data += step;
        bytes.size -= step;
    }
}
