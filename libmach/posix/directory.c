/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading directories, some entries at a time.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/mach_vm.h>

#include "../rpc/stubs.h"
#include "errors.h"
#include "path.h"

#define BATCH 64

struct directory_stream {
    mach_port_t port;
    char path[FS_PATH_MAX]; /* to find the directory again if its server dies */
    unsigned int position;  /* number of the next entry to hand out */
    unsigned int first;     /* number of entries[0] */
    fs_entry_array_t entries;
    mach_msg_type_number_t count;
    struct dirent entry;
};

DIR *opendir(const char *path)
{
    mach_port_t port;
    DIR *directory = malloc(sizeof(*directory));
    if (directory == NULL) {
        return NULL;
    }
    int error = path_absolute(path, directory->path, sizeof(directory->path));
    if (error == 0) {
        error = errno_of(path_lookup(path, FS_LOOKUP_FLAG_DIRECTORY, &port));
    }
    if (error != 0) {
        free(directory);
        errno = error;
        return NULL;
    }
    directory->port = port;
    directory->position = 0;
    directory->first = 0;
    directory->entries = NULL;
    directory->count = 0;
    return directory;
}

static void batch_release(DIR *directory)
{
    if (directory->count != 0) {
        (void)mach_vm_deallocate(mach_task_self_, (mach_vm_address_t)directory->entries,
                                 directory->count * sizeof(fs_entry_t));
        directory->count = 0;
    }
}

static kern_return_t batch_fetch_once(DIR *directory)
{
    return dir_list(directory->port, directory->position, BATCH, &directory->entries,
                    &directory->count);
}

static kern_return_t batch_fetch(DIR *directory)
{
    mach_port_t port;
    batch_release(directory);
    kern_return_t result = batch_fetch_once(directory);
    if (server_died(result) &&
        path_lookup(directory->path, FS_LOOKUP_FLAG_DIRECTORY, &port) == KERN_SUCCESS) {
        (void)mach_port_deallocate(mach_task_self_, directory->port);
        directory->port = port;
        result = batch_fetch_once(directory);
    }
    if (result != KERN_SUCCESS) {
        directory->count = 0;
    }
    directory->first = directory->position;
    return result;
}

static unsigned char entry_type(uint32_t type)
{
    switch (type) {
    case IO_TYPE_FILE: return DT_REG;
    case IO_TYPE_DIRECTORY: return DT_DIR;
    case IO_TYPE_LINK: return DT_LNK;
    case IO_TYPE_TERMINAL: return DT_CHR;
    default: return DT_UNKNOWN;
    }
}

static bool is_in_batch(const DIR *directory)
{
    return directory->position >= directory->first &&
           directory->position - directory->first < directory->count;
}

struct dirent *readdir(DIR *directory)
{
    if (!is_in_batch(directory)) {
        kern_return_t result = batch_fetch(directory);
        if (result != KERN_SUCCESS) {
            errno = errno_of(result);
            return NULL;
        }
        if (directory->count == 0) {
            return NULL;
        }
    }
    const fs_entry_t *source = &directory->entries[directory->position - directory->first];
    directory->position++;
    directory->entry.d_ino = (ino_t)source->node;
    directory->entry.d_type = entry_type(source->type);
    size_t length = strnlen(source->name, MAXNAMLEN);
    memcpy(directory->entry.d_name, source->name, length);
    directory->entry.d_name[length] = '\0';
    return &directory->entry;
}

void rewinddir(DIR *directory)
{
    batch_release(directory);
    directory->position = 0;
}

long telldir(DIR *directory)
{
    return (long)directory->position;
}

void seekdir(DIR *directory, long position)
{
    directory->position = (unsigned int)position;
}

int closedir(DIR *directory)
{
    batch_release(directory);
    (void)mach_port_deallocate(mach_task_self_, directory->port);
    free(directory);
    return 0;
}
