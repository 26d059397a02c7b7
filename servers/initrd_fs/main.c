/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * initrd_fs: the file server of the boot archive, and with it of the root directory.
 */
#include <stdio.h>

#include <mach/mach.h>

#include "initrd_fs.h"
#include "node_ports.h"

/* Room for the largest message of all that is served. */
#define MESSAGE_MAX 8192

int main(void)
{
    /* The log takes whole lines. */
    (void)setvbuf(stderr, nullptr, _IOLBF, BUFSIZ);
    if (!initrd_fs_open() || !initrd_fs_check_in()) {
        return 1;
    }
    mach_msg_return_t result = mach_msg_server(initrd_fs_demux, MESSAGE_MAX, node_ports_set(), 0);
    fprintf(stderr, "initrd_fs: cannot receive: %s\n", mach_error_string(result));
    return 1;
}
