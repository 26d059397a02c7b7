/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing of <mach/rpc.h> is this machine's own.
 */
#pragma once
