/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatting, against the text that C's printf gives.
 */
#include <test/ktest.h>

#include <lib/format.h>
#include <lib/string.h>

#define EXPECT_FORMAT(expected, ...)                                        \
    do {                                                                    \
        char buffer[64];                                                    \
        size_t length = format_string(buffer, sizeof(buffer), __VA_ARGS__); \
        EXPECT_STRING(buffer, expected);                                    \
        EXPECT_EQ(length, strlen(expected));                                \
    } while (false)

KTEST(format_integers)
{
    EXPECT_FORMAT("0 -1 2147483647 -2147483648", "%d %d %d %d", 0, -1, INT32_MAX, INT32_MIN);
    EXPECT_FORMAT("4294967295 ffffffff FFFF", "%u %x %X", UINT32_MAX, UINT32_MAX, 0xffffu);
    EXPECT_FORMAT("-9223372036854775808", "%lld", (long long)INT64_MIN);
    EXPECT_FORMAT("18446744073709551615", "%lu", (unsigned long)UINT64_MAX);
    EXPECT_FORMAT("-1 255 -3 65535", "%hhd %hhu %hd %hu", -1, 255, -3, 65535);
    EXPECT_FORMAT("42 42", "%zu %jd", (size_t)42, (intmax_t)42);
}

KTEST(format_width_and_flags)
{
    EXPECT_FORMAT("[   42][42   ][00042]", "[%5d][%-5d][%05d]", 42, 42, 42);
    EXPECT_FORMAT("[  -42][-0042]", "[%5d][%05d]", -42, -42);
    EXPECT_FORMAT("[0x2a][    2a]", "[%#x][%6x]", 42u, 42u);
    EXPECT_FORMAT("[    7]", "[%*d]", 5, 7);
    EXPECT_FORMAT("[7    ]", "[%*d]", -5, 7);
    EXPECT_FORMAT("[00007][  007]", "[%.5d][%05.3d]", 7, 7);
    EXPECT_FORMAT("[0X2A][0x2a]", "[%#X][%p]", 42u, (void *)42);
}

KTEST(format_text)
{
    EXPECT_FORMAT("a%b c", "%c%%%c %s", 'a', 'b', "c");
    EXPECT_FORMAT("[  abc][abc  ]", "[%5s][%-5s]", "abc", "abc");
    EXPECT_FORMAT("[ab][a]", "[%.2s][%.*s]", "abc", 1, "abc");
    const char *volatile nothing = nullptr;
    EXPECT_FORMAT("(null)", "%s", nothing);
}

KTEST(format_ends_in_a_conversion)
{
    char format[] = "50%";
    EXPECT_FORMAT("50", format, 7);
}

KTEST(format_cuts_to_fit)
{
    char buffer[4] = "xyz";
    EXPECT_EQ(format_string(buffer, sizeof(buffer), "%d", 123456), 6);
    EXPECT_STRING(buffer, "123");
    EXPECT_EQ(format_string(buffer, 1, "abc"), 3);
    EXPECT_STRING(buffer, "");
    EXPECT_EQ(format_string(nullptr, 0, "abc"), 3);
}

KTEST(strlcpy_cuts_and_terminates)
{
    char buffer[4];
    EXPECT_EQ(strlcpy(buffer, "ab", sizeof(buffer)), 2);
    EXPECT_STRING(buffer, "ab");
    EXPECT_EQ(strlcpy(buffer, "abcdef", sizeof(buffer)), 6);
    EXPECT_STRING(buffer, "abc");
    EXPECT_EQ(strlcpy(buffer, "wxyz", sizeof(buffer)), 4);
    EXPECT_STRING(buffer, "wxy");
    EXPECT_EQ(strlcpy(buffer, "abc", 1), 3);
    EXPECT_STRING(buffer, "");
}
