/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * @name@_client [NAME]: has NAME greeted.
 * Without one, tells how many greetings there have been.
 */
#include <stdio.h>
#include <string.h>

#include <mach/mach.h>
#include <mach_r/@name@.h>
#include <servers/bootstrap.h>

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "@name@_client: %s: %s\n", what, why);
    return 1;
}

static int greet(mach_port_t server, char *name)
{
    @name@_text_t greeting;
    /* A stub cuts longer text off. */
    if (strlen(name) >= sizeof(greeting)) {
        return fail(name, mach_error_string(SERVER_ERROR_NAME_TOO_LONG));
    }
    kern_return_t result = @name@_greet(server, name, greeting);
    if (result != KERN_SUCCESS) {
        return fail("cannot greet", mach_error_string(result));
    }
    (void)puts(greeting);
    return 0;
}

static int count(mach_port_t server)
{
    unsigned number;
    kern_return_t result = @name@_count(server, &number);
    if (result != KERN_SUCCESS) {
        return fail("cannot count", mach_error_string(result));
    }
    (void)printf("%u greeting%s\n", number, number == 1 ? "" : "s");
    return 0;
}

int main(int argc, char **argv)
{
    mach_port_t server;
    if (argc > 2) {
        fprintf(stderr, "usage: @name@_client [NAME]\n");
        return 2;
    }
    kern_return_t result = bootstrap_look_up(bootstrap_port, @NAME@_SERVICE, &server);
    if (result != KERN_SUCCESS) {
        return fail(@NAME@_SERVICE, bootstrap_strerror(result));
    }
    return argc == 2 ? greet(server, argv[1]) : count(server);
}
