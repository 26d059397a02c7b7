/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words are put together in the command's own text, each with its terminating zero.
 */
#include "parse.h"

#include <stdio.h>
#include <string.h>

#define NAME_SIZE 64

void shell_parse_begin(struct shell_parser *parser, const char *text, size_t size,
                       const char *(*variable)(const char *name))
{
    *parser = (struct shell_parser){
        .next = text,
        .end = text + size,
        .line = 1,
        .variable = variable,
    };
}

/* A command under construction. */
struct builder {
    struct shell_parser *parser;
    struct shell_command *command;
    size_t used;
    int status;
};

/* The character at the parser's place, or 0 at the end. */
static char peek(const struct shell_parser *parser)
{
    return parser->next < parser->end ? *parser->next : '\0';
}

static bool at_end(const struct shell_parser *parser)
{
    return parser->next >= parser->end;
}

static bool append(struct builder *builder, char c)
{
    if (builder->used == sizeof(builder->command->text)) {
        return false;
    }
    builder->command->text[builder->used++] = c;
    return true;
}

/* A character of the text that stands for itself. */
static enum shell_parse_result append_typed(struct builder *builder, char c)
{
    if (c == '\0') {
        return SHELL_NOT_TEXT;
    }
    return append(builder, c) ? SHELL_COMMAND : SHELL_TOO_LONG;
}

