/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another name of <servers/bootstrap.h>, as on Darwin.
 */
#pragma once

#include <servers/bootstrap.h>
