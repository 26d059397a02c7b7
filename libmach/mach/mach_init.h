/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Setting the variables of <mach/mach_init.h> and <mach/vm_page_size.h>.
 */
#pragma once

#include <mach/comm_page.h>
#include <mach/mach_init.h>

/* The page that the kernel shares with every task. */
#define COMM_PAGE ((const volatile struct comm_page *)COMM_PAGE_ADDRESS)

/* Called once, before main(). Context: thread-local storage works. */
void mach_init(void);
