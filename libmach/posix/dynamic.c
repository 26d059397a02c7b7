/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See <dlfcn.h>.
 */
#include <dlfcn.h>
#include <stddef.h>

static __thread const char *reason;

void *dlopen(const char *path, int mode)
{
    (void)path;
    (void)mode;
    reason = "there are no shared libraries";
    return NULL;
}

void *dlsym(void *handle, const char *name)
{
    (void)handle;
    (void)name;
    reason = "a program has no symbols when it runs";
    return NULL;
}

int dlclose(void *handle)
{
    (void)handle;
    reason = "there are no shared libraries";
    return -1;
}

int dladdr(const void *address, Dl_info *info)
{
    (void)address;
    (void)info;
    return 0;
}

char *dlerror(void)
{
    const char *text = reason;
    reason = NULL;
    return (char *)text;
}
