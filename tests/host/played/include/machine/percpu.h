/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Per-processor data of several processors that are played by one: the variables lie in one section, and
 * each processor has as much memory of its own.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <lib/compiler.h>

#define PERCPU_DEFINE(type, name)  SECTION("percpu") __typeof__(type) name
#define PERCPU_DECLARE(type, name) extern __typeof__(type) name

/* The running processor, and the copy that processor CPU has of the variable at ADDRESS (player.c). */
extern uint32_t play_cpu;
void *play_percpu(uint32_t cpu, const volatile void *address);

/* What the machine gives each processor for it, which nothing reads here. */
extern uint64_t percpu_bases[];

#define percpu_ptr_of(cpu, name)   ((__typeof__(name) *)play_percpu(cpu, &(name)))
#define percpu_ptr(name)           percpu_ptr_of(play_cpu, name)
#define percpu_read(name)          (*percpu_ptr(name))
#define percpu_read_constant(name) percpu_read(name)
#define percpu_write(name, value)  ((void)(*percpu_ptr(name) = (value)))
