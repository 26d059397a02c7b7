/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is left of the calls of <mach/sync.h>: semaphores.
 */
#pragma once

#include <mach/semaphore.h>
