/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processors as kernel objects.
 */
#pragma once

/* Start all processors but the first, which calls this.  Once, at boot; one that does not come up is
 * reported and left out.  Context: may sleep. */
void processors_start(void);
