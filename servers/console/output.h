/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output on its way to the serial port: what the chip does not take at once waits here, and with it
 * the answer to whoever wrote it.
 */
#pragma once

#include <stddef.h>

#include <mach/mach.h>

enum output_result {
    OUTPUT_DONE,      /* all bytes have gone to the device */
    OUTPUT_QUEUED,    /* they will; then the writer gets its answer */
    OUTPUT_NO_MEMORY, /* the device is busy and there is no memory to wait in */
};

/*
 * Send SIZE bytes at DATA behind all others. When they have gone, and if that is later, answer
 * REPLY, the reply right of an io_write, that WRITTEN bytes were written.
 *
 * References: REPLY is taken over with OUTPUT_QUEUED; null: nobody waits.
 */
enum output_result output_send(const char *data, size_t size, mach_port_t reply, unsigned written);

/* The device may take more: go on. */
void output_continue(void);

/* Is anything waiting? */
bool output_is_waiting(void);

/* Is so much waiting that writers should be held up before they send more? */
bool output_is_crowded(void);

/* There is a serial port; without, bytes are gone as soon as they are sent. */
void output_has_device(void);
