/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's parser.
 */
#include <string.h>

#include "check.h"
#include "parse.h"

static struct shell_command command;

static const char *variable(const char *name)
{
    if (strcmp(name, "a_B9") == 0) {
        return "every kind of character";
    }
    return strcmp(name, "HOME") == 0 ? "/home" : NULL;
}

/* Parse TEXT's first command, with 5 for $?; check that its words, joined by |, are WORDS. */
static void check_words(const char *text, const char *words)
{
    struct shell_parser parser;
    char joined[1024] = "";
    shell_parse_begin(&parser, text, strlen(text), variable);
    if (!CHECK(shell_parse_next(&parser, 5, &command) == SHELL_COMMAND)) {
        fprintf(stderr, "  in: %s\n", text);
        return;
    }
    for (int i = 0; i < command.argc; i++) {
        strcat(joined, i == 0 ? "" : "|");
        strcat(joined, command.argv[i]);
    }
    if (!CHECK(strcmp(joined, words) == 0)) {
        fprintf(stderr, "  %s gives %s\n", text, joined);
    }
    CHECK(command.argv[command.argc] == NULL);
}

static void check_error(const char *text, enum shell_parse_result expected)
{
    struct shell_parser parser;
    enum shell_parse_result result;
    shell_parse_begin(&parser, text, strlen(text), variable);
    while ((result = shell_parse_next(&parser, 0, &command)) == SHELL_COMMAND) {
    }
    CHECK(result == expected);
    CHECK(shell_parse_next(&parser, 0, &command) == SHELL_NOTHING_MORE);
}

static void test_words(void)
{
    check_words("ls -l  /bin\n", "ls|-l|/bin");
    check_words("\tls\t-l\r\n", "ls|-l");
    check_words("echo 'a  b' \"c d\" e\\ f", "echo|a  b|c d|e f");
    check_words("echo a'b'\"c\"d", "echo|abcd");
    check_words("echo '' \"\"", "echo||");
    check_words("echo # a comment", "echo");
    check_words("echo a#b", "echo|a#b");
    check_words("   ", "");
    check_words("echo \"it's\" '\"'", "echo|it's|\"");
    check_words("a\\\nb", "ab");
    check_words("echo '>' \"<\" \\> 'a|b' \\| a\"&\"b", "echo|>|<|>|a|b|||a&b");
}

static void test_variables(void)
{
    check_words("echo $? \"$?\" '$?'", "echo|5|5|$?");
    check_words("cd $HOME/x ${HOME}y $NONE.", "cd|/home/x|/homey|.");
    check_words("echo $ a$", "echo|$|a$");
    check_words("echo $a_B9", "echo|every kind of character");
    check_error("echo $a23456789012345678901234567890123456789012345678901234567890123456",
                SHELL_BAD_VARIABLE);
    check_error("echo ${", SHELL_BAD_VARIABLE);
    check_error("echo ${HOME", SHELL_BAD_VARIABLE);
}

static void test_separators(void)
{
    static const enum shell_separator expected[] = { SHELL_AND, SHELL_OR, SHELL_BACKGROUND,
                                                     SHELL_END, SHELL_END };
    static const char text[] = "a&&b || c&d;e";
    struct shell_parser parser;
    shell_parse_begin(&parser, text, strlen(text), variable);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        CHECK(shell_parse_next(&parser, 0, &command) == SHELL_COMMAND);
        CHECK(command.argc == 1 && command.separator == expected[i]);
        CHECK(command.argv[0][0] == (char)('a' + i));
    }
    CHECK(shell_parse_next(&parser, 0, &command) == SHELL_NOTHING_MORE);
}