static bool append_string(struct builder *builder, const char *string)
{
    while (*string != '\0') {
        if (!append(builder, *string++)) {
            return false;
        }
    }
    return true;
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Read a name into NAME.  Returns: false if there is none, or it is too long. */
static bool parse_name(struct shell_parser *parser, char *name)
{
    size_t length = 0;
    while (!at_end(parser) && is_name_character(*parser->next)) {
        if (length == NAME_SIZE - 1) {
            return false;
        }
        name[length++] = *parser->next++;
    }
    name[length] = '\0';
    return length != 0;
}

/* Behind a `$`: append what it stands for. */
static enum shell_parse_result parse_variable(struct builder *builder)
{
    struct shell_parser *parser = builder->parser;
    char name[NAME_SIZE];
    if (peek(parser) == '?') {
        char number[16];
        parser->next++;
        snprintf(number, sizeof(number), "%d", builder->status);
        return append_string(builder, number) ? SHELL_COMMAND : SHELL_TOO_LONG;
    }
    bool has_brace = peek(parser) == '{';
    parser->next += has_brace;
    if (!has_brace && !is_name_character(peek(parser))) {
        return append(builder, '$') ? SHELL_COMMAND : SHELL_TOO_LONG;
    }
    if (!parse_name(parser, name) || (has_brace && peek(parser) != '}')) {
        return SHELL_BAD_VARIABLE;
    }
    parser->next += has_brace;
    const char *value = parser->variable(name);
    return value == NULL || append_string(builder, value) ? SHELL_COMMAND : SHELL_TOO_LONG;
}

/* Behind a backslash: the next character as it stands; a newline joins two lines. */
static enum shell_parse_result parse_escape(struct builder *builder)
{
    struct shell_parser *parser = builder->parser;
    if (at_end(parser)) {
        return SHELL_BAD_QUOTES;
    }
    char c = *parser->next++;
    if (c == '\n') {
        parser->line++;
        return SHELL_COMMAND;
    }
    return append_typed(builder, c);
}

/* One character of a word, outside single quotes, with what it stands for. */
static enum shell_parse_result parse_character(struct builder *builder)
{
    struct shell_parser *parser = builder->parser;
    char c = *parser->next++;
    parser->line += c == '\n';
    if (c == '$') {
        return parse_variable(builder);
    }
    if (c == '\\') {
        return parse_escape(builder);
    }
    return append_typed(builder, c);
}

/* Behind an opening QUOTE, up to the closing one. */
static enum shell_parse_result parse_quoted(struct builder *builder, char quote)
{
    struct shell_parser *parser = builder->parser;
    while (!at_end(parser) && *parser->next != quote) {
        enum shell_parse_result result;
        if (quote == '"') {
            result = parse_character(builder);
        } else {
            parser->line += *parser->next == '\n';
            result = append_typed(builder, *parser->next++);
        }
        if (result != SHELL_COMMAND) {
            return result;
        }
    }
    if (at_end(parser)) {
        return SHELL_BAD_QUOTES;
    }
    parser->next++;
    return SHELL_COMMAND;
}

/* Does a word end before C? */
static bool ends_word(char c)
{
    return c != '\0' && strchr(" \t\r\n;&|<>", c) != NULL;
}

/* One word, which is there. */
static enum shell_parse_result parse_word(struct builder *builder)
{
    struct shell_parser *parser = builder->parser;
    struct shell_command *command = builder->command;
    if (command->argc == SHELL_WORDS_MAX) {
        return SHELL_TOO_LONG;
    }
    size_t start = builder->used;
    while (!at_end(parser) && !ends_word(*parser->next)) {
        enum shell_parse_result result;
        char c = *parser->next;
        if (c == '\'' || c == '"') {
            parser->next++;
            result = parse_quoted(builder, c);
        } else {
            result = parse_character(builder);
        }
        if (result != SHELL_COMMAND) {
            return result;
        }
    }
    if (!append(builder, '\0')) {
        return SHELL_TOO_LONG;
    }
    command->argv[command->argc++] = command->text + start;
    return SHELL_COMMAND;
}

/* Skip blanks and a comment. */
static void skip_blanks(struct shell_parser *parser)
{
    while (!at_end(parser) &&
           (*parser->next == ' ' || *parser->next == '\t' || *parser->next == '\r')) {
        parser->next++;
    }
    if (peek(parser) == '#') {
        while (!at_end(parser) && *parser->next != '\n') {
            parser->next++;
        }
    }
}

/* `&`, `&&` or `||`, whose first character C has been read. */
static enum shell_parse_result parse_operator(struct builder *builder, char c)
{
    struct shell_parser *parser = builder->parser;
    bool is_double = peek(parser) == c;
    parser->next += is_double;
    if (c == '|' && !is_double) {
        return SHELL_NO_PIPES;
    }
    if (builder->command->argc == 0) {
        return SHELL_BAD_OPERATOR;
    }
    if (!is_double) {
        builder->command->separator = SHELL_BACKGROUND;
    } else {
        builder->command->separator = c == '&' ? SHELL_AND : SHELL_OR;
    }
    return SHELL_COMMAND;
}

/* What ends the command. */
static enum shell_parse_result parse_separator(struct builder *builder)
{
    struct shell_parser *parser = builder->parser;
    char c = peek(parser);
    builder->command->separator = SHELL_END;
    if (at_end(parser)) {
        return SHELL_COMMAND;
    }
    parser->next++;
    parser->line += c == '\n';
    if (c == ';' && builder->command->argc == 0 && parser->needs_command) {
        return SHELL_NO_COMMAND;
    }
    if (c == '\n' || c == ';') {
        return SHELL_COMMAND;
    }
    return c == '<' || c == '>' ? SHELL_NO_REDIRECTION : parse_operator(builder, c);
}

enum shell_parse_result shell_parse_next(struct shell_parser *parser, int status,
                                         struct shell_command *command)
{
    struct builder builder = { .parser = parser, .command = command, .status = status };
    enum shell_parse_result result = SHELL_COMMAND;
    command->argc = 0;
    if (at_end(parser)) {
        result = parser->needs_command ? SHELL_NO_COMMAND : SHELL_NOTHING_MORE;
        parser->needs_command = false;
        return result;
    }
    skip_blanks(parser);
    while (result == SHELL_COMMAND && !at_end(parser) && !ends_word(*parser->next)) {
        result = parse_word(&builder);
        skip_blanks(parser);
    }
    if (result == SHELL_COMMAND) {
        result = parse_separator(&builder);
    }
    if (result != SHELL_COMMAND) {
        parser->next = parser->end;
        parser->needs_command = false;
        return result;
    }
    if (command->argc != 0) {
        parser->needs_command = command->separator == SHELL_AND || command->separator == SHELL_OR;
    }
    command->argv[command->argc] = NULL;
    return SHELL_COMMAND;
}

const char *shell_parse_error(enum shell_parse_result result)
{
    switch (result) {
    case SHELL_BAD_QUOTES: return "a quote is not closed";
    case SHELL_BAD_OPERATOR: return "no command before an operator (there are ; & && ||)";
    case SHELL_NO_COMMAND: return "no command behind && or ||";
    case SHELL_NOT_TEXT: return "this is no text: there is a zero byte in it";
    case SHELL_BAD_VARIABLE: return "a variable is written $NAME or ${NAME}";
    case SHELL_NO_PIPES: return "there are no pipes yet; a plain | is written '|'";
    case SHELL_NO_REDIRECTION:
        return "there is no redirection yet; plain < and > are written '<' and '>'";
    case SHELL_TOO_LONG: return "the command is too long";
    default: return "no error";
    }
}
