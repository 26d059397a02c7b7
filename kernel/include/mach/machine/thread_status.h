/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * This machine's thread state flavors.
 */
#pragma once

#include <mach/i386/thread_status.h>
