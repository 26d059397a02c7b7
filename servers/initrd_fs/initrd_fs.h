/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of initrd_fs share.
 */
#pragma once

#include <mach/mach.h>

/*
 * Map the boot archive and make the tree of it. Whatever is wrong with it is said in one line; what
 * is good is served.
 * Returns: false, not even an empty tree could be made.
 */
bool initrd_fs_open(void);

/* Check in the service and serve it on the port set. Returns: false, with a line that says why. */
bool initrd_fs_check_in(void);

/* The dispatcher. */
boolean_t initrd_fs_demux(mach_msg_header_t *request, mach_msg_header_t *reply);
