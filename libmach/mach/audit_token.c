/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of audit tokens.
 */
#include <bsm/libbsm.h>

#include <string.h>

#include <mach_r/audit_words.h>

static_assert(sizeof(uid_t) == 4 && sizeof(gid_t) == 4 && sizeof(pid_t) == 4);

uid_t audit_token_to_auid(audit_token_t token)
{
    return token.val[AUDIT_WORD_AUID];
}

uid_t audit_token_to_euid(audit_token_t token)
{
    return token.val[AUDIT_WORD_EUID];
}

gid_t audit_token_to_egid(audit_token_t token)
{
    return token.val[AUDIT_WORD_EGID];
}

uid_t audit_token_to_ruid(audit_token_t token)
{
    return token.val[AUDIT_WORD_RUID];
}

gid_t audit_token_to_rgid(audit_token_t token)
{
    return token.val[AUDIT_WORD_RGID];
}

pid_t audit_token_to_pid(audit_token_t token)
{
    return (pid_t)token.val[AUDIT_WORD_PID];
}

au_asid_t audit_token_to_asid(audit_token_t token)
{
    return (au_asid_t)token.val[AUDIT_WORD_ASID];
}

int audit_token_to_pidversion(audit_token_t token)
{
    return (int)token.val[AUDIT_WORD_PIDVERSION];
}

void audit_token_to_au32(audit_token_t token, uid_t *auid, uid_t *euid, gid_t *egid, uid_t *ruid,
                         gid_t *rgid, pid_t *pid, au_asid_t *asid, au_tid_t *tid)
{
    const struct {
        void *result;
        enum audit_word word;
    } parts[] = {
        { auid, AUDIT_WORD_AUID }, { euid, AUDIT_WORD_EUID }, { egid, AUDIT_WORD_EGID },
        { ruid, AUDIT_WORD_RUID }, { rgid, AUDIT_WORD_RGID }, { pid, AUDIT_WORD_PID },
        { asid, AUDIT_WORD_ASID },
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].result != NULL) {
            memcpy(parts[i].result, &token.val[parts[i].word], sizeof(token.val[0]));
        }
    }
    if (tid != NULL) {
        *tid = (au_tid_t){};
    }
}
