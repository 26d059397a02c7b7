/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The texts themselves. Each begins with the part of the system it comes from, so that a message
 * printed without its code still says where to look; but for those of servers, which are about
 * files and processes and mean something to whoever reads a program's messages.
 */
#include <mach/kern_return.h>
#include <mach/message_return.h>
#include <mach/mig_errors.h>
#include <mach_r/server_errors.h>
#include <servers/bootstrap.h>

#include "mach_error_tables.h"

#define KERN "(os/kern) "
#define SEND "(ipc/send) "
#define RECV "(ipc/rcv) "
#define MIG  "(ipc/mig) "
#define BOOT "(ipc/bootstrap) "

#define LENGTH(array) ((int)(sizeof(array) / sizeof((array)[0])))

static const char *const kern_texts[] = {
    [KERN_SUCCESS] = KERN "successful",
    [KERN_INVALID_ADDRESS] = KERN "invalid address",
    [KERN_PROTECTION_FAILURE] = KERN "protection failure",
    [KERN_NO_SPACE] = KERN "no space available",
    [KERN_INVALID_ARGUMENT] = KERN "invalid argument",
    [KERN_FAILURE] = KERN "failure",
    [KERN_RESOURCE_SHORTAGE] = KERN "resource shortage",
    [KERN_NOT_RECEIVER] = KERN "not the receiver",
    [KERN_NO_ACCESS] = KERN "no access",
    [KERN_MEMORY_FAILURE] = KERN "memory failure: the pager is gone",
    [KERN_MEMORY_ERROR] = KERN "memory error: the pager reported an error",
    [KERN_ALREADY_IN_SET] = KERN "already in the port set",
    [KERN_NOT_IN_SET] = KERN "not in a port set",
    [KERN_NAME_EXISTS] = KERN "name already in use",
    [KERN_ABORTED] = KERN "operation aborted",
    [KERN_INVALID_NAME] = KERN "invalid name",
    [KERN_INVALID_TASK] = KERN "invalid task",
    [KERN_INVALID_RIGHT] = KERN "invalid right",
    [KERN_INVALID_VALUE] = KERN "invalid value",
    [KERN_UREFS_OVERFLOW] = KERN "too many user references",
    [KERN_INVALID_CAPABILITY] = KERN "invalid capability",
    [KERN_RIGHT_EXISTS] = KERN "right already held under another name",
    [KERN_INVALID_HOST] = KERN "invalid host",
    [KERN_MEMORY_PRESENT] = KERN "memory already present",
    [KERN_MEMORY_DATA_MOVED] = KERN "memory data moved",
    [KERN_MEMORY_RESTART_COPY] = KERN "memory copy must start again",
    [KERN_INVALID_PROCESSOR_SET] = KERN "invalid processor set",
    [KERN_POLICY_LIMIT] = KERN "scheduling policy limit exceeded",
    [KERN_INVALID_POLICY] = KERN "invalid scheduling policy",
    [KERN_INVALID_OBJECT] = KERN "invalid memory object",
    [KERN_ALREADY_WAITING] = KERN "somebody waits already",
    [KERN_DEFAULT_SET] = KERN "default processor set cannot be destroyed",
    [KERN_EXCEPTION_PROTECTED] = KERN "exception port is protected",
    [KERN_INVALID_LEDGER] = KERN "invalid ledger",
    [KERN_INVALID_MEMORY_CONTROL] = KERN "invalid memory control port",
    [KERN_INVALID_SECURITY] = KERN "invalid security port",
    [KERN_NOT_DEPRESSED] = KERN "priority is not depressed",
    [KERN_TERMINATED] = KERN "object terminated",
    [KERN_LOCK_SET_DESTROYED] = KERN "lock set destroyed",
    [KERN_LOCK_UNSTABLE] = KERN "lock unstable: its holder died",
    [KERN_LOCK_OWNED] = KERN "lock owned by another thread",
    [KERN_LOCK_OWNED_SELF] = KERN "lock owned by the caller",
    [KERN_SEMAPHORE_DESTROYED] = KERN "semaphore destroyed",
    [KERN_RPC_SERVER_TERMINATED] = KERN "server of the call terminated",
    [KERN_RPC_TERMINATE_ORPHAN] = KERN "terminate orphaned activation",
    [KERN_RPC_CONTINUE_ORPHAN] = KERN "let orphaned activation continue",
    [KERN_NOT_SUPPORTED] = KERN "not supported",
    [KERN_NODE_DOWN] = KERN "node is down",
    [KERN_NOT_WAITING] = KERN "thread was not waiting",
    [KERN_OPERATION_TIMED_OUT] = KERN "operation timed out",
    [KERN_CODESIGN_ERROR] = KERN "code signature error",
    [KERN_POLICY_STATIC] = KERN "policy cannot be changed",
    [KERN_INSUFFICIENT_BUFFER_SIZE] = KERN "buffer too small",
    [KERN_DENIED] = KERN "denied by policy",
    [KERN_MISSING_KC] = KERN "kernel collection missing",
    [KERN_INVALID_KC] = KERN "kernel collection invalid",
    [KERN_NOT_FOUND] = KERN "not found",
};

