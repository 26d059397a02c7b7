/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types and functions of rare.defs. */
#pragma once

#include <stdint.h>

#include <mach/message.h>

#define rare_limit 10

typedef int32_t user_handle_t;
typedef uint32_t server_handle_t;
typedef struct object *struct_object_t;
typedef char *bytes_t;
typedef int32_t *ints_t;
typedef mach_port_t *ports_array_t;
typedef char name_text_t[12];
typedef char path_text_t[40];
typedef int16_t nested_t[2][3];
typedef nested_t *short_rows_t;
typedef struct { int16_t a; int32_t b; uint8_t c; } record_t;
typedef struct { double v[3]; } wide_t;
typedef struct { uint8_t v[16]; } digest_t;
typedef struct { int32_t v[4]; } native_t;

/* How objects travel; the functions are those of a server. */
struct_object_t object_of(mach_port_t port);
mach_port_t port_of(struct_object_t object);
struct_object_t object_of_number(int32_t number);
int32_t number_of(struct_object_t object);
void object_done(struct_object_t object);
