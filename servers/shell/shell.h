/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the shell share.
 */
#pragma once

#include <stddef.h>

#include "parse.h"

/* Exit statuses of the shell's own, as everywhere. */
#define STATUS_USAGE       2
#define STATUS_CANNOT_RUN  126
#define STATUS_NOT_FOUND   127
#define STATUS_SIGNAL_BASE 128

struct shell {
    int status;          /* of the last command: $? */
    bool is_interactive; /* prompts, and tells about background programs */
    bool is_finished;    /* `exit` was said */
};

/* Run all commands of the SIZE bytes at TEXT; NAME stands before messages about them. */
void shell_run_text(struct shell *shell, const char *name, const char *text, size_t size);

/* If COMMAND is one of the shell's own, run it.  Returns: false if it is not. */
bool shell_run_builtin(struct shell *shell, const struct shell_command *command);

/* Start the program COMMAND names, and wait for it unless it shall run in the background. */
void shell_run_program(struct shell *shell, const struct shell_command *command);

/* Forget background programs that have ended, and tell about them. */
void shell_reap(const struct shell *shell);
