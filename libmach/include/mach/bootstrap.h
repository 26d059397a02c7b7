/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs include this for what is in <servers/bootstrap.h>.
 */
#pragma once

#include <servers/bootstrap.h>
