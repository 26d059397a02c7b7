/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * @name@: gives greetings.
 * It takes the service's receive right and answers requests for ever.
 */
#include <stdio.h>

#include <mach/mach.h>
#include <mach_r/@name@_server.h>
#include <servers/bootstrap.h>

/* Room for the largest request. */
#define REQUEST_MAX sizeof(union __RequestUnion__serve_@name@_subsystem)

int main(void)
{
    mach_port_t service;
    /* The log takes whole lines. */
    (void)setvbuf(stderr, nullptr, _IOLBF, BUFSIZ);
    kern_return_t result = bootstrap_check_in(bootstrap_port, @NAME@_SERVICE, &service);
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "@name@: cannot check in %s: %s\n", @NAME@_SERVICE, bootstrap_strerror(result));
        return 1;
    }
    result = mach_msg_server(@name@_server, REQUEST_MAX, service, 0);
    fprintf(stderr, "@name@: cannot receive: %s\n", mach_error_string(result));
    return 1;
}
