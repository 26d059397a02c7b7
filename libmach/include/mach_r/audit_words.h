/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the words of an audit token are, as on Darwin. The process server writes them; programs read
 * them by the functions of <bsm/libbsm.h>.
 */
#pragma once

enum audit_word {
    AUDIT_WORD_AUID, /* the user that the session was begun for */
    AUDIT_WORD_EUID,
    AUDIT_WORD_EGID,
    AUDIT_WORD_RUID,
    AUDIT_WORD_RGID,
    AUDIT_WORD_PID,
    AUDIT_WORD_ASID,       /* session: there is one, 0 */
    AUDIT_WORD_PIDVERSION, /* another one for each program that ran under a process number */
};
