/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters of the virtual memory system (in pages or events since boot), and the flags of calls
 * that allocate or map memory.
 */
#pragma once

#include <stdint.h>
#if !defined(__cplusplus) && __STDC_VERSION__ < 202311L
#include <stdbool.h>
#endif

#include <mach/abi.h>
#include <mach/machine/vm_types.h>

/* What others did to a task. */
struct vm_extmod_statistics {
    int64_t task_for_pid_count;
    int64_t task_for_pid_caller_count;
    int64_t thread_creation_count;
    int64_t thread_creation_caller_count;
    int64_t thread_set_state_count;
    int64_t thread_set_state_caller_count;
} __attribute__((aligned(8)));
typedef struct vm_extmod_statistics *vm_extmod_statistics_t;
typedef struct vm_extmod_statistics vm_extmod_statistics_data_t;

/* Purgeable memory by group. */
typedef struct vm_purgeable_stat {
    uint64_t count;
    uint64_t size;
} vm_purgeable_stat_t;

struct vm_purgeable_info {
    vm_purgeable_stat_t fifo_data[8];
    vm_purgeable_stat_t obsolete_data;
    vm_purgeable_stat_t lifo_data[8];
};
typedef struct vm_purgeable_info *vm_purgeable_info_t;

/* HOST_VM_INFO */
struct vm_statistics {
    natural_t free_count;
    natural_t active_count;
    natural_t inactive_count;
    natural_t wire_count;
    natural_t zero_fill_count;
    natural_t reactivations;
    natural_t pageins;
    natural_t pageouts;
    natural_t faults;
    natural_t cow_faults;
    natural_t lookups;
    natural_t hits;
    natural_t purgeable_count;
    natural_t purges;
    natural_t speculative_count;
};
typedef struct vm_statistics *vm_statistics_t;
typedef struct vm_statistics vm_statistics_data_t;
MACH_ABI_SIZE(vm_statistics_data_t, 60);

/* HOST_VM_INFO64 */
struct vm_statistics64 {
    natural_t free_count;
    natural_t active_count;
    natural_t inactive_count;
    natural_t wire_count;
    uint64_t zero_fill_count;
    uint64_t reactivations;
    uint64_t pageins;
    uint64_t pageouts;
    uint64_t faults;
    uint64_t cow_faults;
    uint64_t lookups;
    uint64_t hits;
    uint64_t purges;
    natural_t purgeable_count;
    natural_t speculative_count;
    uint64_t decompressions;
    uint64_t compressions;
    uint64_t swapins;
    uint64_t swapouts;
    natural_t compressor_page_count;
    natural_t throttled_count;
    natural_t external_page_count;
    natural_t internal_page_count;
    uint64_t total_uncompressed_pages_in_compressor;
};
typedef struct vm_statistics64 *vm_statistics64_t;
typedef struct vm_statistics64 vm_statistics64_data_t;
MACH_ABI_SIZE(vm_statistics64_data_t, 152);

/* Flags of allocating and mapping calls. */
#define VM_FLAGS_FIXED               0x00000000 /* at the address given, which must be free */
#define VM_FLAGS_ANYWHERE            0x00000001 /* where there is room, from the address given */
#define VM_FLAGS_PURGABLE            0x00000002
#define VM_FLAGS_4GB_CHUNK           0x00000004
#define VM_FLAGS_RANDOM_ADDR         0x00000008
#define VM_FLAGS_NO_CACHE            0x00000010
#define VM_FLAGS_RESILIENT_CODESIGN  0x00000020
#define VM_FLAGS_RESILIENT_MEDIA     0x00000040
#define VM_FLAGS_PERMANENT           0x00000080
#define VM_FLAGS_OVERWRITE           0x00004000 /* with FIXED: replace what is mapped there */
#define VM_FLAGS_SUPERPAGE_MASK      0x00070000
#define VM_FLAGS_RETURN_DATA_ADDR    0x00100000 /* answer the data's address, not its page's */
#define VM_FLAGS_RETURN_4K_DATA_ADDR 0x00800000
#define VM_FLAGS_ALIAS_MASK          0xff000000 /* a tag that says what the memory is for */

