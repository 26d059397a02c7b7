/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processor_info() tells nothing of this machine that it does not tell of all.
 */
#pragma once
