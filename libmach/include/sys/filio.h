/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers of ioctl() for any descriptor.
 */
#pragma once

#include <sys/ioccom.h>

#define FIOCLEX  _IO('f', 1) /* every descriptor is closed in another program, and stays so */
#define FIONCLEX _IO('f', 2) /* ENOTSUP, therefore */
#define FIONREAD _IOR('f', 127, int) /* how many bytes can be read without waiting */
#define FIONBIO  _IOW('f', 126, int) /* sets or clears O_NONBLOCK */
