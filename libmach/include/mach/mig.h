/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What generated stubs need: the shape of a subsystem's table of routines, and the run-time calls.
 */
#pragma once

#include <string.h>

#include <mach/mach_msg_inline.h>
#include <mach/mach_types.h>
#include <mach/message.h>
#include <mach/mig_errors.h>
#include <mach/ndr.h>

/* Name and number of a routine, for tables that are searched by number. */
typedef struct mig_symtab {
    char *ms_routine_name;
    int ms_routine_number;
    void (*ms_routine)(void);
} mig_symtab_t;

/* A server's stub: takes the request, fills in the reply. */
typedef void (*mig_stub_routine_t)(mach_msg_header_t *request, mach_msg_header_t *reply);
typedef mig_stub_routine_t mig_routine_t;

/* Finds the stub for a request; null, the request is not of this subsystem. */
typedef mig_routine_t (*mig_server_routine_t)(mach_msg_header_t *request);

typedef kern_return_t (*mig_impl_routine_t)(void);

struct routine_arg_descriptor {
    natural_t type;
    natural_t argsize;
    natural_t argtype;
};
typedef struct routine_arg_descriptor *routine_arg_descriptor_t;
typedef struct routine_arg_descriptor *mig_routine_arg_descriptor_t;
#define MIG_ROUTINE_ARG_DESCRIPTOR_NULL ((mig_routine_arg_descriptor_t)0)

struct routine_descriptor {
    mig_impl_routine_t impl_routine;
    mig_stub_routine_t stub_routine;
    unsigned int argc;
    unsigned int descr_count;
    routine_arg_descriptor_t arg_descr;
    unsigned int max_reply_msg;
};
typedef struct routine_descriptor *routine_descriptor_t;
typedef struct routine_descriptor mig_routine_descriptor;
typedef mig_routine_descriptor *mig_routine_descriptor_t;
#define MIG_ROUTINE_DESCRIPTOR_NULL ((mig_routine_descriptor_t)0)

/* A subsystem: requests START to END - 1; the array really has END - START entries. */
typedef struct mig_subsystem {
    mig_server_routine_t server;
    mach_msg_id_t start;
    mach_msg_id_t end;
    mach_msg_size_t maxsize;
    vm_address_t reserved;
    mig_routine_descriptor routine[1];
} *mig_subsystem_t;
#define MIG_SUBSYSTEM_NULL ((mig_subsystem_t)0)

/* The most subsystems of one server. */
#define MIG_SERVER_SUBSYSTEMS 16

/* A server of several subsystems, sorted by their ids, which no two share; all zero: of none. */
struct mig_server {
    unsigned int count;
    mach_msg_size_t max_reply; /* bytes of the largest reply */
    const struct mig_subsystem *subsystems[MIG_SERVER_SUBSYSTEMS];
};

MACH_BEGIN_DECLS

/*
 * SERVER serves SUBSYSTEM too, which is a generated NAME_subsystem and stays where it is.
 *
 * Returns: KERN_SUCCESS; KERN_NAME_EXISTS, another has some of its ids; KERN_NO_SPACE, too many
 *          subsystems; KERN_INVALID_ARGUMENT, it has no ids.
 */
kern_return_t mig_server_add(struct mig_server *server, const void *subsystem);

/*
 * SERVER serves the COUNT SUBSYSTEMS and nothing else.
 *
 * Returns: KERN_SUCCESS; what mig_server_add() said of the first that it refused.
 */
kern_return_t mig_server_init(struct mig_server *server, const void *const *subsystems,
                              unsigned int count);

/*
 * Handle one request of SERVER, as NAME_server() does for one subsystem: TRUE, REPLY is the
 * routine's; FALSE, no subsystem has the id and REPLY says MIG_BAD_ID.
 */
boolean_t mig_demux(const struct mig_server *server, mach_msg_header_t *request,
                    mach_msg_header_t *reply);

/* This thread's reply port; it stays the thread's. */
mach_port_t mig_get_reply_port(void);

/* The call is over and its reply arrived: the port may serve the next call. */
void mig_put_reply_port(mach_port_t port);

/* The call failed in a way that lets a reply arrive late: destroy this thread's reply port. */
void mig_dealloc_reply_port(mach_port_t port);

/*
 * Copy SOURCE into the SIZE bytes at DESTINATION, cutting it off if need be; always terminated.
 * The second form also clears the bytes behind.
 *
 * Returns: number of bytes used, with the terminating one.
 */
int mig_strncpy(char *destination, const char *source, int size);
int mig_strncpy_zerofill(char *destination, const char *source, int size);

/* Memory for stubs with long arguments; *ADDRESS is 0 if there is none. */
void mig_allocate(vm_address_t *address, vm_size_t size);
void mig_deallocate(vm_address_t address, vm_size_t size);

/* Make REPLY the answer "bad id" to REQUEST, with room for a real one. */
void mig_reply_setup(mach_msg_header_t *request, mach_msg_header_t *reply);

/* Give back every right and all memory that MESSAGE holds, except its local port. */
void mach_msg_destroy(mach_msg_header_t *message);

/* Give up a user reference of a voucher, as mach_port_deallocate() does. */
kern_return_t mach_voucher_deallocate(mach_voucher_t voucher);

MACH_END_DECLS
