/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * locks [-a]: the ten classes of kernel locks that had to be waited for most often, or all; and for
 * how long a processor took no interrupts at most. Only a debug kernel counts. The shell gives this program the privileged host port.
 */
#include <stdio.h>
#include <string.h>

#include <mach/mach.h>
#include <mach_r/mach_r_host.h>
#include <mach_r/startup.h>

#include "usage.h"

#define USAGE "locks [-a]"
#define TOP   10

static void print_class(const lock_info_t *lock)
{
    (void)printf("%-17s %-5s %12llu %9llu %10llu %10llu  %s\n", lock->name,
                 lock->is_mutex ? "mutex" : "spin", (unsigned long long)lock->acquisitions,
                 (unsigned long long)lock->contended, (unsigned long long)lock->spins,
                 (unsigned long long)lock->longest_ns, lock->longest_place);
}

int main(int argc, char **argv)
{
    usage_offer(argc, argv, USAGE);
    bool is_all = argc == 2 && strcmp(argv[1], "-a") == 0;
    if (argc > 2 || (argc == 2 && !is_all)) {
        usage_fail(USAGE);
    }
    static lock_info_t classes[LOCK_INFO_MAX];
    mach_msg_type_number_t count = LOCK_INFO_MAX;
    kern_return_t result = host_lock_info(startup_port(STARTUP_PORT_HOST_PRIV), classes, &count);
    if (result == KERN_NOT_SUPPORTED) {
        fprintf(stderr,
                "locks: this kernel does not count: it was built without its lock checker\n");
        return 1;
    }
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "locks: %s\n", mach_error_string(result));
        return 1;
    }
    (void)puts("CLASS             KIND         TAKEN    WAITED      SPINS HELD AT MOST, NS, SINCE");
    for (mach_msg_type_number_t i = 0; i + 1 < count && (is_all || i < TOP); i++) {
        print_class(&classes[i]);
    }
    const lock_info_t *interrupts = &classes[count - 1];
    (void)printf("%s: at most %llu ns, %s\n", interrupts->name,
                 (unsigned long long)interrupts->longest_ns, interrupts->longest_place);
    return 0;
}
