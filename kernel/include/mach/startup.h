/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The startup block: what a new program is given besides its task. It lies at the top of the first
 * thread's stack, which begins (16-byte aligned) right below it; rdi points to it. The kernel makes
 * it for init, a server for everybody else. All offsets are from the block's beginning; 0 means
 * that the thing is not there. The program may overwrite the block.
 *
 *      struct startup_info
 *      struct startup_port ports[port_count]
 *      uint64_t argv[argc + 1]      offsets of strings, then 0
 *      uint64_t envp[envc + 1]      offsets of strings, then 0
 *      the strings
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/port.h>

/* "STRT", as bytes in memory. */
#define STARTUP_MAGIC   0x54525453u
#define STARTUP_VERSION 1

/* A block is at most this long, arguments and environment included. */
#define STARTUP_SIZE_MAX (256 * 1024)

struct startup_info {
    uint32_t magic;        /* STARTUP_MAGIC */
    uint32_t version;      /* STARTUP_VERSION */
    uint32_t size;         /* bytes of the whole block */
    uint32_t port_count;   /* entries of the port table */
    uint32_t ports_offset; /* struct startup_port[port_count] */
    int32_t pid;           /* process id, 1 is init */
    int32_t ppid;          /* process id of the parent, 0 for init */
    uint32_t argc;
    uint32_t envc;
    uint32_t argv_offset;   /* uint64_t[argc + 1] */
    uint32_t envp_offset;   /* uint64_t[envc + 1] */
    uint32_t path_offset;   /* path of the executable */
    uint32_t cwd_offset;    /* path of the working directory, for display */
    uint32_t phdr_count;    /* ELF program headers of the executable */
    uint64_t phdr_address;  /* where they are mapped */
    uint64_t stack_address; /* lowest usable address of the first stack */
    uint64_t stack_size;
    uint64_t initrd_size; /* bytes behind STARTUP_PORT_INITRD */
};
MACH_ABI_SIZE(struct startup_info, 88);

/* A right the program owns from the start; one user reference each. */
struct startup_port {
    uint32_t kind; /* STARTUP_PORT_* */
    mach_port_name_t name;
};
MACH_ABI_SIZE(struct startup_port, 8);

#define STARTUP_PORT_STDIN         1 /* io objects */
#define STARTUP_PORT_STDOUT        2
#define STARTUP_PORT_STDERR        3
#define STARTUP_PORT_ROOT          4  /* directory */
#define STARTUP_PORT_CWD           5  /* directory */
#define STARTUP_PORT_PROC          6  /* the program's own process port */
#define STARTUP_PORT_TERMINAL      7  /* controlling terminal */
#define STARTUP_PORT_HOST_PRIV     16 /* privileged: control of the machine */
#define STARTUP_PORT_HOST_SECURITY 17 /* privileged: sets identities of tasks */
#define STARTUP_PORT_DEVICE_MASTER 18 /* privileged: access to hardware */
#define STARTUP_PORT_INITRD        19 /* memory entry: the boot archive */
#define STARTUP_PORT_SERVICE       32 /* a receive right the service was started for */
