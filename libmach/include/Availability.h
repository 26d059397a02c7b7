/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's marks of when a call appeared. Here every call that is declared is there.
 */
#pragma once

#include <AvailabilityMacros.h>

#define __MAC_10_0  1000
#define __MAC_10_1  1010
#define __MAC_10_2  1020
#define __MAC_10_3  1030
#define __MAC_10_4  1040
#define __MAC_10_5  1050
#define __MAC_10_6  1060
#define __MAC_10_7  1070
#define __MAC_10_8  1080
#define __MAC_10_9  1090
#define __MAC_10_10 101000
#define __MAC_10_11 101100
#define __MAC_10_12 101200
#define __MAC_10_13 101300
#define __MAC_10_14 101400
#define __MAC_10_15 101500
#define __MAC_10_16 101600
#define __MAC_11_0  110000
#define __MAC_12_0  120000
#define __MAC_13_0  130000
#define __MAC_14_0  140000
#define __MAC_NA    9999

/* Names and structures are those of UNIX 03, as for every 64-bit program: members of registers are __rax, not rax. */
#ifndef __DARWIN_UNIX03
#define __DARWIN_UNIX03 1
#endif
#define __DARWIN_64_BIT_INO_T 1
#define __DARWIN_VERS_1050    1

#define __MAC_OS_X_VERSION_MIN_REQUIRED MAC_OS_X_VERSION_MIN_REQUIRED
#define __MAC_OS_X_VERSION_MAX_ALLOWED  MAC_OS_X_VERSION_MAX_ALLOWED

#define __API_AVAILABLE(...)
#define __API_UNAVAILABLE(...)
#define __API_DEPRECATED(...)
#define __API_DEPRECATED_WITH_REPLACEMENT(...)
#define API_AVAILABLE(...)
#define API_UNAVAILABLE(...)
#define API_DEPRECATED(...)
#define API_DEPRECATED_WITH_REPLACEMENT(...)
#define __OSX_AVAILABLE(version)
#define __OSX_AVAILABLE_STARTING(osx, ios)
#define __OSX_AVAILABLE_BUT_DEPRECATED(...)
#define __OSX_DEPRECATED(...)
#define __OSX_UNAVAILABLE
#define __OSX_EXTENSION_UNAVAILABLE(text)
#define __IOS_AVAILABLE(version)
#define __IOS_DEPRECATED(...)
#define __IOS_PROHIBITED
#define __TVOS_AVAILABLE(version)
#define __TVOS_DEPRECATED(...)
#define __TVOS_PROHIBITED
#define __WATCHOS_AVAILABLE(version)
#define __WATCHOS_DEPRECATED(...)
#define __WATCHOS_PROHIBITED
#define API_UNAVAILABLE_BEGIN(...)
#define API_UNAVAILABLE_END
#define API_AVAILABLE_BEGIN(...)
#define API_AVAILABLE_END
#define API_DEPRECATED_BEGIN(...)
#define API_DEPRECATED_END
#define SPI_AVAILABLE(...)
#define SPI_DEPRECATED(...)