#define SEND_CODE(code) [(code) - MACH_SEND_IN_PROGRESS + 1]

static const char *const send_texts[] = {
    SEND_CODE(MACH_SEND_IN_PROGRESS) = SEND "in progress",
    SEND_CODE(MACH_SEND_INVALID_DATA) = SEND "invalid data: message cannot be read",
    SEND_CODE(MACH_SEND_INVALID_DEST) = SEND "invalid destination port",
    SEND_CODE(MACH_SEND_TIMED_OUT) = SEND "timed out",
    SEND_CODE(MACH_SEND_INVALID_VOUCHER) = SEND "invalid voucher",
    SEND_CODE(MACH_SEND_INTERRUPTED) = SEND "interrupted",
    SEND_CODE(MACH_SEND_MSG_TOO_SMALL) = SEND "message too small",
    SEND_CODE(MACH_SEND_INVALID_REPLY) = SEND "invalid reply port",
    SEND_CODE(MACH_SEND_INVALID_RIGHT) = SEND "invalid port right",
    SEND_CODE(MACH_SEND_INVALID_NOTIFY) = SEND "invalid notify port",
    SEND_CODE(MACH_SEND_INVALID_MEMORY) = SEND "invalid memory",
    SEND_CODE(MACH_SEND_NO_BUFFER) = SEND "no message buffer",
    SEND_CODE(MACH_SEND_TOO_LARGE) = SEND "message too large",
    SEND_CODE(MACH_SEND_INVALID_TYPE) = SEND "invalid descriptor type",
    SEND_CODE(MACH_SEND_INVALID_HEADER) = SEND "invalid header bits",
    SEND_CODE(MACH_SEND_INVALID_TRAILER) = SEND "invalid trailer",
    SEND_CODE(MACH_SEND_INVALID_CONTEXT) = SEND "invalid context",
    SEND_CODE(MACH_SEND_INVALID_OPTIONS) = SEND "invalid options",
    SEND_CODE(MACH_SEND_INVALID_RT_OOL_SIZE) = SEND "invalid out-of-line size",
    SEND_CODE(MACH_SEND_NO_GRANT_DEST) = SEND "destination takes no such grant",
    SEND_CODE(MACH_SEND_MSG_FILTERED) = SEND "message filtered out",
};

#define RECEIVE_CODE(code) [(code) - MACH_RCV_IN_PROGRESS + 1]

static const char *const receive_texts[] = {
    RECEIVE_CODE(MACH_RCV_IN_PROGRESS) = RECV "in progress",
    RECEIVE_CODE(MACH_RCV_INVALID_NAME) = RECV "invalid name",
    RECEIVE_CODE(MACH_RCV_TIMED_OUT) = RECV "timed out",
    RECEIVE_CODE(MACH_RCV_TOO_LARGE) = RECV "message too large",
    RECEIVE_CODE(MACH_RCV_INTERRUPTED) = RECV "interrupted",
    RECEIVE_CODE(MACH_RCV_PORT_CHANGED) = RECV "port was moved into a set or away",
    RECEIVE_CODE(MACH_RCV_INVALID_NOTIFY) = RECV "invalid notify port",
    RECEIVE_CODE(MACH_RCV_INVALID_DATA) = RECV "invalid data: buffer cannot be written",
    RECEIVE_CODE(MACH_RCV_PORT_DIED) = RECV "port died",
    RECEIVE_CODE(MACH_RCV_IN_SET) = RECV "port is in a set",
    RECEIVE_CODE(MACH_RCV_HEADER_ERROR) = RECV "error in header",
    RECEIVE_CODE(MACH_RCV_BODY_ERROR) = RECV "error in body",
    RECEIVE_CODE(MACH_RCV_INVALID_TYPE) = RECV "invalid scatter list type",
    RECEIVE_CODE(MACH_RCV_SCATTER_SMALL) = RECV "scatter list too small",
    RECEIVE_CODE(MACH_RCV_INVALID_TRAILER) = RECV "invalid trailer",
    RECEIVE_CODE(MACH_RCV_IN_PROGRESS_TIMED) = RECV "in progress with time limit",
    RECEIVE_CODE(MACH_RCV_INVALID_REPLY) = RECV "invalid reply port",
};

