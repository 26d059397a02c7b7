/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See <syslog.h>. A message is one write, so that those of several threads and processes stay whole.
 */
#include <syslog.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    pthread_mutex_t lock;
    const char *ident;
    int options;
    int mask;
} settings = { .lock = PTHREAD_MUTEX_INITIALIZER, .mask = LOG_UPTO(LOG_DEBUG) };

void openlog(const char *ident, int options, int facility)
{
    (void)facility; /* messages go to one place whatever they are about */
    (void)pthread_mutex_lock(&settings.lock);
    settings.ident = ident;
    settings.options = options;
    (void)pthread_mutex_unlock(&settings.lock);
}

void closelog(void)
{
    openlog(NULL, 0, LOG_USER);
}

int setlogmask(int mask)
{
    (void)pthread_mutex_lock(&settings.lock);
    int before = settings.mask;
    settings.mask = mask != 0 ? mask : before;
    (void)pthread_mutex_unlock(&settings.lock);
    return before;
}

/* Write FORMAT into RESULT, cut off at SIZE, with what ERROR means for each %m. */
static void expand(const char *format, int error, char *result, size_t size)
{
    size_t used = 0;
    while (*format != '\0' && used + 1 < size) {
        if (format[0] != '%' || format[1] == '\0') {
            result[used++] = *format++;
        } else if (format[1] == 'm') {
            /* A percent sign of its own would be taken for a conversion; there is none in these texts. */
            used += strlcpy(result + used, strerror(error), size - used);
            format += 2;
        } else if (used + 2 < size) {
            result[used++] = *format++;
            result[used++] = *format++;
        } else {
            break;
        }
    }
    result[used < size ? used : size - 1] = '\0';
}

/* Write "IDENT[pid]: " to TEXT. Returns: its length, less than SIZE. */
static size_t begin(char *text, size_t size)
{
    (void)pthread_mutex_lock(&settings.lock);
    const char *ident = settings.ident != NULL ? settings.ident : getprogname();
    bool has_pid = (settings.options & LOG_PID) != 0;
    int length = has_pid ? snprintf(text, size, "%s[%d]: ", ident, (int)getpid())
                         : snprintf(text, size, "%s: ", ident);
    (void)pthread_mutex_unlock(&settings.lock);
    return length < 0 ? 0 : (size_t)length < size ? (size_t)length : size - 1;
}

void vsyslog(int priority, const char *format, va_list arguments)
{
    char expanded[BUFSIZ], text[BUFSIZ];
    int error = errno;
    if ((setlogmask(0) & LOG_MASK(LOG_PRI(priority))) == 0) {
        return;
    }
    expand(format, error, expanded, sizeof(expanded));
    size_t length = begin(text, sizeof(text) - 1);
    errno = error;
    (void)vsnprintf(text + length, sizeof(text) - 1 - length, expanded, arguments);
    length = strlen(text);
    if (text[length - 1] != '\n') {
        text[length++] = '\n';
    }
    (void)write(STDERR_FILENO, text, length);
    errno = error;
}

void syslog(int priority, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsyslog(priority, format, arguments);
    va_end(arguments);
}
