/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name under which older programs look for the exception types.
 */
#pragma once

#include <mach/exception_types.h>
