/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arithmetic that notices when the result does not fit.  The operands may have different integer
 * types; what counts is whether the exact result fits into *RESULT.
 *
 *     if (!checked_add(address, size, &end)) {
 *         return KERN_INVALID_ARGUMENT;
 *     }
 */
#pragma once

/* *RESULT = A + B, A - B, A * B.  True if it fits; else *RESULT is the wrapped value. */
#define checked_add(a, b, result) (!__builtin_add_overflow((a), (b), (result)))
#define checked_sub(a, b, result) (!__builtin_sub_overflow((a), (b), (result)))
#define checked_mul(a, b, result) (!__builtin_mul_overflow((a), (b), (result)))
