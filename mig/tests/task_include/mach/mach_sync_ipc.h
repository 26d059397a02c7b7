/* SPDX-License-Identifier: BSD-2-Clause */
/* A stand-in for Apple's header of this name, which this system has not: special reply ports. */
#pragma once

#include <mach/port.h>

mach_port_t mig_get_special_reply_port(void);
void mig_dealloc_special_reply_port(mach_port_t port);
