/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading init.conf.
 */
#include <string.h>

#include "check.h"
#include "init_conf.h"

static unsigned reported[8];
static const char *said[8];
static unsigned report_count;

static void report(unsigned line, const char *what)
{
    said[report_count % 8] = what;
    reported[report_count++ % 8] = line;
}

/* CONF holds something else before: nothing of that may stay. */
static void parse(const char *text, struct init_conf *conf)
{
    report_count = 0;
    memset(conf, 'z', sizeof(*conf));
    init_conf_parse(text, strlen(text), conf, report);
}

static void test_good_lines(void)
{
    struct init_conf conf;
    parse("# comment\n"
          "\n"
          "service a.b  /servers/a restart  host_priv device # and so on\n"
          "service c\t/servers/c\tinitrd host_security\r\n"
          "service d /servers/d\n"
          "shell /bin/sh",
          &conf);
    CHECK(report_count == 0 && conf.service_count == 3);
    CHECK(strcmp(conf.services[0].name, "a.b") == 0);
    CHECK(strcmp(conf.services[0].path, "/servers/a") == 0);
    CHECK(conf.services[0].restart);
    CHECK(conf.services[0].rights == (INIT_RIGHT_HOST_PRIV | INIT_RIGHT_DEVICE));
    CHECK(strcmp(conf.services[1].path, "/servers/c") == 0);
    CHECK(conf.services[1].rights == (INIT_RIGHT_INITRD | INIT_RIGHT_HOST_SECURITY));
    CHECK(!conf.services[2].restart && conf.services[2].rights == 0);
    CHECK(strcmp(conf.shell, "/bin/sh") == 0);
}

/* The lines that are wrong are told, and leave nothing behind for the next. */
static void test_bad_lines(void)
{
    struct init_conf conf;
    parse("service\n"
          "service x\n"
          "service x /y restart device teleport\n"
          "servces z /z\n"
          "shell\n"
          "service ok /ok\n",
          &conf);
    CHECK(report_count == 5);
    static const char *const words[] = { "name", "path", "option", "begins", "shell" };
    for (unsigned i = 0; i < 5; i++) {
        CHECK(reported[i] == i + 1 && strstr(said[i], words[i]) != nullptr);
    }
    CHECK(conf.service_count == 1 && strcmp(conf.services[0].name, "ok") == 0);
    CHECK(!conf.services[0].restart && conf.services[0].rights == 0);
    CHECK(conf.shell[0] == '\0');
}

static void test_limits(void)
{
    struct init_conf conf;
    char text[4096] = "service ";
    memset(text + 8, 'n', INIT_CONF_NAME);
    strcpy(text + 8 + INIT_CONF_NAME, " /x\n");
    parse(text, &conf);
    CHECK(report_count == 1 && conf.service_count == 0);
    text[0] = '\0';
    for (int i = 0; i <= INIT_CONF_SERVICES; i++) {
        strcat(text, "service s /s\n");
    }
    parse(text, &conf);
    CHECK(report_count == 1 && conf.service_count == INIT_CONF_SERVICES);
}

int main(void)
{
    test_good_lines();
    test_bad_lines();
    test_limits();
    return failures != 0;
}
