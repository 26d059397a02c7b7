/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The form of Mach-O files, for programs that read them. Programs here are ELF files: none of this is in their own memory.
 */
#pragma once

#include <stdint.h>

#include <mach/machine.h>
#include <mach/vm_prot.h>

#define MH_MAGIC                   0xfeedface
#define MH_CIGAM                   0xcefaedfe
#define MH_MAGIC_64                0xfeedfacf
#define MH_CIGAM_64                0xcffaedfe
#define MH_OBJECT                  0x1
#define MH_EXECUTE                 0x2
#define MH_FVMLIB                  0x3
#define MH_CORE                    0x4
#define MH_PRELOAD                 0x5
#define MH_DYLIB                   0x6
#define MH_DYLINKER                0x7
#define MH_BUNDLE                  0x8
#define MH_DYLIB_STUB              0x9
#define MH_DSYM                    0xa
#define MH_KEXT_BUNDLE             0xb
#define MH_FILESET                 0xc
#define MH_NOUNDEFS                0x1
#define MH_DYLDLINK                0x4
#define MH_TWOLEVEL                0x80
#define MH_SUBSECTIONS_VIA_SYMBOLS 0x2000
#define MH_WEAK_DEFINES            0x8000
#define MH_BINDS_TO_WEAK           0x10000
#define MH_ALLOW_STACK_EXECUTION   0x20000
#define MH_NO_REEXPORTED_DYLIBS    0x100000
#define MH_PIE                     0x200000
#define MH_HAS_TLV_DESCRIPTORS     0x800000
#define MH_NO_HEAP_EXECUTION       0x1000000
#define MH_DYLIB_IN_CACHE          0x80000000

struct mach_header {
    uint32_t magic;
    cpu_type_t cputype;
    cpu_subtype_t cpusubtype;
    uint32_t filetype;
    uint32_t ncmds;
    uint32_t sizeofcmds;
    uint32_t flags;
};

struct mach_header_64 {
    uint32_t magic;
    cpu_type_t cputype;
    cpu_subtype_t cpusubtype;
    uint32_t filetype;
    uint32_t ncmds;
    uint32_t sizeofcmds;
    uint32_t flags;
    uint32_t reserved;
};

#define LC_REQ_DYLD             0x80000000
#define LC_SEGMENT              0x1
#define LC_SYMTAB               0x2
#define LC_THREAD               0x4
#define LC_UNIXTHREAD           0x5
#define LC_DYSYMTAB             0xb
#define LC_LOAD_DYLIB           0xc
#define LC_ID_DYLIB             0xd
#define LC_LOAD_DYLINKER        0xe
#define LC_ID_DYLINKER          0xf
#define LC_SUB_FRAMEWORK        0x12
#define LC_LOAD_WEAK_DYLIB      (0x18 | LC_REQ_DYLD)
#define LC_SEGMENT_64           0x19
#define LC_ROUTINES_64          0x1a
#define LC_UUID                 0x1b
#define LC_RPATH                (0x1c | LC_REQ_DYLD)
#define LC_CODE_SIGNATURE       0x1d
#define LC_SEGMENT_SPLIT_INFO   0x1e
#define LC_REEXPORT_DYLIB       (0x1f | LC_REQ_DYLD)
#define LC_LAZY_LOAD_DYLIB      0x20
#define LC_ENCRYPTION_INFO      0x21
#define LC_DYLD_INFO            0x22
#define LC_DYLD_INFO_ONLY       (0x22 | LC_REQ_DYLD)
#define LC_LOAD_UPWARD_DYLIB    (0x23 | LC_REQ_DYLD)
#define LC_VERSION_MIN_MACOSX   0x24
#define LC_VERSION_MIN_IPHONEOS 0x25
#define LC_FUNCTION_STARTS      0x26
#define LC_DYLD_ENVIRONMENT     0x27
#define LC_MAIN                 (0x28 | LC_REQ_DYLD)
#define LC_DATA_IN_CODE         0x29
#define LC_SOURCE_VERSION       0x2a
#define LC_DYLIB_CODE_SIGN_DRS  0x2b
#define LC_ENCRYPTION_INFO_64   0x2c
#define LC_LINKER_OPTION        0x2d
#define LC_NOTE                 0x31
#define LC_BUILD_VERSION        0x32
#define LC_DYLD_EXPORTS_TRIE    (0x33 | LC_REQ_DYLD)
#define LC_DYLD_CHAINED_FIXUPS  (0x34 | LC_REQ_DYLD)
#define LC_FILESET_ENTRY        (0x35 | LC_REQ_DYLD)

struct load_command {
    uint32_t cmd;
    uint32_t cmdsize;
};

/* Where in its command a text begins. */
union lc_str {
    uint32_t offset;
};

struct segment_command {
    uint32_t cmd;
    uint32_t cmdsize;
    char segname[16];
    uint32_t vmaddr;
    uint32_t vmsize;
    uint32_t fileoff;
    uint32_t filesize;
    vm_prot_t maxprot;
    vm_prot_t initprot;
    uint32_t nsects;
    uint32_t flags;
};

struct segment_command_64 {
    uint32_t cmd;
    uint32_t cmdsize;
    char segname[16];
    uint64_t vmaddr;
    uint64_t vmsize;
    uint64_t fileoff;
    uint64_t filesize;
    vm_prot_t maxprot;
    vm_prot_t initprot;
    uint32_t nsects;
    uint32_t flags;
};

