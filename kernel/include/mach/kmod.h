/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loadable modules of Darwin's kernel, for programs that ask for a list of them. This kernel has none:
 * kmod_get_info() answers KERN_NOT_SUPPORTED, as Darwin's does today.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/kern_return.h>
#include <mach/vm_types.h>

#define KMOD_MAX_NAME       64
#define KMOD_RETURN_SUCCESS KERN_SUCCESS
#define KMOD_RETURN_FAILURE KERN_FAILURE

typedef int kmod_t;
typedef int kmod_control_flavor_t;
typedef void *kmod_args_t;

struct kmod_info;
typedef kern_return_t kmod_start_func_t(struct kmod_info *info, void *data);
typedef kern_return_t kmod_stop_func_t(struct kmod_info *info, void *data);

#pragma pack(push, 4)
typedef struct kmod_reference {
    struct kmod_reference *next;
    struct kmod_info *info;
} kmod_reference_t;

typedef struct kmod_info {
    struct kmod_info *next;
    int32_t info_version;
    uint32_t id;
    char name[KMOD_MAX_NAME];
    char version[KMOD_MAX_NAME];
    int32_t reference_count;
    kmod_reference_t *reference_list;
    vm_address_t address;
    vm_size_t size;
    vm_size_t hdr_size;
    kmod_start_func_t *start;
    kmod_stop_func_t *stop;
} kmod_info_t;
#pragma pack(pop)
typedef kmod_info_t *kmod_info_array_t;

/* What a module says of itself. */
#define KMOD_INFO_NAME    kmod_info
#define KMOD_INFO_VERSION 1
#define KMOD_EXPLICIT_DECL(name, version, start, stop)                                 \
    kmod_info_t KMOD_INFO_NAME = {                                                     \
        0, KMOD_INFO_VERSION, -1U, { #name }, { version }, -1, 0, 0, 0, 0, start, stop \
    };
#define KMOD_DECL(name, version)                  \
    static kmod_start_func_t name##_module_start; \
    static kmod_stop_func_t name##_module_stop;   \
    KMOD_EXPLICIT_DECL(name, version, name##_module_start, name##_module_stop)
MACH_ABI_SIZE(kmod_info_t, 196);
