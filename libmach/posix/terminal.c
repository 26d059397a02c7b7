/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <termios.h> over terminal_get_modes() and terminal_set_modes(): a table of the flags that can be changed, and what
 * all others always are.
 */
#include "terminal.h"

#include <errno.h>
#include <string.h>
#include <termios.h>

#include "../rpc/stubs.h"
#include "errors.h"
#include "files.h"

#define FIXED_INPUT   (IMAXBEL | IUTF8)
#define FIXED_CONTROL (CREAD | CS8 | CLOCAL)
#define FIXED_LOCAL   (ECHOE | ECHOKE | ECHOCTL)

static const struct {
    uint32_t mode; /* TERMINAL_* */
    uint16_t place;
    tcflag_t flag;
} flags[] = {
    { TERMINAL_COOKED, offsetof(struct termios, c_lflag), ICANON },
    { TERMINAL_ECHO, offsetof(struct termios, c_lflag), ECHO },
    { TERMINAL_SIGNAL, offsetof(struct termios, c_lflag), ISIG },
    { TERMINAL_MAP_CR, offsetof(struct termios, c_iflag), ICRNL },
    { TERMINAL_ADD_CR, offsetof(struct termios, c_oflag), OPOST | ONLCR },
};

#define FLAG_COUNT (sizeof(flags) / sizeof(flags[0]))

static const struct {
    uint8_t place;
    uint16_t key;
} keys[] = {
    { VINTR, offsetof(struct terminal_modes, interrupt_key) },
    { VERASE, offsetof(struct terminal_modes, erase_key) },
    { VKILL, offsetof(struct terminal_modes, kill_key) },
    { VEOF, offsetof(struct terminal_modes, end_key) },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static uint32_t patience; /* (a) as this program has set it, in tenths of a second */

static void tell(const struct terminal_modes *modes, struct termios *result)
{
    *result = (struct termios){ .c_iflag = FIXED_INPUT,
                                .c_cflag = FIXED_CONTROL,
                                .c_lflag = FIXED_LOCAL,
                                .c_ispeed = B9600,
                                .c_ospeed = B9600 };
    memset(result->c_cc, _POSIX_VDISABLE, sizeof(result->c_cc));
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        if ((modes->modes & flags[i].mode) != 0) {
            *(tcflag_t *)((char *)result + flags[i].place) |= flags[i].flag;
        }
    }
    for (size_t i = 0; i < KEY_COUNT; i++) {
        uint32_t key = *(const uint32_t *)((const char *)modes + keys[i].key);
        result->c_cc[keys[i].place] = key == 0 ? _POSIX_VDISABLE : (cc_t)key;
    }
    result->c_cc[VMIN] = modes->no_wait == 0;
    result->c_cc[VTIME] = modes->no_wait != 0 ? (cc_t)modes->patience : 0;
}

static struct terminal_modes translate(const struct termios *wanted)
{
    struct terminal_modes modes = { .no_wait = wanted->c_cc[VMIN] == 0 };
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        tcflag_t now = *(const tcflag_t *)((const char *)wanted + flags[i].place);
        modes.modes |= (now & flags[i].flag) == flags[i].flag ? flags[i].mode : 0;
    }
    for (size_t i = 0; i < KEY_COUNT; i++) {
        cc_t key = wanted->c_cc[keys[i].place];
        *(uint32_t *)((char *)&modes + keys[i].key) = key == _POSIX_VDISABLE ? 0 : key;
    }
    modes.patience = modes.no_wait != 0 ? wanted->c_cc[VTIME] : 0;
    return modes;
}

struct open_file *terminal_get(int fd)
{
    struct open_file *file = file_get(fd);
    if (file != NULL && file_type(file) != IO_TYPE_TERMINAL) {
        file_put(file);
        errno = ENOTTY;
        return NULL;
    }
    return file;
}

/* Give FILE back. Returns: 0, or -1 with the errno for RESULT. */
static int done(struct open_file *file, kern_return_t result)
{
    file_put(file);
    return result == KERN_SUCCESS ? 0 : fail(result);
}

int tcgetattr(int fd, struct termios *result)
{
    struct terminal_modes modes;
    struct open_file *file = terminal_get(fd);
    if (file == NULL) {
        return -1;
    }
    kern_return_t error = terminal_get_modes(file_port(file), &modes);
    if (error == KERN_SUCCESS) {
        tell(&modes, result);
    }
    return done(file, error);
}

int tcsetattr(int fd, int action, const struct termios *wanted)
{
    struct terminal_modes modes = translate(wanted);
    action &= ~TCSASOFT;
    if (action < TCSANOW || action > TCSAFLUSH) {
        return fail_errno(EINVAL);
    }
    struct open_file *file = terminal_get(fd);
    if (file == NULL) {
        return -1;
    }
    kern_return_t error = KERN_SUCCESS;
    if (action == TCSAFLUSH) {
        error = terminal_flush_input(file_port(file));
    }
    if (error == KERN_SUCCESS) {
        error = terminal_set_modes(file_port(file), modes);
    }
    if (error == KERN_SUCCESS) {
        bool is_raw = (modes.modes & TERMINAL_COOKED) == 0;
        __atomic_store_n(&patience, is_raw ? modes.patience : 0, __ATOMIC_RELAXED);
    }
    return done(file, error);
}

uint32_t terminal_patience(void)
{
    return __atomic_load_n(&patience, __ATOMIC_RELAXED);
}

void cfmakeraw(struct termios *modes)
{
    modes->c_iflag &= ~(tcflag_t)(IMAXBEL | IXOFF | INPCK | BRKINT | PARMRK | ISTRIP | INLCR |
                                  IGNCR | ICRNL | IXON | IGNPAR);
    modes->c_iflag |= IGNBRK;
    modes->c_oflag &= ~(tcflag_t)OPOST;
    modes->c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ICANON | ISIG | IEXTEN | NOFLSH |
                                  TOSTOP | PENDIN);
    modes->c_cflag &= ~(tcflag_t)(CSIZE | PARENB);
    modes->c_cflag |= CS8 | CREAD;
    modes->c_cc[VMIN] = 1;
    modes->c_cc[VTIME] = 0;
}

speed_t cfgetispeed(const struct termios *modes)
{
    return modes->c_ispeed;
}

speed_t cfgetospeed(const struct termios *modes)
{
    return modes->c_ospeed;
}

int cfsetispeed(struct termios *modes, speed_t speed)
{
    modes->c_ispeed = speed;
    return 0;
}

int cfsetospeed(struct termios *modes, speed_t speed)
{
    modes->c_ospeed = speed;
    return 0;
}

int cfsetspeed(struct termios *modes, speed_t speed)
{
    modes->c_ispeed = modes->c_ospeed = speed;
    return 0;
}

int tcdrain(int fd)
{
    struct open_file *file = terminal_get(fd);
    return file != NULL ? done(file, KERN_SUCCESS) : -1;
}

int tcflush(int fd, int which)
{
    if (which < TCIFLUSH || which > TCIOFLUSH) {
        return fail_errno(EINVAL);
    }
    struct open_file *file = terminal_get(fd);
    if (file == NULL) {
        return -1;
    }
    return done(file, which == TCOFLUSH ? KERN_SUCCESS : terminal_flush_input(file_port(file)));
}

int tcflow(int fd, int action)
{
    if (action < TCOOFF || action > TCION) {
        return fail_errno(EINVAL);
    }
    return tcsendbreak(fd, 0);
}

int tcsendbreak(int fd, int duration)
{
    (void)duration;
    return tcdrain(fd) == 0 ? fail_errno(ENOTSUP) : -1;
}
