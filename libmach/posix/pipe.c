/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe(): the pipe server makes it; here its ends become descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach_r/pipe.h>
#include <mach_r/services.h>
#include <mach_r/spawn.h>
#include <servers/bootstrap.h>

#include "errors.h"

static kern_return_t create(mach_port_t *output, mach_port_t *input)
{
    mach_port_t service;
    kern_return_t result = bootstrap_look_up(bootstrap_port, SERVICE_PIPES, &service);
    if (result == KERN_SUCCESS) {
        result = pipe_create(service, output, input);
        (void)mach_port_deallocate(mach_task_self_, service);
    }
    return result;
}

int pipe(int files[2])
{
    mach_port_t output, input;
    kern_return_t result = create(&output, &input);
    if (result != KERN_SUCCESS) {
        return fail(result);
    }
    int reader = mach_r_fd_open(output, O_RDONLY);
    int writer = reader < 0 ? -1 : mach_r_fd_open(input, O_WRONLY);
    if (writer < 0) {
        if (reader < 0) {
            (void)mach_port_deallocate(mach_task_self_, output);
        } else {
            (void)close(reader);
        }
        (void)mach_port_deallocate(mach_task_self_, input);
        return fail_errno(EMFILE);
    }
    files[0] = reader;
    files[1] = writer;
    return 0;
}
