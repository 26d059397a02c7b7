/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the shell share.
 */
#pragma once

#include <stddef.h>

#include "parse.h"
#include "usage.h"

/* Exit statuses of the shell's own, beside STATUS_USAGE, as everywhere. */
#define STATUS_CANNOT_RUN  126
#define STATUS_NOT_FOUND   127
#define STATUS_SIGNAL_BASE 128

struct shell {
    int status;          /* of the last command: $? */
    bool is_interactive; /* prompts, and tells about background programs */
    bool is_finished;    /* `exit` was said */
    bool is_interrupted; /* the interrupt key ended the last program: the rest is not run */
};

/*
 * Run all commands of the SIZE bytes at TEXT, or those up to the one that the interrupt key ended.
 * NAME stands before messages about them.
 */
void shell_run_text(struct shell *shell, const char *name, const char *text, size_t size);

/* If COMMAND is one of the shell's own, run it.  Returns: false if it is not. */
bool shell_run_builtin(struct shell *shell, const struct shell_command *command);

/* Start the program COMMAND names, and wait for it unless it shall run in the background. */
void shell_run_program(struct shell *shell, const struct shell_command *command);

/* The interrupt key is the shell's, until a program is in the foreground. */
void shell_claim_terminal(const struct shell *shell);

/* Forget background programs that have ended, and tell about them. */
void shell_reap(const struct shell *shell);
