/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls at the stress test's service, for actors of any kind in any task.
 */
#pragma once

#include "stress_service.h"

enum call_end {
    CALL_ANSWERED,
    CALL_LOST, /* the server has died with the request */
    CALL_DEAD, /* the port was dead before */
};

/* Call ECHO at PORT, with the answer to REPLY, in one of all ways there are: with one trap or two,
 * waiting with and without a time-out. A wrong answer is noted. */
enum call_end call_echo(struct actor *self, mach_port_t port, mach_port_t reply);

/* The same for calls with memory, and with a right, which the service must answer. */
void call_memory(struct actor *self, mach_port_t port, mach_port_t reply);
void call_right(struct actor *self, mach_port_t port, mach_port_t reply);

/* Send a right made from the receive right NAME to the service, which gives it up and answers to
 * REPLY. The answer is not waited for. */
void call_drop(struct actor *self, mach_port_t port, mach_port_t reply, mach_port_t name);

/* A send right to a port that dies soon; MACH_PORT_DEAD if it has. */
mach_port_t call_mortal(struct actor *self, mach_port_t port, mach_port_t reply);

/* The part of the clients: calls of all kinds. */
void be_client(struct actor *self);