#define VM_FLAGS_USER_ALLOCATE                                                            \
    (VM_FLAGS_FIXED | VM_FLAGS_ANYWHERE | VM_FLAGS_PURGABLE | VM_FLAGS_4GB_CHUNK |        \
     VM_FLAGS_RANDOM_ADDR | VM_FLAGS_NO_CACHE | VM_FLAGS_PERMANENT | VM_FLAGS_OVERWRITE | \
     VM_FLAGS_SUPERPAGE_MASK | VM_FLAGS_ALIAS_MASK)
#define VM_FLAGS_USER_MAP \
    (VM_FLAGS_USER_ALLOCATE | VM_FLAGS_RETURN_4K_DATA_ADDR | VM_FLAGS_RETURN_DATA_ADDR)
#define VM_FLAGS_USER_REMAP                                                           \
    (VM_FLAGS_FIXED | VM_FLAGS_ANYWHERE | VM_FLAGS_RANDOM_ADDR | VM_FLAGS_OVERWRITE | \
     VM_FLAGS_RETURN_DATA_ADDR | VM_FLAGS_RESILIENT_CODESIGN | VM_FLAGS_RESILIENT_MEDIA)

#define VM_GET_FLAGS_ALIAS(flags, alias) ((alias) = (((flags) >> 24) & 0xff))
#define VM_SET_FLAGS_ALIAS(flags, alias) \
    ((flags) = (((flags) & ~VM_FLAGS_ALIAS_MASK) | (((alias) & ~VM_FLAGS_ALIAS_MASK) << 24)))

/* Tags; shown by region calls as user_tag. */
#define VM_MAKE_TAG(tag)                  ((tag) << 24)
#define VM_MEMORY_MALLOC                  1
#define VM_MEMORY_MALLOC_SMALL            2
#define VM_MEMORY_MALLOC_LARGE            3
#define VM_MEMORY_MALLOC_HUGE             4
#define VM_MEMORY_SBRK                    5
#define VM_MEMORY_REALLOC                 6
#define VM_MEMORY_MALLOC_TINY             7
#define VM_MEMORY_ANALYSIS_TOOL           10
#define VM_MEMORY_MACH_MSG                20
#define VM_MEMORY_IOKIT                   21
#define VM_MEMORY_STACK                   30
#define VM_MEMORY_GUARD                   31
#define VM_MEMORY_SHARED_PMAP             32
#define VM_MEMORY_DYLIB                   33
#define VM_MEMORY_UNSHARED_PMAP           35
#define VM_MEMORY_APPLICATION_SPECIFIC_1  240
#define VM_MEMORY_APPLICATION_SPECIFIC_16 255

/* What vm_map_page_query() tells of a page. */
#define VM_PAGE_QUERY_PAGE_PRESENT      0x1
#define VM_PAGE_QUERY_PAGE_FICTITIOUS   0x2
#define VM_PAGE_QUERY_PAGE_REF          0x4
#define VM_PAGE_QUERY_PAGE_DIRTY        0x8
#define VM_PAGE_QUERY_PAGE_PAGED_OUT    0x10
#define VM_PAGE_QUERY_PAGE_COPIED       0x20
#define VM_PAGE_QUERY_PAGE_SPECULATIVE  0x40
#define VM_PAGE_QUERY_PAGE_EXTERNAL     0x80
#define VM_PAGE_QUERY_PAGE_CS_VALIDATED 0x100
#define VM_PAGE_QUERY_PAGE_CS_TAINTED   0x200
#define VM_PAGE_QUERY_PAGE_CS_NX        0x400
#define VM_PAGE_QUERY_PAGE_REUSABLE     0x800

/* Sizes of large pages, in a call's flags. */
#define VM_FLAGS_SUPERPAGE_SHIFT    16
#define SUPERPAGE_NONE              0
#define SUPERPAGE_SIZE_ANY          1
#define VM_FLAGS_SUPERPAGE_NONE     (SUPERPAGE_NONE << VM_FLAGS_SUPERPAGE_SHIFT)
#define VM_FLAGS_SUPERPAGE_SIZE_ANY (SUPERPAGE_SIZE_ANY << VM_FLAGS_SUPERPAGE_SHIFT)
#define SUPERPAGE_SIZE_2MB          2
#define VM_FLAGS_SUPERPAGE_SIZE_2MB (SUPERPAGE_SIZE_2MB << VM_FLAGS_SUPERPAGE_SHIFT)

/* Hardware protection flags; kind of guard of an address range. */
#define VM_FLAGS_TPRO          0x00001000
#define VM_FLAGS_HW            (VM_FLAGS_TPRO)
#define GUARD_TYPE_VIRT_MEMORY 0x5

