/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makers of vouchers use so few texts that a voucher's last reference often goes while somebody asks for
 * just that voucher.
 */
#include "stress_objects.h"

#include <string.h>

#include <mach/mach_vm.h>

#include "systest.h"
#include "systest_msg.h"
#include "voucher_recipes.h"

#define TEXTS 3
#define DATA  MACH_VOUCHER_ATTR_KEY_USER_DATA
#define SELF  mach_task_self()

static const char *const texts[TEXTS] = { "one", "two", "three" };
static mach_port_t voucher_port;

void vouchers_begin(void)
{
    voucher_port = port_create_with_send();
}

/* Send VOUCHER with its reference, and with it NUMBER, that of its text. */
static void send_voucher(mach_voucher_t voucher, uint32_t number)
{
    struct value_message message = {
        .header = { .msgh_bits =
                        MACH_MSGH_BITS_SET(MACH_MSG_TYPE_COPY_SEND, 0, MACH_MSG_TYPE_MOVE_SEND, 0),
                    .msgh_size = sizeof(message),
                    .msgh_remote_port = voucher_port,
                    .msgh_voucher_port = voucher },
        .value = number,
    };
    mach_msg_return_t result = mach_msg(&message.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                                        sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
    if (result != MACH_MSG_SUCCESS) {
        EXPECT_EQ(result, MACH_SEND_TIMED_OUT);
        EXPECT_EQ(message.header.msgh_voucher_port, voucher); /* it came back */
        voucher_drop(voucher);
    }
}

/* Take a voucher that somebody has sent, if there is one. False: there was none. */
static bool take_voucher(void)
{
    union any_message message;
    mach_msg_return_t result =
        receive_option(voucher_port, &message, MACH_RCV_VOUCHER | MACH_RCV_TIMEOUT, 0);
    if (result != MACH_MSG_SUCCESS) {
        EXPECT_EQ(result, MACH_RCV_TIMED_OUT);
        return false;
    }
    EXPECT(voucher_has(message.header.msgh_voucher_port, DATA, texts[message.value.value]));
    voucher_drop(message.header.msgh_voucher_port);
    return true;
}

void be_voucher_maker(struct actor *self)
{
    while (actor_step(self)) {
        uint32_t number = actor_random(self, TEXTS);
        actor_doing(self, "make a voucher");
        mach_voucher_t voucher = voucher_with(texts[number]);
        mach_voucher_t again = voucher_with(texts[number]);
        EXPECT_EQ(voucher, again);
        voucher_drop(again);
        EXPECT(voucher_has(voucher, DATA, texts[number]));
        if (actor_random(self, 2) != 0) {
            actor_doing(self, "send a voucher");
            send_voucher(voucher, number);
            (void)take_voucher();
        } else {
            voucher_drop(voucher);
        }
    }
}

void vouchers_end(void)
{
    while (take_voucher()) {
    }
    port_destroy_with_send(voucher_port);
}

#define PAGES 8
#define WORDS (PAGE_SIZE / sizeof(uint32_t))

/* The pages, each of which begins with a number that grows unless it is purged, and a number that
 * surely was in all of them. */
static _Atomic uint32_t *purgeable;
static _Atomic uint32_t purgeable_number;

void purgeable_begin(void)
{
    mach_vm_address_t address = 0;
    EXPECT_OK(
        mach_vm_allocate(SELF, &address, PAGES * PAGE_SIZE, VM_FLAGS_ANYWHERE | VM_FLAGS_PURGABLE));
    purgeable = (_Atomic uint32_t *)address;
    purgeable_number = 0;
}

/* Give the pages STATE. Returns: the one they had. */
static int set_state(int state)
{
    EXPECT_OK(mach_vm_purgable_control(SELF, (mach_vm_address_t)purgeable, VM_PURGABLE_SET_STATE,
                                       &state));
    return state & VM_PURGABLE_STATE_MASK;
}

void be_purger(struct actor *self)
{
    while (actor_step(self)) {
        uint32_t number = purgeable_number + 1;
        bool is_emptied = actor_random(self, 2) != 0;
        actor_doing(self, "write purgeable memory");
        for (uint32_t i = 0; i < PAGES; i++) {
            purgeable[i * WORDS] = number;
        }
        purgeable_number = number;
        actor_doing(self, "offer the memory");
        EXPECT_EQ(set_state(is_emptied ? VM_PURGABLE_EMPTY : VM_PURGABLE_VOLATILE),
                  VM_PURGABLE_NONVOLATILE);
        (void)swtch();
        int state = set_state(VM_PURGABLE_NONVOLATILE);
        EXPECT(state == VM_PURGABLE_EMPTY || (!is_emptied && state == VM_PURGABLE_VOLATILE));
        uint32_t expected = state == VM_PURGABLE_EMPTY ? 0 : number;
        for (uint32_t i = 0; i < PAGES; i++) {
            EXPECT_EQ(purgeable[i * WORDS], expected);
        }
    }
}

/* Another mapping of the pages, through a memory entry; 0: failed, and noted. */
static mach_vm_address_t map_again(void)
{
    mach_port_t entry = MACH_PORT_NULL;
    mach_vm_address_t address = 0;
    memory_object_size_t size = PAGES * PAGE_SIZE;
    if (EXPECT_OK(mach_make_memory_entry_64(SELF, &size, (mach_vm_address_t)purgeable, VM_PROT_READ,
                                            &entry, MACH_PORT_NULL))) {
        EXPECT_OK(mach_vm_map(SELF, &address, size, 0, VM_FLAGS_ANYWHERE, entry, 0, FALSE,
                              VM_PROT_READ, VM_PROT_READ, VM_INHERIT_NONE));
        EXPECT_OK(mach_port_deallocate(SELF, entry));
    }
    return address;
}

void be_purgeable_reader(struct actor *self)
{
    while (actor_step(self)) {
        actor_doing(self, "map purgeable memory");
        mach_vm_address_t address = map_again();
        if (address == 0) {
            continue;
        }
        actor_doing(self, "read purgeable memory");
        for (uint32_t i = 0; i < 10 * PAGES; i++) {
            uint32_t least = purgeable_number;
            uint32_t number = ((_Atomic uint32_t *)address)[i % PAGES * WORDS];
            if (number != 0 && number < least) {
                EXPECT_EQ(number, least);
            }
        }
        EXPECT_OK(mach_vm_deallocate(SELF, address, PAGES * PAGE_SIZE));
        actor_doing(self, "sleep");
        (void)mach_wait_until_trap(mach_absolute_time() + actor_random(self, 500000));
    }
}

void purgeable_end(void)
{
    EXPECT_OK(mach_vm_deallocate(SELF, (mach_vm_address_t)purgeable, PAGES * PAGE_SIZE));
}