static void test_errors(void)
{
    check_error("echo 'a", SHELL_BAD_QUOTES);
    check_error("echo \"a", SHELL_BAD_QUOTES);
    check_error("echo a\\", SHELL_BAD_QUOTES);
    check_error("&& a", SHELL_BAD_OPERATOR);
    check_error("a && && b", SHELL_BAD_OPERATOR);
    check_error("; a", SHELL_NOTHING_MORE);
    check_error("a &&", SHELL_NO_COMMAND);
    check_error("a || \n", SHELL_NO_COMMAND);
    check_error("a && ; b", SHELL_NO_COMMAND);
    check_error("a && # comment\n\n b", SHELL_NOTHING_MORE);
    check_error("a && b &", SHELL_NOTHING_MORE);
    static char many[2 * (SHELL_WORDS_MAX + 1) + 1];
    for (int i = 0; i < SHELL_WORDS_MAX; i++) {
        strcat(many, "x ");
    }
    check_error(many, SHELL_NOTHING_MORE);
    strcat(many, "x ");
    check_error(many, SHELL_TOO_LONG);
    static char longest[SHELL_COMMAND_MAX + 2];
    memset(longest, 'x', SHELL_COMMAND_MAX);
    check_error(longest, SHELL_TOO_LONG);
    longest[SHELL_COMMAND_MAX - 1] = '\0';
    check_error(longest, SHELL_NOTHING_MORE);
}

/* Not even in quotes: a word would end there for programs, and go on for the shell. */
static void test_zero_bytes(void)
{
    static const char *const texts[] = { "%a", "a%%b", "a b%", "'%'", "\"%\"", "\\%", "% a" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char text[8] = "";
        size_t length = strlen(texts[i]);
        struct shell_parser parser;
        for (size_t place = 0; place < length; place++) {
            text[place] = (char)(texts[i][place] == '%' ? '\0' : texts[i][place]);
        }
        shell_parse_begin(&parser, text, length, variable);
        if (!CHECK(shell_parse_next(&parser, 0, &command) == SHELL_NOT_TEXT)) {
            fprintf(stderr, "  in: %s\n", texts[i]);
        }
    }
}

/* What other shells have is refused, with its own words, and nothing of the command is run. */
static void test_unsupported(void)
{
    check_error("a | b", SHELL_NO_PIPES);
    check_error("a|b", SHELL_NO_PIPES);
    check_error("| b", SHELL_NO_PIPES);
    check_error("a |& b", SHELL_NO_PIPES);
    check_error("a > b", SHELL_NO_REDIRECTION);
    check_error("a>>b", SHELL_NO_REDIRECTION);
    check_error("a 2>&1", SHELL_NO_REDIRECTION);
    check_error("a < b", SHELL_NO_REDIRECTION);
    check_error("<b a", SHELL_NO_REDIRECTION);
    CHECK(strstr(shell_parse_error(SHELL_NO_PIPES), "pipe") != NULL);
    CHECK(strstr(shell_parse_error(SHELL_NO_REDIRECTION), "redirection") != NULL);
}

/* Each command of TEXT ends on the line that ENDS has for it. */
static void check_lines(const char *text, const unsigned *ends, size_t count)
{
    struct shell_parser parser;
    shell_parse_begin(&parser, text, strlen(text), variable);
    for (size_t i = 0; i < count; i++) {
        CHECK(shell_parse_next(&parser, 0, &command) == SHELL_COMMAND);
        if (!CHECK(parser.line == ends[i])) {
            fprintf(stderr, "  command %zu of %s: line %u\n", i, text, parser.line);
        }
    }
    CHECK(shell_parse_next(&parser, 0, &command) == SHELL_NOTHING_MORE);
}

static void test_lines(void)
{
    check_lines("a\nb 'x\ny'\nc", (unsigned[]){ 2, 4, 4 }, 3);
    check_lines("a \"x\ny\"\nb\\\nc\nd", (unsigned[]){ 3, 5, 5 }, 3);
    check_lines("a # comment\nb", (unsigned[]){ 2, 2 }, 2);
}

int main(void)
{
    test_words();
    test_variables();
    test_separators();
    test_errors();
    test_zero_bytes();
    test_unsupported();
    test_lines();
    return failures != 0;
}
