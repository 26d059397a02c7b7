/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * That this header is there tells the code that a Mac's mig makes that the library has mig_strncpy_zerofill()
 * (<mach/mig.h>).
 */
#pragma once
