/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What idl/bootstrap.defs has beyond <servers/bootstrap.h>.
 */
#pragma once

/* Flag of bootstrap_look_up: wait until the name is bound, instead of failing. */
#define BOOTSTRAP_WAIT 0x1