/* Whom shared memory is charged to. */
#define VM_LEDGER_TAG_NONE                    0x00000000
#define VM_LEDGER_TAG_DEFAULT                 0x00000001
#define VM_LEDGER_TAG_NETWORK                 0x00000002
#define VM_LEDGER_TAG_MEDIA                   0x00000003
#define VM_LEDGER_TAG_GRAPHICS                0x00000004
#define VM_LEDGER_TAG_NEURAL                  0x00000005
#define VM_LEDGER_TAG_MAX                     0x00000005
#define VM_LEDGER_TAG_UNCHANGED               ((int)-1)
#define VM_LEDGER_FLAG_NO_FOOTPRINT           (1 << 0)
#define VM_LEDGER_FLAG_NO_FOOTPRINT_FOR_DEBUG (1 << 1)
#define VM_LEDGER_FLAG_FROM_KERNEL            (1 << 2)
#define VM_LEDGER_FLAGS_USER                  (VM_LEDGER_FLAG_NO_FOOTPRINT | VM_LEDGER_FLAG_NO_FOOTPRINT_FOR_DEBUG)
#define VM_LEDGER_FLAGS_ALL                   (VM_LEDGER_FLAGS_USER | VM_LEDGER_FLAG_FROM_KERNEL)

/* Tags by which tools tell what memory is for (VM_MAKE_TAG); those above are in use here. */
#define VM_MEMORY_MALLOC_LARGE_REUSABLE               8
#define VM_MEMORY_MALLOC_LARGE_REUSED                 9
#define VM_MEMORY_MALLOC_NANO                         11
#define VM_MEMORY_MALLOC_MEDIUM                       12
#define VM_MEMORY_MALLOC_PROB_GUARD                   13
#define VM_MEMORY_OBJC_DISPATCHERS                    34
#define VM_MEMORY_APPKIT                              40
#define VM_MEMORY_FOUNDATION                          41
#define VM_MEMORY_COREGRAPHICS                        42
#define VM_MEMORY_CORESERVICES                        43
#define VM_MEMORY_CARBON                              VM_MEMORY_CORESERVICES
#define VM_MEMORY_JAVA                                44
#define VM_MEMORY_COREDATA                            45
#define VM_MEMORY_COREDATA_OBJECTIDS                  46
#define VM_MEMORY_ATS                                 50
#define VM_MEMORY_LAYERKIT                            51
#define VM_MEMORY_CGIMAGE                             52
#define VM_MEMORY_TCMALLOC                            53
#define VM_MEMORY_COREGRAPHICS_DATA                   54
#define VM_MEMORY_COREGRAPHICS_SHARED                 55
#define VM_MEMORY_COREGRAPHICS_FRAMEBUFFERS           56
#define VM_MEMORY_COREGRAPHICS_BACKINGSTORES          57
#define VM_MEMORY_COREGRAPHICS_XALLOC                 58
#define VM_MEMORY_COREGRAPHICS_MISC                   VM_MEMORY_COREGRAPHICS
#define VM_MEMORY_DYLD                                60
#define VM_MEMORY_DYLD_MALLOC                         61
#define VM_MEMORY_SQLITE                              62
#define VM_MEMORY_JAVASCRIPT_CORE                     63
#define VM_MEMORY_WEBASSEMBLY                         VM_MEMORY_JAVASCRIPT_CORE
#define VM_MEMORY_JAVASCRIPT_JIT_EXECUTABLE_ALLOCATOR 64
#define VM_MEMORY_JAVASCRIPT_JIT_REGISTER_FILE        65
#define VM_MEMORY_GLSL                                66
#define VM_MEMORY_OPENCL                              67
#define VM_MEMORY_COREIMAGE                           68
#define VM_MEMORY_WEBCORE_PURGEABLE_BUFFERS           69
#define VM_MEMORY_IMAGEIO                             70
#define VM_MEMORY_COREPROFILE                         71
#define VM_MEMORY_ASSETSD                             72
#define VM_MEMORY_OS_ALLOC_ONCE                       73
#define VM_MEMORY_LIBDISPATCH                         74
#define VM_MEMORY_ACCELERATE                          75
#define VM_MEMORY_COREUI                              76
#define VM_MEMORY_COREUIFILE                          77
#define VM_MEMORY_GENEALOGY                           78
#define VM_MEMORY_RAWCAMERA                           79
#define VM_MEMORY_CORPSEINFO                          80
#define VM_MEMORY_ASL                                 81
#define VM_MEMORY_SWIFT_RUNTIME                       82
#define VM_MEMORY_SWIFT_METADATA                      83
#define VM_MEMORY_DHMM                                84
#define VM_MEMORY_SCENEKIT                            86
#define VM_MEMORY_SKYWALK                             87
#define VM_MEMORY_IOSURFACE                           88
#define VM_MEMORY_LIBNETWORK                          89
#define VM_MEMORY_AUDIO                               90
#define VM_MEMORY_VIDEOBITSTREAM                      91
#define VM_MEMORY_CM_XPC                              92
#define VM_MEMORY_CM_RPC                              93
#define VM_MEMORY_CM_MEMORYPOOL                       94
#define VM_MEMORY_CM_READCACHE                        95
#define VM_MEMORY_CM_CRABS                            96
#define VM_MEMORY_QUICKLOOK_THUMBNAILS                97
#define VM_MEMORY_ACCOUNTS                            98
#define VM_MEMORY_SANITIZER                           99
#define VM_MEMORY_IOACCELERATOR                       100
#define VM_MEMORY_CM_REGWARP                          101
#define VM_MEMORY_EAR_DECODER                         102
#define VM_MEMORY_COREUI_CACHED_IMAGE_DATA            103
#define VM_MEMORY_COLORSYNC                           104
#define VM_MEMORY_BTINFO                              105
#define VM_MEMORY_CM_HLS                              106
#define VM_MEMORY_ROSETTA                             230
#define VM_MEMORY_ROSETTA_THREAD_CONTEXT              231
#define VM_MEMORY_ROSETTA_INDIRECT_BRANCH_MAP         232
#define VM_MEMORY_ROSETTA_RETURN_STACK                233
#define VM_MEMORY_ROSETTA_EXECUTABLE_HEAP             234
#define VM_MEMORY_ROSETTA_USER_LDT                    235
#define VM_MEMORY_ROSETTA_ARENA                       236
#define VM_MEMORY_ROSETTA_10                          239
#define VM_MEMORY_COUNT                               256

