/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The truth value that travels in messages: a 32-bit word, zero or one.
 */
#pragma once

typedef unsigned int boolean_t;

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif
