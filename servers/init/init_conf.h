/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading /etc/init.conf: which services there are and what each gets.  The file itself explains
 * its lines.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define INIT_CONF_SERVICES 16
#define INIT_CONF_NAME     128
#define INIT_CONF_PATH     256

/* What a service may be given. */
#define INIT_RIGHT_HOST_PRIV     0x1u
#define INIT_RIGHT_HOST_SECURITY 0x2u
#define INIT_RIGHT_DEVICE        0x4u
#define INIT_RIGHT_INITRD        0x8u

struct init_conf_service {
    char name[INIT_CONF_NAME]; /* in the bootstrap name space */
    char path[INIT_CONF_PATH]; /* in the boot archive */
    bool restart;              /* start it again when it dies */
    uint32_t rights;           /* INIT_RIGHT_* */
};

struct init_conf {
    uint32_t service_count;
    struct init_conf_service services[INIT_CONF_SERVICES];
    char shell[INIT_CONF_PATH]; /* the program on the console; empty: none */
};

/*
 * Read the SIZE bytes at TEXT into CONF.  A line that is wrong is left out and reported through
 * REPORT(LINE, WHAT).
 */
void init_conf_parse(const char *text, size_t size, struct init_conf *conf,
                     void (*report)(unsigned line, const char *what));