#define VM_STATISTICS_TRUNCATE_TO_32_BIT(value) \
    ((uint32_t)(((value) > UINT32_MAX) ? UINT32_MAX : (value)))

/* What mach_memory_info() counts (mach_memory_info_t.flags and .site). */
#define VM_KERN_SITE_TYPE                      0x000000ff
#define VM_KERN_SITE_TAG                       0x00000000
#define VM_KERN_SITE_KMOD                      0x00000001
#define VM_KERN_SITE_KERNEL                    0x00000002
#define VM_KERN_SITE_COUNTER                   0x00000003
#define VM_KERN_SITE_WIRED                     0x00000100 /* part of what is wired */
#define VM_KERN_SITE_HIDE                      0x00000200
#define VM_KERN_SITE_NAMED                     0x00000400
#define VM_KERN_SITE_ZONE                      0x00000800
#define VM_KERN_SITE_ZONE_VIEW                 0x00001000
#define VM_KERN_SITE_KALLOC                    0x00002000
#define VM_KERN_COUNT_MANAGED                  0
#define VM_KERN_COUNT_RESERVED                 1
#define VM_KERN_COUNT_WIRED                    2
#define VM_KERN_COUNT_WIRED_MANAGED            3
#define VM_KERN_COUNT_STOLEN                   4
#define VM_KERN_COUNT_LOPAGE                   5
#define VM_KERN_COUNT_MAP_KERNEL               6
#define VM_KERN_COUNT_MAP_ZONE                 7
#define VM_KERN_COUNT_MAP_KALLOC               8
#define VM_KERN_COUNT_WIRED_BOOT               9
#define VM_KERN_COUNT_BOOT_STOLEN              10
#define VM_KERN_COUNT_WIRED_STATIC_KERNELCACHE 11
#define VM_KERN_COUNT_MAP_KALLOC_LARGE         VM_KERN_COUNT_MAP_KALLOC
#define VM_KERN_COUNT_MAP_KALLOC_LARGE_DATA    12
#define VM_KERN_COUNT_MAP_KERNEL_DATA          13
#define VM_KERN_COUNT_EXCLAVES_CARVEOUT        14
#define VM_KERN_COUNTER_COUNT                  15
