/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's versions and its marks of when a call appeared. Here every call that is declared is there; a program is
 * compiled for the version that the compiler says, which is why programs take their newer branches.
 */
#pragma once

#ifndef __ENVIRONMENT_MAC_OS_X_VERSION_MIN_REQUIRED__
#define __ENVIRONMENT_MAC_OS_X_VERSION_MIN_REQUIRED__ 140000
#endif

/* Up to 10.9 a version has four digits, later ones six. */
#define MAC_OS_X_VERSION_10_0    1000
#define MAC_OS_X_VERSION_10_1    1010
#define MAC_OS_X_VERSION_10_2    1020
#define MAC_OS_X_VERSION_10_3    1030
#define MAC_OS_X_VERSION_10_4    1040
#define MAC_OS_X_VERSION_10_5    1050
#define MAC_OS_X_VERSION_10_6    1060
#define MAC_OS_X_VERSION_10_7    1070
#define MAC_OS_X_VERSION_10_8    1080
#define MAC_OS_X_VERSION_10_9    1090
#define MAC_OS_X_VERSION_10_10   101000
#define MAC_OS_X_VERSION_10_10_2 101002
#define MAC_OS_X_VERSION_10_10_3 101003
#define MAC_OS_X_VERSION_10_11   101100
#define MAC_OS_X_VERSION_10_11_2 101102
#define MAC_OS_X_VERSION_10_11_3 101103
#define MAC_OS_X_VERSION_10_11_4 101104
#define MAC_OS_X_VERSION_10_12   101200
#define MAC_OS_X_VERSION_10_12_1 101201
#define MAC_OS_X_VERSION_10_12_2 101202
#define MAC_OS_X_VERSION_10_12_4 101204
#define MAC_OS_X_VERSION_10_13   101300
#define MAC_OS_X_VERSION_10_13_1 101301
#define MAC_OS_X_VERSION_10_13_2 101302
#define MAC_OS_X_VERSION_10_13_4 101304
#define MAC_OS_X_VERSION_10_14   101400
#define MAC_OS_X_VERSION_10_14_1 101401
#define MAC_OS_X_VERSION_10_14_4 101404
#define MAC_OS_X_VERSION_10_15   101500
#define MAC_OS_X_VERSION_10_15_1 101501
#define MAC_OS_X_VERSION_10_15_4 101504
#define MAC_OS_X_VERSION_10_16   101600
#define MAC_OS_VERSION_11_0      110000
#define MAC_OS_VERSION_12_0      120000
#define MAC_OS_VERSION_13_0      130000
#define MAC_OS_VERSION_14_0      140000

#define MAC_OS_X_VERSION_MIN_REQUIRED __ENVIRONMENT_MAC_OS_X_VERSION_MIN_REQUIRED__
#define MAC_OS_X_VERSION_MAX_ALLOWED  MAC_OS_VERSION_14_0

#define DEPRECATED_ATTRIBUTE
#define UNAVAILABLE_ATTRIBUTE
#define WEAK_IMPORT_ATTRIBUTE
#define DEPRECATED_MSG_ATTRIBUTE(text)
