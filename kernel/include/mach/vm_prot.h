/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may be done with a page: a set of access bits, plus request flags that some calls accept
 * beside them.
 */
#pragma once

typedef int vm_prot_t;

#define VM_PROT_NONE    ((vm_prot_t)0x00)
#define VM_PROT_READ    ((vm_prot_t)0x01)
#define VM_PROT_WRITE   ((vm_prot_t)0x02)
#define VM_PROT_EXECUTE ((vm_prot_t)0x04)
#define VM_PROT_DEFAULT (VM_PROT_READ | VM_PROT_WRITE)
#define VM_PROT_ALL     (VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXECUTE)

/* Keep the protection as it is (pager protocol). */
#define VM_PROT_NO_CHANGE_LEGACY ((vm_prot_t)0x08)
#define VM_PROT_NO_CHANGE        ((vm_prot_t)0x01000000)
/* Give the caller a private copy where write access is not permitted. */
#define VM_PROT_COPY       ((vm_prot_t)0x10)
#define VM_PROT_WANTS_COPY VM_PROT_COPY
/* The protection asked for is an upper bound: grant what of it is permitted. */
#define VM_PROT_IS_MASK ((vm_prot_t)0x40)

/* Accepted by name; this system has no execute-only memory and no trusted-path pages. */
#define VM_PROT_RORW_TP      (VM_PROT_EXECUTE)
#define VM_PROT_STRIP_READ   0x80
#define VM_PROT_EXECUTE_ONLY (VM_PROT_EXECUTE | VM_PROT_STRIP_READ)
#define VM_PROT_TPRO         0x200
#define VM_PROT_UEXEC        0x8
#define VM_PROT_ALLEXEC      (VM_PROT_EXECUTE | VM_PROT_UEXEC)
