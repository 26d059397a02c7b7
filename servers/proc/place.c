/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths in /proc.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node.h"
#include "process.h"

/* Modes of files and directories: nothing here can be written. */
#define MODE_FILE      0444
#define MODE_DIRECTORY 0555

/* Files by the directory they are in. */
static const struct {
    enum place_kind directory;
    enum place_kind kind;
    const char *name;
} files[] = {
    { PLACE_ROOT, PLACE_MEMINFO, "meminfo" },
    { PLACE_ROOT, PLACE_UPTIME, "uptime" },
    { PLACE_ROOT, PLACE_PROCESSORS, "processors" },
    { PLACE_PROCESS, PLACE_STATUS, "status" },
};

#define FILE_COUNT (sizeof(files) / sizeof(files[0]))

bool place_is_directory(struct place place)
{
    return place.kind == PLACE_ROOT || place.kind == PLACE_PROCESS;
}

uint64_t place_number(struct place place)
{
    return (uint64_t)place.pid * PLACE_KIND_COUNT + place.kind + 1;
}

/* The pid that NAME is in decimal digits without zeros in front; 0: it is none. */
static int32_t parse_pid(const char *name)
{
    char *end;
    if (name[0] < '1' || name[0] > '9' || strlen(name) > 6) {
        return 0;
    }
    long value = strtol(name, &end, 10);
    return *end == '\0' ? (int32_t)value : 0;
}

/* Go from the directory *PLACE to NAME in it. */
static kern_return_t step(struct place *place, const char *name)
{
    if (!place_is_directory(*place)) {
        return SERVER_ERROR_NOT_DIRECTORY;
    }
    if (strcmp(name, ".") == 0) {
        return KERN_SUCCESS;
    }
    if (strcmp(name, "..") == 0) {
        *place = (struct place){ .kind = PLACE_ROOT };
        return KERN_SUCCESS;
    }
    for (size_t i = 0; i < FILE_COUNT; i++) {
        if (files[i].directory == place->kind && strcmp(files[i].name, name) == 0) {
            place->kind = files[i].kind;
            return KERN_SUCCESS;
        }
    }
    int32_t pid = place->kind == PLACE_ROOT ? parse_pid(name) : 0;
    if (pid == 0 || process_by_pid(pid) == nullptr) {
        return SERVER_ERROR_NOT_FOUND;
    }
    *place = (struct place){ .kind = PLACE_PROCESS, .pid = pid };
    return KERN_SUCCESS;
}

kern_return_t place_follow(struct place *place, const char *path)
{
    char name[FS_NAME_MAX];
    kern_return_t result = KERN_SUCCESS;
    while (result == KERN_SUCCESS && *path != '\0') {
        size_t length = strcspn(path, "/");
        if (length >= sizeof(name)) {
            return SERVER_ERROR_NAME_TOO_LONG;
        }
        memcpy(name, path, length);
        name[length] = '\0';
        path += length;
        if (*path == '/') {
            path++;
            /* A slash behind a name says that it is a directory. */
            result = length == 0 ? KERN_SUCCESS : step(place, name);
            if (result == KERN_SUCCESS && !place_is_directory(*place)) {
                return SERVER_ERROR_NOT_DIRECTORY;
            }
        } else {
            result = step(place, name);
        }
    }
    return result;
}

/* Describe PLACE under NAME. */
static void describe(struct place place, const char *name, struct fs_entry *entry)
{
    bool is_directory = place_is_directory(place);
    *entry = (struct fs_entry){
        .node = place_number(place),
        .type = is_directory ? IO_TYPE_DIRECTORY : IO_TYPE_FILE,
        .mode = is_directory ? MODE_DIRECTORY : MODE_FILE,
    };
    (void)snprintf(entry->name, sizeof(entry->name), "%s", name);
}

/* Describe the directory of the process that is number INDEX in the table. */
static bool process_entry(unsigned index, struct fs_entry *entry)
{
    char name[16];
    struct process *process = process_first();
    while (process != nullptr && index > 0) {
        process = process->next;
        index--;
    }
    if (process == nullptr) {
        return false;
    }
    (void)snprintf(name, sizeof(name), "%d", (int)process->pid);
    describe((struct place){ .kind = PLACE_PROCESS, .pid = process->pid }, name, entry);
    return true;
}

bool place_entry(struct place place, unsigned index, struct fs_entry *entry)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        if (files[i].directory == place.kind && index-- == 0) {
            describe((struct place){ .kind = files[i].kind, .pid = place.pid }, files[i].name,
                     entry);
            return true;
        }
    }
    return place.kind == PLACE_ROOT && process_entry(index, entry);
}
