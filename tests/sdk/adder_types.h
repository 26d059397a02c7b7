/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The type of adder.defs, which imports this header.
 */
#pragma once

typedef int adder_number_t;
