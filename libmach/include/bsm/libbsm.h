/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an audit token says: of a message's sender in its trailer (MACH_RCV_TRAILER_AUDIT), or of a
 * task by task_info's TASK_AUDIT_TOKEN. None of these can fail; the values are those of the token.
 */
#pragma once

#include <bsm/audit.h>
#include <mach/message.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All of it. Each pointer may be null. There are no terminals: TID is filled with zeros. */
void audit_token_to_au32(audit_token_t token, uid_t *auid, uid_t *euid, gid_t *egid, uid_t *ruid,
                         gid_t *rgid, pid_t *pid, au_asid_t *asid, au_tid_t *tid);

uid_t audit_token_to_auid(audit_token_t token);
uid_t audit_token_to_euid(audit_token_t token);
gid_t audit_token_to_egid(audit_token_t token);
uid_t audit_token_to_ruid(audit_token_t token);
gid_t audit_token_to_rgid(audit_token_t token);
pid_t audit_token_to_pid(audit_token_t token);
au_asid_t audit_token_to_asid(audit_token_t token);

/* Tells programs apart that had the same process number, one after the other. */
int audit_token_to_pidversion(audit_token_t token);

#ifdef __cplusplus
}
#endif
