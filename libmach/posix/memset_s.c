/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memset_s() of C's Annex K: for what must not stay in memory.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

errno_t memset_s(void *place, rsize_t room, int byte, rsize_t size)
{
    if (place == NULL || room > SIZE_MAX / 2) {
        return EINVAL;
    }
    memset(place, byte, size < room ? size : room);
    __asm__ volatile("" : : "r"(place) : "memory"); /* somebody may look */
    return size <= room ? 0 : EOVERFLOW;
}
