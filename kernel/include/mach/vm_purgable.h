/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * States of purgeable memory, which the system may throw away when it is short of pages.
 */
#pragma once

typedef int vm_purgable_t;

#define VM_PURGABLE_SET_STATE ((vm_purgable_t)0)
#define VM_PURGABLE_GET_STATE ((vm_purgable_t)1)
#define VM_PURGABLE_PURGE_ALL ((vm_purgable_t)2)

#define VM_PURGABLE_NONVOLATILE 0
#define VM_PURGABLE_VOLATILE    1
#define VM_PURGABLE_EMPTY       2
#define VM_PURGABLE_DENY        3
#define VM_PURGABLE_STATE_MIN   0
#define VM_PURGABLE_STATE_MAX   3
#define VM_PURGABLE_STATE_MASK  3
