/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs here are linked as a whole, and there are no libraries to load: every call fails, and
 * dlerror() says why. Programs that can do without what they look for do.
 */
#pragma once

#include <mach/abi.h>

#define RTLD_LAZY     0x1
#define RTLD_NOW      0x2
#define RTLD_LOCAL    0x4
#define RTLD_GLOBAL   0x8
#define RTLD_NOLOAD   0x10
#define RTLD_NODELETE 0x80
#define RTLD_FIRST    0x100

#define RTLD_NEXT      ((void *)-1)
#define RTLD_DEFAULT   ((void *)-2)
#define RTLD_SELF      ((void *)-3)
#define RTLD_MAIN_ONLY ((void *)-5)

typedef struct dl_info {
    const char *dli_fname;
    void *dli_fbase;
    const char *dli_sname;
    void *dli_saddr;
} Dl_info;

MACH_BEGIN_DECLS

/* Returns: NULL. */
void *dlopen(const char *path, int mode);
void *dlsym(void *handle, const char *name);

/* Returns: -1. */
int dlclose(void *handle);

/* Returns: 0, nothing is known of ADDRESS. */
int dladdr(const void *address, Dl_info *info);

/* What the last call that failed in this thread missed; NULL, none did since this was asked. */
char *dlerror(void);

MACH_END_DECLS
