/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only the shell itself can do.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kill_command.h"
#include "shell.h"

#define PROGRAMS "/bin"
#define CWD_MAX  1024

static int builtin_cd(struct shell *shell, int argc, char *const *argv)
{
    (void)shell;
    const char *path = argc > 1 ? argv[1] : "/";
    if (argc > 2) {
        fprintf(stderr, "sh: usage: cd [FOLDER]\n");
        return STATUS_USAGE;
    }
    if (chdir(path) != 0) {
        fprintf(stderr, "sh: cd: %s: %s\n", path, strerror(errno));
        return 1;
    }
    return 0;
}

static int builtin_pwd(struct shell *shell, int argc, char *const *argv)
{
    char path[CWD_MAX];
    (void)shell;
    (void)argv;
    if (argc > 1) {
        fprintf(stderr, "sh: usage: pwd\n");
        return STATUS_USAGE;
    }
    if (getcwd(path, sizeof(path)) == NULL) {
        fprintf(stderr, "sh: pwd: %s\n", strerror(errno));
        return 1;
    }
    puts(path);
    return 0;
}

static int builtin_exit(struct shell *shell, int argc, char *const *argv)
{
    int status = shell->status;
    if (argc > 1) {
        char *end;
        long number = strtol(argv[1], &end, 10);
        if (argc > 2 || end == argv[1] || *end != '\0') {
            fprintf(stderr, "sh: usage: exit [STATUS]\n");
            return STATUS_USAGE;
        }
        status = (int)(number & 0xff);
    }
    shell->is_finished = true;
    return status;
}

static int builtin_true(struct shell *shell, int argc, char *const *argv)
{
    (void)shell;
    (void)argc;
    (void)argv;
    return 0;
}

static int builtin_false(struct shell *shell, int argc, char *const *argv)
{
    (void)shell;
    (void)argc;
    (void)argv;
    return 1;
}

static int builtin_kill(struct shell *shell, int argc, char *const *argv)
{
    (void)shell;
    return kill_command(argc, argv);
}

/* Name all that can be started by its name alone. */
static void print_programs(void)
{
    DIR *directory = opendir(PROGRAMS);
    const struct dirent *entry;
    if (directory == NULL) {
        printf("  (%s)\n", strerror(errno));
        return;
    }
    fputs(" ", stdout);
    while ((entry = readdir(directory)) != NULL) {
        printf(" %s", entry->d_name);
    }
    fputc('\n', stdout);
    (void)closedir(directory);
}

static int builtin_help(struct shell *shell, int argc, char *const *argv)
{
    (void)shell;
    (void)argc;
    (void)argv;
    fputs("Commands of the shell:\n"
          "  cd [FOLDER]    go to another folder      pwd    say which one this is\n"
          "  exit [STATUS]  leave the shell           help   this text\n"
          "  true, false    do nothing, with status 0 or 1\n"
          "  kill           works here even when no program can be started\n"
          "Everything else is a program of " PROGRAMS ":\n",
          stdout);
    print_programs();
    fputs("  Each says with --help how it is called.\n"
          "Writing commands:\n"
          "  A; B   A && B   A || B   A &   'as it stands'   \"$NAME\"   $?   # comment\n"
          "  There are no pipes (|), no redirection (< >), no patterns (*), no if, no while, and\n"
          "  no way to set a variable yet.\n"
          "Keys: Backspace, Ctrl-U (delete the line), Ctrl-C (stop the program), Ctrl-D (end)\n",
          stdout);
    return 0;
}

static const struct builtin {
    const char *name;
    int (*run)(struct shell *shell, int argc, char *const *argv);
} builtins[] = {
    { "cd", builtin_cd },     { "pwd", builtin_pwd },     { "exit", builtin_exit },
    { "true", builtin_true }, { "false", builtin_false }, { "help", builtin_help },
    { "kill", builtin_kill },
};

bool shell_run_builtin(struct shell *shell, const struct shell_command *command)
{
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
        if (strcmp(builtins[i].name, command->argv[0]) == 0) {
            shell->status = builtins[i].run(shell, command->argc, command->argv);
            return true;
        }
    }
    return false;
}
