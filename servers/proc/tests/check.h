/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The test program's own little frame: each file has one function that runs its tests.
 */
#pragma once

#include <stdio.h>
#include <string.h>

extern unsigned check_failures;

#define CHECK(condition)                                           \
    do {                                                           \
        if (!(condition)) {                                        \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            check_failures++;                                      \
        }                                                          \
    } while (0)

#define CHECK_TEXT(text, expected)                                                      \
    do {                                                                                \
        if (strcmp((text), (expected)) != 0) {                                          \
            printf("%s:%d: is\n%s\nnot\n%s\n", __FILE__, __LINE__, (text), (expected)); \
            check_failures++;                                                           \
        }                                                                               \
    } while (0)

void test_process(void);
void test_place(void);
void test_text(void);
void test_crash_report(void);
void test_elf_symbols(void);
void test_startup_parse(void);
