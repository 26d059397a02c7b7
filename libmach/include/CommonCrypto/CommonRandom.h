/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random bytes under the name that Darwin's allocators ask for them by.
 */
#pragma once

#include <stddef.h>

#include <CommonCrypto/CommonCryptoError.h>
#include <mach/abi.h>

MACH_BEGIN_DECLS

/* COUNT random bytes at BYTES. Returns: kCCSuccess; kCCParamError, BYTES is null and COUNT is not 0. */
CCRNGStatus CCRandomGenerateBytes(void *bytes, size_t count);

MACH_END_DECLS
