/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's types, with Darwin's choice of two types of one size: what has 64 bits is long long,
 * whose conversions programs print it with ("%llu"), and so is an offset in a file.
 */
#pragma once
#pragma clang system_header

#undef __INT64_TYPE__
#undef __UINT64_TYPE__
#undef __INT_LEAST64_TYPE__
#undef __UINT_LEAST64_TYPE__
#undef __INT_FAST64_TYPE__
#undef __UINT_FAST64_TYPE__
#undef __INT64_MAX__
#undef __UINT64_MAX__
#undef __INT64_C
#undef __UINT64_C
#define __INT64_TYPE__        long long int
#define __UINT64_TYPE__       long long unsigned int
#define __INT_LEAST64_TYPE__  __INT64_TYPE__
#define __UINT_LEAST64_TYPE__ __UINT64_TYPE__
#define __INT_FAST64_TYPE__   __INT64_TYPE__
#define __UINT_FAST64_TYPE__  __UINT64_TYPE__
#define __INT64_MAX__         9223372036854775807LL
#define __UINT64_MAX__        18446744073709551615ULL
#define __INT64_C(x)          x##LL
#define __UINT64_C(x)         x##ULL

#define __machine_off_t_defined 1
typedef __INT64_TYPE__ _off_t;

#include_next <machine/_default_types.h>
