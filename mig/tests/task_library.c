/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stubs call, for test programs that have a mach_msg of their own and one reply port.
 */
#include <stdio.h>
#include <string.h>

#include <mach/mig.h>

NDR_record_t NDR_record = { 0, 0, 0, 0, 1, 0, 0, 0 };

mach_port_t
mig_get_reply_port(void)
{
    return 0x303;
}

void
mig_put_reply_port(mach_port_t port)
{
    (void)port;
}

void
mig_dealloc_reply_port(mach_port_t port)
{
    (void)port;
}

void
mach_msg_destroy(mach_msg_header_t *message)
{
    (void)message;
}

int
mig_strncpy(char *destination, const char *source, int size)
{
    return snprintf(destination, (size_t)size, "%s", source) + 1;
}

int
mig_strncpy_zerofill(char *destination, const char *source, int size)
{
    memset(destination, 0, (size_t)size);
    return mig_strncpy(destination, source, size);
}
