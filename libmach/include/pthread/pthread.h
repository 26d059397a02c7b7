/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's other place of <pthread.h>.
 */
#pragma once

#include <pthread.h>
