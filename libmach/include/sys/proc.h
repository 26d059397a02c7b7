/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * States of a process, as <sys/proc_info.h> tells them.
 */
#pragma once

#define SIDL   1 /* being made */
#define SRUN   2
#define SSLEEP 3
#define SSTOP  4 /* suspended */
#define SZOMB  5 /* ended, and its parent has not waited yet */