struct section {
    char sectname[16];
    char segname[16];
    uint32_t addr;
    uint32_t size;
    uint32_t offset;
    uint32_t align;
    uint32_t reloff;
    uint32_t nreloc;
    uint32_t flags;
    uint32_t reserved1;
    uint32_t reserved2;
};

struct section_64 {
    char sectname[16];
    char segname[16];
    uint64_t addr;
    uint64_t size;
    uint32_t offset;
    uint32_t align;
    uint32_t reloff;
    uint32_t nreloc;
    uint32_t flags;
    uint32_t reserved1;
    uint32_t reserved2;
    uint32_t reserved3;
};

#define SECTION_TYPE               0x000000ff
#define SECTION_ATTRIBUTES         0xffffff00
#define S_REGULAR                  0x0
#define S_ZEROFILL                 0x1
#define S_CSTRING_LITERALS         0x2
#define S_4BYTE_LITERALS           0x3
#define S_8BYTE_LITERALS           0x4
#define S_LITERAL_POINTERS         0x5
#define S_NON_LAZY_SYMBOL_POINTERS 0x6
#define S_LAZY_SYMBOL_POINTERS     0x7
#define S_SYMBOL_STUBS             0x8
#define S_MOD_INIT_FUNC_POINTERS   0x9
#define S_MOD_TERM_FUNC_POINTERS   0xa
#define S_COALESCED                0xb
#define S_GB_ZEROFILL              0xc
#define S_INTERPOSING              0xd
#define S_16BYTE_LITERALS          0xe
#define S_ATTR_PURE_INSTRUCTIONS   0x80000000
#define S_ATTR_NO_DEAD_STRIP       0x10000000
#define S_ATTR_DEBUG               0x02000000
#define S_ATTR_SOME_INSTRUCTIONS   0x00000400
#define SG_HIGHVM                  0x1
#define SG_NORELOC                 0x4
#define SG_PROTECTED_VERSION_1     0x8
#define SG_READ_ONLY               0x10
#define SEG_PAGEZERO               "__PAGEZERO"
#define SEG_TEXT                   "__TEXT"
#define SECT_TEXT                  "__text"
#define SEG_DATA                   "__DATA"
#define SECT_DATA                  "__data"
#define SECT_BSS                   "__bss"
#define SECT_COMMON                "__common"
#define SEG_LINKEDIT               "__LINKEDIT"
#define INDIRECT_SYMBOL_LOCAL      0x80000000
#define INDIRECT_SYMBOL_ABS        0x40000000

struct dylib {
    union lc_str name;
    uint32_t timestamp;
    uint32_t current_version;
    uint32_t compatibility_version;
};

struct dylib_command {
    uint32_t cmd;
    uint32_t cmdsize;
    struct dylib dylib;
};

struct dylinker_command {
    uint32_t cmd;
    uint32_t cmdsize;
    union lc_str name;
};

struct rpath_command {
    uint32_t cmd;
    uint32_t cmdsize;
    union lc_str path;
};

struct thread_command {
    uint32_t cmd;
    uint32_t cmdsize;
};

struct uuid_command {
    uint32_t cmd;
    uint32_t cmdsize;
    uint8_t uuid[16];
};

struct symtab_command {
    uint32_t cmd;
    uint32_t cmdsize;
    uint32_t symoff;
    uint32_t nsyms;
    uint32_t stroff;
    uint32_t strsize;
};

struct dysymtab_command {
    uint32_t cmd;
    uint32_t cmdsize;
    uint32_t ilocalsym;
    uint32_t nlocalsym;
    uint32_t iextdefsym;
    uint32_t nextdefsym;
    uint32_t iundefsym;
    uint32_t nundefsym;
    uint32_t tocoff;
    uint32_t ntoc;
    uint32_t modtaboff;
    uint32_t nmodtab;
    uint32_t extrefsymoff;
    uint32_t nextrefsyms;
    uint32_t indirectsymoff;
    uint32_t nindirectsyms;
    uint32_t extreloff;
    uint32_t nextrel;
    uint32_t locreloff;
    uint32_t nlocrel;
};

struct linkedit_data_command {
    uint32_t cmd;
    uint32_t cmdsize;
    uint32_t dataoff;
    uint32_t datasize;
};

struct dyld_info_command {
    uint32_t cmd;
    uint32_t cmdsize;
    uint32_t rebase_off;
    uint32_t rebase_size;
    uint32_t bind_off;
    uint32_t bind_size;
    uint32_t weak_bind_off;
    uint32_t weak_bind_size;
    uint32_t lazy_bind_off;
    uint32_t lazy_bind_size;
    uint32_t export_off;
    uint32_t export_size;
};

struct version_min_command {
    uint32_t cmd;
    uint32_t cmdsize;
    uint32_t version;
    uint32_t sdk;
};

struct source_version_command {
    uint32_t cmd;
    uint32_t cmdsize;
    uint64_t version;
};

struct build_version_command {
    uint32_t cmd;
    uint32_t cmdsize;
    uint32_t platform;
    uint32_t minos;
    uint32_t sdk;
    uint32_t ntools;
};

struct encryption_info_command_64 {
    uint32_t cmd;
    uint32_t cmdsize;
    uint32_t cryptoff;
    uint32_t cryptsize;
    uint32_t cryptid;
    uint32_t pad;
};

struct entry_point_command {
    uint32_t cmd;
    uint32_t cmdsize;
    uint64_t entryoff;
    uint64_t stacksize;
};
