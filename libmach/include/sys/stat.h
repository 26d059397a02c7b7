/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, and Darwin's names for the times of a file.
 */
#pragma once

#include_next <sys/stat.h>

#define st_atimespec st_atim
#define st_mtimespec st_mtim
#define st_ctimespec st_ctim
