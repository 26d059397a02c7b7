/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Darwin's dynamic linker tells its kernel of the images in a task. There is none here, and the calls
 * of idl/task.defs that take these say so.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/boolean.h>

/* The image's file: Darwin's uuid_t, fsobj_id_t and fsid_t, which have these shapes. */
struct dyld_kernel_image_info {
    unsigned char uuid[16];
    struct {
        uint32_t fid_objno;
        uint32_t fid_generation;
    } fsobjid;
    struct {
        int32_t val[2];
    } fsid;
    uint64_t load_addr;
};

struct dyld_kernel_process_info {
    struct dyld_kernel_image_info cache_image_info;
    uint64_t timestamp;         /* mach_absolute_time() of the last change of the list */
    uint32_t imageCount;        /* images there are */
    uint32_t initialImageCount; /* those linked in at start */
    uint8_t dyldState;
    boolean_t no_cache;
    boolean_t private_cache;
};

typedef struct dyld_kernel_image_info dyld_kernel_image_info_t;
typedef struct dyld_kernel_process_info dyld_kernel_process_info_t;
typedef dyld_kernel_image_info_t *dyld_kernel_image_info_array_t;

MACH_ABI_SIZE(dyld_kernel_image_info_t, 40);
MACH_ABI_SIZE(dyld_kernel_process_info_t, 72);
