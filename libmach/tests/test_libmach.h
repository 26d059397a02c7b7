/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the program test_libmach share.
 */
#pragma once

#include <stdio.h>
#include <string.h>

#include <mach/mach.h>

#include "fake_kernel.h"

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
            failures++;                                                             \
        }                                                                           \
    } while (0)

#define CHECK_CALLS(expected)                                                             \
    do {                                                                                  \
        if (strcmp(fake_calls(), (expected)) != 0) {                                      \
            fprintf(stderr, "%s:%d: calls were: %s\n", __FILE__, __LINE__, fake_calls()); \
            failures++;                                                                   \
        }                                                                                 \
        fake_reset();                                                                     \
    } while (0)

/* How many checks have failed. */
extern int failures;

#pragma pack(push, 4)
struct complex_message {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t send;
    mach_msg_ool_descriptor_t memory;
    mach_msg_ool_ports_descriptor_t ports;
    mach_msg_guarded_port_descriptor_t guarded;
    mach_msg_ool_descriptor_t kept;
    mach_msg_port_descriptor_t copied;
};
#pragma pack(pop)

/* A message with a descriptor of each kind, its pointers to memory that is always there. */
struct complex_message complex_message(void);

/* The calls that give back what the descriptors of such a message hold. */
#define COMPLEX_CALLS                                                         \
    "deallocate 12;vm_deallocate 5000 123;mod_refs 20 1 -1;mod_refs 21 1 -1;" \
    "unguard 13 feed;mod_refs 13 1 -1;"

/* The tests of each file. */
void test_messages(void);
void test_servers(void);
