/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types that the kernel's stubs of idl/ find in the kernel's own <kern/mig_kernel.h>. */
#pragma once

#include <mach/device_types.h>
#include <mach/exception_types.h>
#include <mach/host_info.h>
#include <mach/memory_object_types.h>
#include <mach/processor_info.h>
#include <mach/task_info.h>
#include <mach/task_policy.h>
#include <mach/thread_info.h>
#include <mach/thread_policy.h>
#include <mach/thread_status.h>
#include <mach/vm_attributes.h>
#include <mach/vm_inherit.h>
#include <mach/vm_prot.h>
#include <mach/vm_purgable.h>
#include <mach/vm_region.h>
#include <mach/vm_sync.h>
#include <mach/vm_types.h>
