/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ioctl(): other names for calls that there are.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "../rpc/stubs.h"
#include "errors.h"
#include "files.h"
#include "poll.h"
#include "terminal.h"

static int window_size(int fd, struct winsize *result)
{
    struct terminal_size size;
    struct open_file *file = terminal_get(fd);
    if (file == NULL) {
        return -1;
    }
    kern_return_t error = terminal_get_size(file_port(file), &size);
    file_put(file);
    if (error != KERN_SUCCESS) {
        return fail(error);
    }
    *result = (struct winsize){ .ws_row = (unsigned short)size.rows,
                                .ws_col = (unsigned short)size.columns,
                                .ws_xpixel = (unsigned short)size.width,
                                .ws_ypixel = (unsigned short)size.height };
    return 0;
}

static int readable(int fd, int *result)
{
    unsigned ready;
    uint64_t amount;
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return -1;
    }
    kern_return_t error = file_poll(file, 0, &ready, &amount);
    file_put(file);
    if (error != KERN_SUCCESS) {
        return fail_errno(ENOTTY);
    }
    *result = amount < INT_MAX ? (int)amount : INT_MAX;
    return 0;
}

static int set_no_wait(int fd, int on)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

static int flush(int fd, int which)
{
    which &= FREAD | FWRITE;
    return tcflush(fd, which == FREAD ? TCIFLUSH : which == FWRITE ? TCOFLUSH : TCIOFLUSH);
}

static int none_waiting(int fd, int *count)
{
    *count = 0;
    return tcdrain(fd);
}

int ioctl(int fd, unsigned long order, ...)
{
    va_list arguments;
    va_start(arguments, order);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    switch (order) {
    case FIOCLEX: return fcntl(fd, F_SETFD, FD_CLOEXEC);
    case FIONCLEX: return fcntl(fd, F_GETFD) < 0 ? -1 : fail_errno(ENOTSUP);
    case FIONREAD: return readable(fd, argument);
    case FIONBIO: return set_no_wait(fd, *(int *)argument);
    case TIOCGWINSZ: return window_size(fd, argument);
    case TIOCGETA: return tcgetattr(fd, argument);
    case TIOCSETA: return tcsetattr(fd, TCSANOW, argument);
    case TIOCSETAW: return tcsetattr(fd, TCSADRAIN, argument);
    case TIOCSETAF: return tcsetattr(fd, TCSAFLUSH, argument);
    case TIOCFLUSH: return flush(fd, *(int *)argument);
    case TIOCOUTQ: return none_waiting(fd, argument);
    case TIOCDRAIN: return tcdrain(fd);
    default: return fcntl(fd, F_GETFD) < 0 ? -1 : fail_errno(ENOTTY);
    }
}
