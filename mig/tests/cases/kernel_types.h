/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types and translations of kernel.defs. */
#pragma once

#include <stdint.h>

typedef struct object *object_t;
typedef char text_t[64];
typedef int32_t *ints_t;

object_t object_from_port(struct ipc_port *port);
struct ipc_port *port_from_object(object_t object);
void object_release(object_t object);
typedef struct { int32_t v[2]; } pair_t;
typedef char word_t[20];
