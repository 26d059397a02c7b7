/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's headers ask here which of their parts may be seen: all.
 */
#pragma once

#define __APPLE_API_STANDARD
#define __APPLE_API_STABLE
#define __APPLE_API_EVOLVING
#define __APPLE_API_UNSTABLE
#define __APPLE_API_PRIVATE
#define __APPLE_API_OBSOLETE
