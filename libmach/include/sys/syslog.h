/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POSIX's syslog(). No daemon collects messages: each is a line on standard error, which for a service is the
 * system's log.
 */
#pragma once

#include <stdarg.h>

#define LOG_EMERG   0
#define LOG_ALERT   1
#define LOG_CRIT    2
#define LOG_ERR     3
#define LOG_WARNING 4
#define LOG_NOTICE  5
#define LOG_INFO    6
#define LOG_DEBUG   7

#define LOG_PRIMASK           0x07
#define LOG_PRI(priority)     ((priority) & LOG_PRIMASK)
#define LOG_MAKEPRI(fac, pri) ((fac) | (pri))

#define LOG_KERN        (0 << 3)
#define LOG_USER        (1 << 3)
#define LOG_MAIL        (2 << 3)
#define LOG_DAEMON      (3 << 3)
#define LOG_AUTH        (4 << 3)
#define LOG_SYSLOG      (5 << 3)
#define LOG_LPR         (6 << 3)
#define LOG_NEWS        (7 << 3)
#define LOG_UUCP        (8 << 3)
#define LOG_CRON        (9 << 3)
#define LOG_AUTHPRIV    (10 << 3)
#define LOG_FTP         (11 << 3)
#define LOG_NETINFO     (12 << 3)
#define LOG_REMOTEAUTH  (13 << 3)
#define LOG_INSTALL     (14 << 3)
#define LOG_RAS         (15 << 3)
#define LOG_LOCAL0      (16 << 3)
#define LOG_LOCAL1      (17 << 3)
#define LOG_LOCAL2      (18 << 3)
#define LOG_LOCAL3      (19 << 3)
#define LOG_LOCAL4      (20 << 3)
#define LOG_LOCAL5      (21 << 3)
#define LOG_LOCAL6      (22 << 3)
#define LOG_LOCAL7      (23 << 3)
#define LOG_LAUNCHD     (24 << 3)
#define LOG_NFACILITIES 25
#define LOG_FACMASK     0x03f8
#define LOG_FAC(p)      (((p) & LOG_FACMASK) >> 3)

#define LOG_MASK(pri) (1 << (pri))
#define LOG_UPTO(pri) ((1 << ((pri) + 1)) - 1)

#define LOG_PID    0x01
#define LOG_CONS   0x02 /* of no meaning here, as the next three: there is one place for messages */
#define LOG_ODELAY 0x04
#define LOG_NDELAY 0x08
#define LOG_NOWAIT 0x10
#define LOG_PERROR 0x20

#ifdef __cplusplus
extern "C" {
#endif

/* Let messages begin with IDENT, which stays the caller's, and with LOG_PID the process number. Null, and
 * without this call: the program's name. */
void openlog(const char *ident, int options, int facility);
void closelog(void);

/* Messages whose LOG_MASK is in MASK are told from now on; 0 changes nothing. Returns: the mask before. */
int setlogmask(int mask);

/* Tell a message. %m in FORMAT is what errno means. A line feed is added if there is none. errno stays. */
void syslog(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));
void vsyslog(int priority, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

#ifdef __cplusplus
}
#endif
