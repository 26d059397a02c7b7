/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of the system's servers, generated from idl/.
 */
#pragma once

#include <mach_r/bootstrap.h>
#include <mach_r/console.h>
#include <mach_r/fs.h>
#include <mach_r/io.h>
#include <mach_r/proc.h>
