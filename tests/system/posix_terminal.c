/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <termios.h> and ioctl() on the terminal: what is set is told again, and what cannot be is not.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "systest.h"

static struct termios before;

static void begin(void)
{
    EXPECT_EQ(tcgetattr(STDIN_FILENO, &before), 0);
}

static void end(void)
{
    EXPECT_EQ(tcsetattr(STDIN_FILENO, TCSANOW, &before), 0);
}

static struct termios set(const struct termios *wanted)
{
    struct termios now = {};
    EXPECT_EQ(tcsetattr(STDIN_FILENO, TCSAFLUSH, wanted), 0);
    EXPECT_EQ(tcgetattr(STDIN_FILENO, &now), 0);
    return now;
}

CASE(a_terminal_tells_its_modes)
{
    begin();
    EXPECT_EQ(before.c_lflag & (ICANON | ECHO | ISIG), ICANON | ECHO | ISIG);
    EXPECT_EQ(before.c_iflag & (ICRNL | IXON), ICRNL);
    EXPECT_EQ(before.c_oflag, OPOST | ONLCR);
    EXPECT_EQ(before.c_cflag & CSIZE, CS8);
    EXPECT(before.c_cc[VINTR] == 3 && before.c_cc[VEOF] == 4 && before.c_cc[VERASE] == 0x7f);
    EXPECT(before.c_cc[VSUSP] == _POSIX_VDISABLE && before.c_cc[VMIN] == 1);
}

CASE(modes_are_set_and_told_again)
{
    begin();
    struct termios wanted = before;
    wanted.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    wanted.c_iflag |= IXON;
    wanted.c_cc[VINTR] = 'x';
    wanted.c_cc[VKILL] = _POSIX_VDISABLE;
    struct termios now = set(&wanted);
    EXPECT_EQ(now.c_lflag & (ICANON | ECHO | ISIG), ICANON);
    EXPECT_EQ(now.c_iflag & IXON, 0);
    EXPECT(now.c_cc[VINTR] == 'x' && now.c_cc[VKILL] == _POSIX_VDISABLE && now.c_cc[VEOF] == 4);
    EXPECT_EQ(now.c_oflag, OPOST | ONLCR);
    end();
    EXPECT_EQ(tcgetattr(STDIN_FILENO, &now), 0);
    EXPECT_EQ(memcmp(&now, &before, sizeof(now)), 0);
}

CASE(a_raw_terminal_can_be_read_without_waiting)
{
    char byte;
    begin();
    struct termios wanted = before;
    cfmakeraw(&wanted);
    struct termios now = set(&wanted);
    EXPECT_EQ(now.c_lflag & (ICANON | ECHO | ISIG), 0);
    EXPECT((now.c_iflag & ICRNL) == 0 && (now.c_oflag & OPOST) == 0);
    wanted.c_cc[VMIN] = 0;
    wanted.c_cc[VTIME] = 0;
    now = set(&wanted);
    EXPECT(now.c_cc[VMIN] == 0 && now.c_cc[VTIME] == 0);
    EXPECT_EQ(read(STDIN_FILENO, &byte, 1), 0);
    wanted.c_cc[VTIME] = 1;
    now = set(&wanted);
    EXPECT_EQ(now.c_cc[VTIME], 1);
    EXPECT_EQ(read(STDIN_FILENO, &byte, 1), 0);
    end();
}

CASE(orders_for_terminals)
{
    struct winsize size = {};
    struct termios modes;
    int number = -1;
    int ends[2];
    EXPECT_EQ(ioctl(STDIN_FILENO, TIOCGWINSZ, &size), 0);
    EXPECT(size.ws_row > 0 && size.ws_col > 0);
    EXPECT_EQ(ioctl(STDIN_FILENO, TIOCGETA, &modes), 0);
    EXPECT_EQ(ioctl(STDIN_FILENO, TIOCSETA, &modes), 0);
    EXPECT_EQ(ioctl(STDIN_FILENO, FIONREAD, &number), 0);
    EXPECT_EQ(number, 0);
    EXPECT_EQ(ioctl(STDIN_FILENO, TIOCOUTQ, &number), 0);
    EXPECT_EQ(tcdrain(STDOUT_FILENO), 0);
    EXPECT_EQ(tcflush(STDIN_FILENO, TCIOFLUSH), 0);
    EXPECT(tcflush(STDIN_FILENO, 0) == -1 && errno == EINVAL);
    EXPECT(tcflow(STDIN_FILENO, TCOOFF) == -1 && errno == ENOTSUP);
    EXPECT(tcsendbreak(STDIN_FILENO, 0) == -1 && errno == ENOTSUP);
    EXPECT(tcsetattr(STDIN_FILENO, 9, &modes) == -1 && errno == EINVAL);
    EXPECT(tcgetattr(99, &modes) == -1 && errno == EBADF);
    EXPECT_EQ(pipe(ends), 0);
    EXPECT(tcgetattr(ends[0], &modes) == -1 && errno == ENOTTY);
    EXPECT(tcsetattr(ends[0], TCSANOW, &modes) == -1 && errno == ENOTTY);
    EXPECT_EQ(close(ends[0]), 0);
    EXPECT_EQ(close(ends[1]), 0);
}

/* Memory of servers and of the library that stays. */
void systest_prepare(void)
{
    struct pollfd one = { .fd = STDIN_FILENO, .events = POLLIN };
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(close(ends[0]), 0);
    EXPECT_EQ(close(ends[1]), 0);
    begin();
    end();
    EXPECT_EQ(poll(&one, 1, 1), 0);
}
