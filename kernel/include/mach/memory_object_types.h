/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of memory objects and memory entries, as mapping calls need them.
 */
#pragma once

#include <mach/abi.h>
#include <mach/machine/vm_types.h>
#include <mach/message.h>
#include <mach/port.h>
#include <mach/vm_prot.h>
#include <mach/vm_types.h>

typedef uint64_t memory_object_offset_t;
typedef uint64_t memory_object_size_t;
typedef natural_t memory_object_cluster_size_t;
typedef natural_t *memory_object_fault_info_t;
typedef int memory_object_copy_strategy_t;
typedef int memory_object_return_t;
typedef int memory_object_flavor_t;
typedef int *memory_object_info_t;

#define MEMORY_OBJECT_COPY_NONE      0
#define MEMORY_OBJECT_COPY_CALL      1
#define MEMORY_OBJECT_COPY_DELAY     2
#define MEMORY_OBJECT_COPY_TEMPORARY 3
#define MEMORY_OBJECT_COPY_SYMMETRIC 4

#define MEMORY_OBJECT_NULL 0

/* Flags beside the protection in mach_make_memory_entry_64. */
#define MAP_MEM_ONLY         0x010000
#define MAP_MEM_NAMED_CREATE 0x020000
#define MAP_MEM_PURGABLE     0x040000
#define MAP_MEM_NAMED_REUSE  0x080000
#define MAP_MEM_VM_COPY      0x200000
#define MAP_MEM_VM_SHARE     0x400000
#define MAP_MEM_4K_DATA_ADDR 0x800000
#define MAP_MEM_FLAGS_MASK   0x00ffff00
#define MAP_MEM_PROT_MASK    0xff

/* Cache modes, in the top byte. */
#define GET_MAP_MEM(flags) ((((unsigned int)(flags)) >> 24) & 0xff)
#define SET_MAP_MEM(caching, flags) \
    ((flags) = ((((unsigned int)(caching)) << 24) & 0xff000000) | ((flags) & 0xffffff))

#define MAP_MEM_NOOP       0 /* leave as it is */
#define MAP_MEM_COPYBACK   1 /* ordinary memory */
#define MAP_MEM_IO         2 /* uncached, strongly ordered */
#define MAP_MEM_WTHRU      3 /* write-through */
#define MAP_MEM_WCOMB      4 /* write-combining */
#define MAP_MEM_INNERWBACK 5
#define MAP_MEM_POSTED     6

#define MEMORY_OBJECT_CONTROL_NULL        ((memory_object_control_t)0)
#define MEMORY_OBJECT_NAME_NULL           ((memory_object_name_t)0)
#define MEMORY_OBJECT_DEFAULT_NULL        ((memory_object_default_t)0)
#define MEMORY_OBJECT_COPY_INVALID        5
#define MEMORY_OBJECT_COPY_DELAY_FORK     6
#define MEMORY_OBJECT_RETURN_NONE         0
#define MEMORY_OBJECT_RETURN_DIRTY        1
#define MEMORY_OBJECT_RETURN_ALL          2
#define MEMORY_OBJECT_RETURN_ANYTHING     3
#define MEMORY_OBJECT_DATA_FLUSH          0x1
#define MEMORY_OBJECT_DATA_NO_CHANGE      0x2
#define MEMORY_OBJECT_DATA_PURGE          0x4
#define MEMORY_OBJECT_COPY_SYNC           0x8
#define MEMORY_OBJECT_DATA_SYNC           0x10
#define MEMORY_OBJECT_IO_SYNC             0x20
#define MEMORY_OBJECT_DATA_FLUSH_ALL      0x40
#define MAP_MEM_RT                        7
#define MAP_MEM_POSTED_REORDERED          8
#define MAP_MEM_POSTED_COMBINED_REORDERED 9
#define MAP_MEM_LEDGER_TAGGED             0x002000
#define MAP_MEM_PURGABLE_KERNEL_ONLY      0x004000
#define MAP_MEM_GRAB_SECLUDED             0x008000
#define MAP_MEM_USE_DATA_ADDR             0x100000
#define MAP_MEM_FLAGS_USER                                                                        \
    (MAP_MEM_PURGABLE_KERNEL_ONLY | MAP_MEM_GRAB_SECLUDED | MAP_MEM_ONLY | MAP_MEM_NAMED_CREATE | \
     MAP_MEM_PURGABLE | MAP_MEM_NAMED_REUSE | MAP_MEM_USE_DATA_ADDR | MAP_MEM_VM_COPY |           \
     MAP_MEM_VM_SHARE | MAP_MEM_LEDGER_TAGGED | MAP_MEM_4K_DATA_ADDR)
#define MAP_MEM_FLAGS_ALL (MAP_MEM_FLAGS_USER)

/* What could be asked of memory objects when pagers were programs; here nothing answers. */
#define MEMORY_OBJECT_INFO_MAX         1024
#define MEMORY_OBJECT_PERFORMANCE_INFO 11
#define MEMORY_OBJECT_ATTRIBUTE_INFO   14
#define MEMORY_OBJECT_BEHAVIOR_INFO    15
#define MEMORY_OBJECT_TERMINATE_IDLE   0x1
#define MEMORY_OBJECT_RESPECT_CACHE    0x2
#define MEMORY_OBJECT_RELEASE_NO_OP    0x4

typedef int memory_object_info_data_t[MEMORY_OBJECT_INFO_MAX];

struct memory_object_perf_info {
    memory_object_cluster_size_t cluster_size;
    boolean_t may_cache;
};
typedef struct memory_object_perf_info *memory_object_perf_info_t;
typedef struct memory_object_perf_info memory_object_perf_info_data_t;
#define MEMORY_OBJECT_PERF_INFO_COUNT MACH_WORD_COUNT(memory_object_perf_info_data_t)

struct memory_object_attr_info {
    memory_object_copy_strategy_t copy_strategy;
    memory_object_cluster_size_t cluster_size;
    boolean_t may_cache_object;
    boolean_t temporary;
};
typedef struct memory_object_attr_info *memory_object_attr_info_t;
typedef struct memory_object_attr_info memory_object_attr_info_data_t;
#define MEMORY_OBJECT_ATTR_INFO_COUNT MACH_WORD_COUNT(memory_object_attr_info_data_t)

struct memory_object_behave_info {
    memory_object_copy_strategy_t copy_strategy;
    boolean_t temporary;
    boolean_t invalidate;
    boolean_t silent_overwrite;
    boolean_t advisory_pageout;
};
typedef struct memory_object_behave_info *memory_object_behave_info_t;
typedef struct memory_object_behave_info memory_object_behave_info_data_t;
#define MEMORY_OBJECT_BEHAVE_INFO_COUNT MACH_WORD_COUNT(memory_object_behave_info_data_t)
