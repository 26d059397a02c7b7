/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The standard streams of a program, which all its threads share.
 */
#pragma once

/*
 * Open stdin, stdout and stderr, if the program has any use of streams. To be called once, by the
 * program's first thread, before main() and before the first use of a stream.
 */
void streams_start(void);
