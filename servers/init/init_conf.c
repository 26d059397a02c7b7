/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of words; the first word says what the line is.
 */
#include "init_conf.h"

#include <string.h>

/* A line being taken apart. */
struct words {
    const char *next;
    const char *end;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Copy the next word to WORD.  Returns: 1; 0, there is none; -1, it is longer than SIZE - 1. */
static int next_word(struct words *words, char *word, size_t size)
{
    while (words->next < words->end && is_blank(*words->next)) {
        words->next++;
    }
    const char *start = words->next;
    while (words->next < words->end && !is_blank(*words->next)) {
        words->next++;
    }
    size_t length = (size_t)(words->next - start);
    if (length == 0 || *start == '#') {
        words->next = words->end;
        return 0;
    }
    if (length >= size) {
        return -1;
    }
    memcpy(word, start, length);
    word[length] = '\0';
    return 1;
}

static const struct {
    const char *word;
    uint32_t right;
} right_words[] = {
    { "host_priv", INIT_RIGHT_HOST_PRIV },
    { "host_security", INIT_RIGHT_HOST_SECURITY },
    { "device", INIT_RIGHT_DEVICE },
    { "initrd", INIT_RIGHT_INITRD },
};

/* Apply the option WORD to SERVICE. */
static bool parse_option(const char *word, struct init_conf_service *service)
{
    if (strcmp(word, "restart") == 0) {
        service->restart = true;
        return true;
    }
    for (size_t i = 0; i < sizeof(right_words) / sizeof(right_words[0]); i++) {
        if (strcmp(word, right_words[i].word) == 0) {
            service->rights |= right_words[i].right;
            return true;
        }
    }
    return false;
}

/* The rest of a `service` line.  Returns: what is wrong, or null. */
static const char *parse_service(struct words *words, struct init_conf *conf)
{
    char option[32];
    if (conf->service_count == INIT_CONF_SERVICES) {
        return "too many services";
    }
    struct init_conf_service *service = &conf->services[conf->service_count];
    *service = (struct init_conf_service){};
    if (next_word(words, service->name, sizeof(service->name)) != 1) {
        return "a service needs a name of at most 127 characters";
    }
    if (next_word(words, service->path, sizeof(service->path)) != 1) {
        return "a service needs the path of its program";
    }
    int found;
    while ((found = next_word(words, option, sizeof(option))) != 0) {
        if (found < 0 || !parse_option(option, service)) {
            return "unknown option (restart, host_priv, host_security, device, initrd)";
        }
    }
    conf->service_count++;
    return nullptr;
}

/* One line.  Returns: what is wrong, or null. */
static const char *parse_line(struct words *words, struct init_conf *conf)
{
    char word[16];
    int found = next_word(words, word, sizeof(word));
    if (found == 0) {
        return nullptr;
    }
    if (found == 1 && strcmp(word, "service") == 0) {
        return parse_service(words, conf);
    }
    if (found == 1 && strcmp(word, "shell") == 0) {
        return next_word(words, conf->shell, sizeof(conf->shell)) == 1
                   ? nullptr
                   : "shell needs the path of a program";
    }
    return "a line begins with service or shell";
}

void init_conf_parse(const char *text, size_t size, struct init_conf *conf,
                     void (*report)(unsigned line, const char *what))
{
    const char *end = text + size;
    *conf = (struct init_conf){};
    for (unsigned line = 1; text < end; line++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        struct words words = { text, newline != nullptr ? newline : end };
        text = newline != nullptr ? newline + 1 : end;
        const char *wrong = parse_line(&words, conf);
        if (wrong != nullptr) {
            report(line, wrong);
        }
    }
}
