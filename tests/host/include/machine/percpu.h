/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Per-processor data of the fake machine, which has one processor: plain variables.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

#define PERCPU_DEFINE(type, name)  __typeof__(type) name
#define PERCPU_DECLARE(type, name) extern __typeof__(type) name

#define percpu_read(name)          (name)
#define percpu_read_constant(name) (name)
#define percpu_write(name, value)  ((void)((name) = (value)))
#define percpu_ptr(name)           (&(name))
#define percpu_ptr_of(cpu, name)   ((void)(cpu), &(name))
