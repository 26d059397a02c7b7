/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of the project that is a library.
 */
#pragma once

/* Print "sum" and the sum; it goes through the floating-point library on its way. */
void print_sum(int sum);
