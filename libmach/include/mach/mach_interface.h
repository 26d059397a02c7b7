/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of all kernel interfaces that programs use, in the generated headers.
 */
#pragma once

#include <mach/clock_priv.h>
#include <mach/host_priv.h>
#include <mach/host_security.h>
#include <mach/mach_host.h>
#include <mach/mach_port.h>
#include <mach/processor.h>
#include <mach/processor_set.h>
#include <mach/semaphore.h>
#include <mach/task.h>
#include <mach/thread_act.h>
#include <mach/vm_map.h>
