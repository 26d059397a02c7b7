/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's other place of <sched.h>.
 */
#pragma once

#include <sched.h>
