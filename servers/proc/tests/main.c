/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs all tests; the exit status says whether they passed.
 */
#include "check.h"

unsigned check_failures;

int main(void)
{
    test_process();
    test_place();
    test_text();
    test_crash_report();
    test_elf_symbols();
    test_startup_parse();
    printf("%u failures\n", check_failures);
    return check_failures != 0;
}
