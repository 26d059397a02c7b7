/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of idl/mach_voucher.defs, which has what they do and every error.  IPC space and voucher are null if
 * the caller's port was something else.  Context: any; no locks.
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/mach_voucher_types.h>

#include <lib/compiler.h>

struct ipc_space;
struct ipc_voucher;

kern_return_t mach_voucher_extract_attr_content(struct ipc_voucher *voucher,
                                                mach_voucher_attr_key_t key,
                                                mach_voucher_attr_content_t content,
                                                mach_msg_type_number_t *size);

kern_return_t mach_voucher_extract_attr_recipe(struct ipc_voucher *voucher,
                                               mach_voucher_attr_key_t key,
                                               mach_voucher_attr_raw_recipe_t recipe,
                                               mach_msg_type_number_t *size);

kern_return_t mach_voucher_extract_all_attr_recipes(struct ipc_voucher *voucher,
                                                    mach_voucher_attr_raw_recipe_array_t recipes,
                                                    mach_msg_type_number_t *size);

kern_return_t mach_voucher_attr_command(struct ipc_voucher *voucher, mach_voucher_attr_key_t key,
                                        mach_voucher_attr_command_t command,
                                        mach_voucher_attr_content_t in_content,
                                        mach_msg_type_number_t in_size,
                                        mach_voucher_attr_content_t out_content,
                                        mach_msg_type_number_t *out_size);

kern_return_t mach_voucher_debug_info(struct ipc_space *task, mach_port_name_t voucher_name,
                                      mach_voucher_attr_raw_recipe_array_t recipes,
                                      mach_msg_type_number_t *size);
