/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Short messages with vouchers.
 */
#pragma once

#include <mach/mach.h>

#include "systest_msg.h"

#define COPY MACH_MSG_TYPE_COPY_SEND
#define MOVE MACH_MSG_TYPE_MOVE_SEND

/* A message to PORT by a copied right, with VOUCHER by DISPOSITION. */
struct value_message with_voucher(mach_port_t port, mach_voucher_t voucher,
                                  mach_msg_type_name_t disposition);

/* Send MESSAGE if there is room. */
mach_msg_return_t send_now(struct value_message *message);

/* Both. */
mach_msg_return_t send_voucher(mach_port_t port, mach_voucher_t voucher,
                               mach_msg_type_name_t disposition);

/* Receive such a message from PORT with OPTION. Returns: the voucher that came, null if none did. */
mach_voucher_t receive_voucher(mach_port_t port, mach_msg_option_t option);

/* User references of VOUCHER. */
uint32_t refs_of(mach_voucher_t voucher);
