/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading init.conf.
 */
#include <string.h>

#include "check.h"
#include "init_conf.h"

static unsigned reported[8];
static unsigned report_count;

static void report(unsigned line, const char *what)
{
    CHECK(what != nullptr && what[0] != '\0');
    reported[report_count++ % 8] = line;
}

static void parse(const char *text, struct init_conf *conf)
{
    report_count = 0;
    init_conf_parse(text, strlen(text), conf, report);
}

static void test_good_lines(void)
{
    struct init_conf conf;
    parse("# comment\n"
          "\n"
          "service a.b  /servers/a restart  host_priv device # and so on\n"
          "service c /servers/c\n"
          "shell /bin/sh",
          &conf);
    CHECK(report_count == 0 && conf.service_count == 2);
    CHECK(strcmp(conf.services[0].name, "a.b") == 0);
    CHECK(strcmp(conf.services[0].path, "/servers/a") == 0);
    CHECK(conf.services[0].restart);
    CHECK(conf.services[0].rights == (INIT_RIGHT_HOST_PRIV | INIT_RIGHT_DEVICE));
    CHECK(!conf.services[1].restart && conf.services[1].rights == 0);
    CHECK(strcmp(conf.shell, "/bin/sh") == 0);
}

static void test_bad_lines(void)
{
    struct init_conf conf;
    parse("service\nservice x\nservice x /y teleport\nservces z /z\nservice ok /ok\n", &conf);
    CHECK(report_count == 4 && reported[0] == 1 && reported[3] == 4);
    CHECK(conf.service_count == 1 && strcmp(conf.services[0].name, "ok") == 0);
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
