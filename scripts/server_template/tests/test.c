/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Greetings, and the names that get none.
 */
#include <string.h>

#include "check.h"
#include "greeting.h"

static char text[20];

static void test_greetings(void)
{
    CHECK(greeting_write(text, sizeof(text), "world") == GREETING_WRITTEN);
    CHECK(strcmp(text, "Hello, world!") == 0);
    CHECK(greeting_write(text, sizeof(text), "\xc3\x85sa") == GREETING_WRITTEN);
    CHECK(strcmp(text, "Hello, \xc3\x85sa!") == 0);
}

static void test_bad_names(void)
{
    CHECK(greeting_write(text, sizeof(text), "") == GREETING_BAD_NAME);
    CHECK(greeting_write(text, sizeof(text), "two\nlines") == GREETING_BAD_NAME);
    CHECK(greeting_write(text, sizeof(text), "\x7f") == GREETING_BAD_NAME);
}

/* Text, punctuation and null fill all of the room, or do not. */
static void test_room(void)
{
    CHECK(greeting_write(text, sizeof(text), "eleven char") == GREETING_WRITTEN);
    CHECK(greeting_write(text, sizeof(text), "twelve chars") == GREETING_NO_ROOM);
}

int main(void)
{
    test_greetings();
    test_bad_names();
    test_room();
    return failures != 0;
}
