/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers of ioctl() for terminals: those that are answered.
 */
#pragma once

#include <sys/ioccom.h>
#include <sys/termios.h>

struct winsize {
    unsigned short ws_row;
    unsigned short ws_col;
    unsigned short ws_xpixel; /* 0: not known */
    unsigned short ws_ypixel;
};

#define TIOCGWINSZ _IOR('t', 104, struct winsize)
#define TIOCGETA   _IOR('t', 19, struct termios) /* tcgetattr() */
#define TIOCSETA   _IOW('t', 20, struct termios) /* tcsetattr(), TCSANOW */
#define TIOCSETAW  _IOW('t', 21, struct termios) /* TCSADRAIN */
#define TIOCSETAF  _IOW('t', 22, struct termios) /* TCSAFLUSH */
#define TIOCFLUSH  _IOW('t', 16, int)            /* FREAD, FWRITE, 0 for both */
#define TIOCOUTQ   _IOR('t', 115, int)           /* write() waits until all has gone: 0 */
#define TIOCDRAIN  _IO('t', 94)                  /* likewise */
