/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a child task gets of a range of its parent's memory.
 */
#pragma once

typedef unsigned int vm_inherit_t;

/* The same memory. */
#define VM_INHERIT_SHARE ((vm_inherit_t)0)
/* A copy, made page by page on the first write. */
#define VM_INHERIT_COPY ((vm_inherit_t)1)
/* Nothing. */
#define VM_INHERIT_NONE ((vm_inherit_t)2)
/* A copy, and the parent loses the range. Not offered. */
#define VM_INHERIT_DONATE_COPY ((vm_inherit_t)3)

#define VM_INHERIT_DEFAULT    VM_INHERIT_COPY
#define VM_INHERIT_LAST_VALID VM_INHERIT_NONE
