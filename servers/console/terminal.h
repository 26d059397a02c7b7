/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The terminal: one screen, keyboard and serial line together. What is written goes to screen and
 * serial line, what is typed on either is input.
 */
#pragma once

#include <stddef.h>

#include <mach/mach.h>
#include <mach_r/console_types.h>

/* Make the terminal, its port a member of SET. The port NOTIFY is told when a reader dies. */
kern_return_t terminal_init(mach_port_t set, mach_port_t notify);

/* The port: a receive right from which send rights are made. */
mach_port_t terminal_port(void);

/*
 * Write COUNT bytes. REPLY is the reply right of the request.
 * Returns: KERN_SUCCESS, they have gone; MIG_NO_REPLY, they will, and REPLY will be answered;
 *          SERVER_ERROR_WOULD_BLOCK, with IO_NO_WAIT in FLAGS; SERVER_ERROR_IO.
 */
kern_return_t terminal_write(const char *data, size_t count, int flags, mach_port_t reply);

/*
 * Read at most *COUNT bytes to DATA. Returns: KERN_SUCCESS; MIG_NO_REPLY, there is nothing yet, and
 * REPLY will be answered; SERVER_ERROR_WOULD_BLOCK, with IO_NO_WAIT in FLAGS; SERVER_ERROR_IO.
 */
kern_return_t terminal_read(char *data, size_t *count, int flags, mach_port_t reply);

/* Tell, at once or later, when EVENTS are so: as pollers_add(). *READY is what is so now. */
kern_return_t terminal_poll(unsigned events, int flags, mach_port_t reply, unsigned *ready);

/* How many bytes can be read without waiting. */
size_t terminal_readable(void);

/* COUNT characters were typed. */
void terminal_type(const char *data, size_t count);

/* The serial line may have room again. */
void terminal_continue_output(void);

/* The reply right NAME has died: nobody waits for that read any more. */
void terminal_reader_died(mach_port_name_t name);

void terminal_modes_get(struct terminal_modes *modes);
void terminal_modes_set(const struct terminal_modes *modes);

/* The interrupt key is for PROCESS from now on. References: the right is taken over. */
void terminal_foreground_set(mach_port_t process);

void terminal_input_flush(void);
