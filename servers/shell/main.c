/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sh: reads commands from the terminal, from a file (sh FILE), or from its arguments (sh -c TEXT).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"

#define USAGE "sh [FILE | -c COMMANDS]"

/* A terminal gives at most this much of a line at once. */
#define LINE_MAX_BYTES 4096

static void run_terminal(struct shell *shell)
{
    static char line[LINE_MAX_BYTES];
    shell->is_interactive = true;
    shell_claim_terminal(shell);
    fputs("\nMach_R shell v0.1\nType 'help' for commands\n\n", stdout);
    while (!shell->is_finished) {
        shell_reap(shell);
        fputs("shell> ", stdout);
        fflush(stdout);
        ssize_t size = read(STDIN_FILENO, line, sizeof(line));
        if (size < 0 && errno == EINTR) {
            fputc('\n', stdout); /* the interrupt key: the line is given up */
            continue;
        }
        if (size <= 0) {
            fputs(size == 0 ? "exit\n" : "\nsh: cannot read from the terminal\n", stdout);
            break;
        }
        size -= line[size - 1] == '\n';
        shell_run_text(shell, "sh", line, (size_t)size);
        if (shell->is_interrupted) {
            shell->is_interrupted = false;
            fputc('\n', stdout); /* behind the ^C that the terminal shows */
        }
        fflush(stdout);
    }
}

/* All of the file PATH, to be freed; null, with a message, if it cannot be read. */
static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    *size = 0;
    while (file != NULL && !feof(file) && !ferror(file)) {
        char *larger = realloc(text, *size + LINE_MAX_BYTES);
        if (larger == NULL) {
            break;
        }
        text = larger;
        *size += fread(text + *size, 1, LINE_MAX_BYTES, file);
    }
    if (file == NULL || ferror(file) || !feof(file)) {
        fprintf(stderr, "sh: %s: %s\n", path, strerror(errno));
        free(text);
        text = NULL;
    }
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

static void run_file(struct shell *shell, const char *path)
{
    size_t size;
    char *text = read_file(path, &size);
    if (text == NULL) {
        shell->status = STATUS_NOT_FOUND;
        return;
    }
    shell_run_text(shell, path, text, size);
    free(text);
}

int main(int argc, char **argv)
{
    struct shell shell = { .status = 0 };
    usage_offer(argc, argv, USAGE);
    if (argc == 3 && strcmp(argv[1], "-c") == 0) {
        shell_run_text(&shell, "sh", argv[2], strlen(argv[2]));
    } else if (argc == 2 && argv[1][0] != '-') {
        run_file(&shell, argv[1]);
    } else if (argc == 1) {
        run_terminal(&shell);
    } else {
        usage_fail(USAGE);
    }
    fflush(stdout);
    if (shell.is_interrupted) {
        (void)kill(getpid(), SIGINT); /* so that whoever waits for this shell stops too */
    }
    return shell.status;
}
