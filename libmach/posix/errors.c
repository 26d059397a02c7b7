/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One table, searched from front to end: errors are not what has to be fast.
 */
#include "errors.h"

#include <errno.h>
#include <stddef.h>

#include <mach/message_return.h>
#include <mach/mig_errors.h>
#include <mach_r/server_errors.h>
#include <servers/bootstrap.h>

static const struct {
    kern_return_t result;
    int error;
} errors[] = {
    { SERVER_ERROR_NOT_FOUND, ENOENT },
    { SERVER_ERROR_NOT_DIRECTORY, ENOTDIR },
    { SERVER_ERROR_IS_DIRECTORY, EISDIR },
    { SERVER_ERROR_NAME_TOO_LONG, ENAMETOOLONG },
    { SERVER_ERROR_EXISTS, EEXIST },
    { SERVER_ERROR_READ_ONLY, EROFS },
    { SERVER_ERROR_NO_SPACE, ENOSPC },
    { SERVER_ERROR_NO_MEMORY, ENOMEM },
    { SERVER_ERROR_INVALID, EINVAL },
    { SERVER_ERROR_NOT_PERMITTED, EPERM },
    { SERVER_ERROR_NOT_SUPPORTED, ENOTSUP },
    { SERVER_ERROR_BAD_MODE, EBADF },
    { SERVER_ERROR_WOULD_BLOCK, EAGAIN },
    { SERVER_ERROR_INTERRUPTED, EINTR },
    { SERVER_ERROR_IO, EIO },
    { SERVER_ERROR_NOT_EXECUTABLE, ENOEXEC },
    { SERVER_ERROR_TOO_LONG, E2BIG },
    { SERVER_ERROR_NO_PROCESS, ESRCH },
    { SERVER_ERROR_NO_CHILD, ECHILD },
    { SERVER_ERROR_BUSY, EBUSY },
    { SERVER_ERROR_NOT_EMPTY, ENOTEMPTY },
    { SERVER_ERROR_LOOP, ELOOP },
    { SERVER_ERROR_NO_READER, EPIPE },
    { KERN_INVALID_ADDRESS, EFAULT },
    { KERN_PROTECTION_FAILURE, EFAULT },
    { KERN_NO_SPACE, ENOMEM },
    { KERN_RESOURCE_SHORTAGE, ENOMEM },
    { KERN_NO_ACCESS, EPERM },
    { KERN_ABORTED, EINTR },
    { KERN_INVALID_ARGUMENT, EINVAL },
    { KERN_NOT_SUPPORTED, ENOTSUP },
    { KERN_OPERATION_TIMED_OUT, ETIMEDOUT },
    { BOOTSTRAP_UNKNOWN_SERVICE, ENXIO },
    { BOOTSTRAP_NO_MEMORY, ENOMEM },
    { MIG_BAD_ID, ENOTSUP },
};

int errno_of(kern_return_t result)
{
    if (result == KERN_SUCCESS) {
        return 0;
    }
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (errors[i].result == result) {
            return errors[i].error;
        }
    }
    return EIO;
}

int fail_errno(int error)
{
    errno = error;
    return -1;
}

int fail(kern_return_t result)
{
    return fail_errno(errno_of(result));
}

bool server_died(kern_return_t result)
{
    return result == MACH_SEND_INVALID_DEST || result == MIG_SERVER_DIED;
}
