/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's processors. */
#pragma once

/* Take stock of them.  Once, after lapic_init_cpu(). */
void smp_init(void);
