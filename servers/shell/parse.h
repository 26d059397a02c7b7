/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's language: commands of words, separated by newline, `;`, `&`, `&&` and `||`.
 *
 *     '...'      as it stands                "..."   as it stands, but $ and \ work
 *     \c         the character c             # ...   a comment, at the start of a word
 *     $?         last exit status            $NAME, ${NAME}   a variable of the environment
 *
 * One command is read at a time, because $? in it depends on the one before.  An unquoted variable
 * is not split into words. Pipes and redirection, which other shells have, are refused: passing their
 * signs on as words would do something else than what was meant.
 */
#pragma once

#include <stddef.h>

/* Longest command after expansion, and most words in it. */
#define SHELL_COMMAND_MAX 4096
#define SHELL_WORDS_MAX   128

/* What stands behind a command. */
enum shell_separator {
    SHELL_END,        /* end of line or text, or ; */
    SHELL_BACKGROUND, /* & */
    SHELL_AND,        /* && */
    SHELL_OR,         /* || */
};

struct shell_command {
    int argc; /* 0: an empty command */
    char *argv[SHELL_WORDS_MAX + 1];
    enum shell_separator separator;
    char text[SHELL_COMMAND_MAX];
};

/* A text being read. */
struct shell_parser {
    const char *next;
    const char *end;
    unsigned line;      /* of NEXT, from 1 */
    bool needs_command; /* the last one had && or || behind it */
    const char *(*variable)(const char *name);
};

/* Begin with the SIZE bytes at TEXT; VARIABLE gives the value of a name, null if it has none. */
void shell_parse_begin(struct shell_parser *parser, const char *text, size_t size,
                       const char *(*variable)(const char *name));

enum shell_parse_result {
    SHELL_COMMAND,        /* *COMMAND is the next one, perhaps an empty one */
    SHELL_NOTHING_MORE,   /* the text is over */
    SHELL_BAD_QUOTES,     /* a quote is not closed */
    SHELL_BAD_OPERATOR,   /* && or || or & with nothing before it */
    SHELL_NO_COMMAND,     /* && or || with nothing behind it */
    SHELL_NOT_TEXT,       /* a zero byte */
    SHELL_BAD_VARIABLE,   /* ${ without name or } */
    SHELL_NO_PIPES,       /* a single | */
    SHELL_NO_REDIRECTION, /* < or > */
    SHELL_TOO_LONG,
};

/* Read the next command, with STATUS for $?.  After an error the text is over. */
enum shell_parse_result shell_parse_next(struct shell_parser *parser, int status,
                                         struct shell_command *command);

/* What is wrong, in words. */
const char *shell_parse_error(enum shell_parse_result result);
