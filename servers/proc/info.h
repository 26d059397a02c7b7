/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Describing processes.
 */
#pragma once

#include "process.h"

/* Describe PROCESS as it is now. */
void process_describe(struct process *process, struct proc_info *info);
