/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who has which rights and which memory. Each side, and messages under way, have a number of send,
 * send-once and receive rights for every name, and blocks of memory. Only what is there can be
 * sent, released or freed, and a block only as a whole. What a side makes for a message is noted, so
 * that at the end of the call everything it must still have can be taken away from it, and nothing
 * be left: that is the ownership contract.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mach/message.h>

enum loop_holder {
    LOOP_CLIENT,
    LOOP_SERVER,
    LOOP_UNDER_WAY,
    LOOP_HOLDERS
};

/* Whose code runs. What follows is about what this side has. */
extern enum loop_holder loop_side;

/* The right that is needed to send NAME with DISPOSITION; null needs none. */
mach_port_t loop_own(mach_port_t name, mach_msg_type_name_t disposition);
void loop_own_all(const mach_port_t *names, uint32_t count, mach_msg_type_name_t disposition);

/* Memory for a message: given away with it, or only lent. Null for no bytes. */
void *loop_memory(size_t size, bool given);

/* The right NAME that came in as a DISPOSITION, or memory that did, is given back. */
void loop_release(mach_port_t name, mach_msg_type_name_t disposition);
void loop_release_all(const mach_port_t *names, uint32_t count, mach_msg_type_name_t disposition);
void loop_free(void *memory, size_t size);

/*
 * What came in goes out again as it is: of it, this side keeps what the message does not take. A
 * DISPOSITION that makes a right needs the port itself: then this side gives back what came, and has
 * the port, whose name is the same.
 */
void loop_pass_on(mach_port_t name, mach_msg_type_name_t came, mach_msg_type_name_t disposition);
void loop_pass_on_memory(void *memory, bool given);
