/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * This machine's exception codes.
 */
#pragma once

#include <mach/i386/exception.h>