#define MIG_FIRST      MIG_TRAILER_ERROR
#define MIG_CODE(code) [(code) - MIG_FIRST]

static const char *const mig_texts[] = {
    MIG_CODE(MIG_TYPE_ERROR) = MIG "type check failure in message interface",
    MIG_CODE(MIG_REPLY_MISMATCH) = MIG "wrong reply id in message interface",
    MIG_CODE(MIG_REMOTE_ERROR) = MIG "server detected an error",
    MIG_CODE(MIG_BAD_ID) = MIG "bad request id",
    MIG_CODE(MIG_BAD_ARGUMENTS) = MIG "server found wrong arguments",
    MIG_CODE(MIG_NO_REPLY) = MIG "no reply is to be sent",
    MIG_CODE(MIG_EXCEPTION) = MIG "server raised an exception",
    MIG_CODE(MIG_ARRAY_TOO_LARGE) = MIG "array not large enough",
    MIG_CODE(MIG_SERVER_DIED) = MIG "server died",
    MIG_CODE(MIG_TRAILER_ERROR) = MIG "trailer has wrong format",
};

#define BOOTSTRAP_FIRST      BOOTSTRAP_NOT_PRIVILEGED
#define BOOTSTRAP_CODE(code) [(code) - BOOTSTRAP_FIRST]

static const char *const bootstrap_texts[] = {
    BOOTSTRAP_CODE(BOOTSTRAP_NOT_PRIVILEGED) = BOOT "not privileged",
    BOOTSTRAP_CODE(BOOTSTRAP_NAME_IN_USE) = BOOT "name already in use",
    BOOTSTRAP_CODE(BOOTSTRAP_UNKNOWN_SERVICE) = BOOT "unknown service",
    BOOTSTRAP_CODE(BOOTSTRAP_SERVICE_ACTIVE) = BOOT "service is active",
    BOOTSTRAP_CODE(BOOTSTRAP_BAD_COUNT) = BOOT "bad count",
    BOOTSTRAP_CODE(BOOTSTRAP_NO_MEMORY) = BOOT "out of memory",
    BOOTSTRAP_CODE(BOOTSTRAP_NO_CHILDREN) = BOOT "no child processes",
};

static const char *const server_texts[] = {
#define X(name, number, text) [number] = text,
    SERVER_ERROR_LIST(X)
#undef X
};

static const struct error_group groups[] = {
    { KERN_SUCCESS, LENGTH(kern_texts), "(os/kern)", kern_texts },
    { MACH_SEND_IN_PROGRESS - 1, LENGTH(send_texts), "(ipc/send)", send_texts },
    { MACH_RCV_IN_PROGRESS - 1, LENGTH(receive_texts), "(ipc/rcv)", receive_texts },
    { MIG_FIRST, LENGTH(mig_texts), "(ipc/mig)", mig_texts },
    { BOOTSTRAP_FIRST, LENGTH(bootstrap_texts), "(ipc/bootstrap)", bootstrap_texts },
    { SERVER_ERROR_CODE(0), LENGTH(server_texts), "(server)", server_texts },
};

const struct error_group *error_group_find(mach_error_t error)
{
    for (int i = 0; i < LENGTH(groups); i++) {
        if (error >= groups[i].first && error - groups[i].first < groups[i].count) {
            return &groups[i];
        }
    }
    return NULL;
}
