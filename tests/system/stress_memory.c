/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The writers write through the kernel, by receiving messages into the page: where that is not
 * allowed it is an error and no exception.
 */
#include "stress_memory.h"

#include <string.h>

#include <mach/mach_vm.h>

#include "stress_service.h"
#include "systest.h"

#define LOOKS 20 /* at a page, to see whether somebody writes it */

/* The window: its pages hold growing numbers, and the last number that was surely there. */
static _Atomic uint32_t *window;
static _Atomic uint32_t window_number;

static mach_vm_address_t page_create(void)
{
    mach_vm_address_t address = 0;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &address, PAGE_SIZE, VM_FLAGS_ANYWHERE));
    return address;
}

static void page_destroy(mach_vm_address_t address)
{
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), address, PAGE_SIZE));
}

void window_begin(void)
{
    window = (_Atomic uint32_t *)page_create();
    *window = 0;
    window_number = 0;
}

/* Put PAGE in the place of the window: itself, or a copy. */
static void window_replace(mach_vm_address_t page, bool copy)
{
    mach_vm_address_t place = (mach_vm_address_t)window;
    vm_prot_t protection, maximum;
    EXPECT_OK(mach_vm_remap(mach_task_self(), &place, PAGE_SIZE, 0,
                            VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE, mach_task_self(), page, copy,
                            &protection, &maximum, VM_INHERIT_DEFAULT));
}

void be_replacer(struct actor *self)
{
    while (actor_step(self)) {
        actor_doing(self, "replace the window");
        uint32_t number = window_number + 1;
        mach_vm_address_t page = page_create();
        bool copy = actor_random(self, 2) != 0;
        *(volatile uint32_t *)page = number;
        window_replace(page, copy);
        window_number = number;
        if (copy) {
            *(volatile uint32_t *)page = 0; /* not seen through the window */
        }
        page_destroy(page);
    }
}

void be_reader(struct actor *self)
{
    while (actor_step(self)) {
        actor_doing(self, "read the window");
        for (uint32_t i = actor_random(self, 1000); i > 0; i--) {
            uint32_t least = window_number;
            uint32_t number = *window;
            if (number < least) {
                EXPECT_EQ(number, least);
            }
        }
        actor_doing(self, "sleep");
        (void)mach_wait_until_trap(mach_absolute_time() + actor_random(self, 200000));
    }
}

void window_end(void)
{
    EXPECT_EQ(*window, window_number);
    page_destroy((mach_vm_address_t)window);
}

/* The written page: a message buffer. */
static union any_message *written;
static _Atomic uint64_t written_times;

void page_begin(void)
{
    written = (union any_message *)page_create();
}

void be_writer(struct actor *self)
{
    mach_port_t port = port_create_with_send();
    while (actor_step(self)) {
        actor_doing(self, "write the page");
        EXPECT_OK(send_value(port, self->done));
        mach_msg_return_t result = receive_now(port, written);
        if (result == MACH_MSG_SUCCESS) {
            written_times++;
        } else {
            EXPECT_EQ(result, MACH_RCV_INVALID_DATA);
        }
        if (actor_random(self, 16) == 0) {
            (void)thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1);
        }
    }
    port_destroy_with_send(port);
}

/* Whether what is at PAGE stays as it is. */
static void expect_still(const void *page)
{
    union any_message before;
    memcpy(&before, page, sizeof(before));
    for (int i = 0; i < LOOKS; i++) {
        (void)swtch();
        if (!EXPECT_EQ(memcmp(&before, page, sizeof(before)), 0)) {
            return;
        }
    }
}

void be_protector(struct actor *self)
{
    mach_vm_address_t address = (mach_vm_address_t)written;
    while (actor_step(self)) {
        uint64_t times = written_times;
        actor_doing(self, "protect the page");
        EXPECT_OK(mach_vm_protect(mach_task_self(), address, PAGE_SIZE, FALSE, VM_PROT_READ));
        expect_still(written);
        EXPECT_OK(mach_vm_protect(mach_task_self(), address, PAGE_SIZE, FALSE,
                                  VM_PROT_READ | VM_PROT_WRITE));
        actor_doing(self, "wait for the page to be written");
        while (written_times == times) {
            systest_pause();
        }
    }
}

/* Send the page as a copy to the own PORT. Returns: where the copy is. */
static mach_vm_address_t copy_page(mach_port_t port)
{
    union any_message message = {
        .memory = {
            .header = {
                .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
                .msgh_remote_port = port,
            },
            .body = { 1 },
            .memory = {
                .address = written,
                .size = (mach_msg_size_t)PAGE_SIZE,
                .copy = MACH_MSG_VIRTUAL_COPY,
                .type = MACH_MSG_OOL_DESCRIPTOR,
            },
        },
    };
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message.memory), 0, MACH_PORT_NULL, 0,
                       MACH_PORT_NULL));
    return EXPECT_OK(receive_now(port, &message)) ? (mach_vm_address_t)message.memory.memory.address
                                                  : 0;
}

void be_copier(struct actor *self)
{
    mach_port_t port = port_create_with_send();
    while (actor_step(self)) {
        actor_doing(self, "copy the page");
        mach_vm_address_t copy = copy_page(port);
        if (copy != 0) {
            expect_still((const void *)copy);
            page_destroy(copy);
        }
    }
    port_destroy_with_send(port);
}

void page_end(void)
{
    page_destroy((mach_vm_address_t)written);
}

#define SHARED_PAGES 16
#define SHARED_SIZE  (SHARED_PAGES * PAGE_SIZE)
#define SHARED_WORDS (PAGE_SIZE / sizeof(uint32_t))

static _Atomic uint32_t *shared;
static _Atomic uint32_t shared_number; /* surely in all pages */

void shared_begin(void)
{
    mach_vm_address_t address = 0;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &address, SHARED_SIZE, VM_FLAGS_ANYWHERE));
    shared = (_Atomic uint32_t *)address;
    for (uint32_t i = 0; i < SHARED_PAGES; i++) {
        shared[i * SHARED_WORDS] = 0;
    }
    shared_number = 0;
}

/* Map the pages at FRESH, which have a copy, at the place of the shared ones in both tasks. */
static void share_in(mach_port_t task, mach_vm_address_t fresh)
{
    mach_vm_address_t place = (mach_vm_address_t)shared;
    vm_prot_t protection, maximum;
    EXPECT_OK(mach_vm_remap(task, &place, SHARED_SIZE, 0, VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE,
                            mach_task_self(), fresh, FALSE, &protection, &maximum,
                            VM_INHERIT_NONE));
}

/* Pages with NUMBER - 1 that have a copy, shared by both tasks. Returns: the copy. */
static mach_vm_address_t share_pages_with_copy(uint32_t number)
{
    mach_vm_address_t fresh = 0, copy = 0;
    vm_prot_t protection, maximum;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &fresh, SHARED_SIZE, VM_FLAGS_ANYWHERE));
    for (uint32_t i = 0; i < SHARED_PAGES; i++) {
        ((uint32_t *)fresh)[i * SHARED_WORDS] = number - 1;
    }
    EXPECT_OK(mach_vm_remap(mach_task_self(), &copy, SHARED_SIZE, 0, VM_FLAGS_ANYWHERE,
                            mach_task_self(), fresh, TRUE, &protection, &maximum, VM_INHERIT_NONE));
    share_in(mach_task_self(), fresh);
    share_in(service_task(), fresh);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), fresh, SHARED_SIZE));
    return copy;
}

/* The first write to each page gives all who share it another page than the copy's. */
void be_shared_writer(struct actor *self)
{
    while (actor_step(self)) {
        uint32_t number = shared_number + 1;
        actor_doing(self, "share pages");
        mach_vm_address_t copy = share_pages_with_copy(number);
        (void)swtch();
        actor_doing(self, "write the shared pages");
        for (uint32_t i = 0; i < SHARED_PAGES; i++) {
            shared[i * SHARED_WORDS] = number;
        }
        shared_number = number;
        EXPECT_EQ(*(const uint32_t *)copy, number - 1);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), copy, SHARED_SIZE));
    }
}

static void protect_shared(vm_prot_t protection)
{
    EXPECT_OK(_kernelrpc_mach_vm_protect_trap(mach_task_self(), (mach_vm_address_t)shared,
                                              SHARED_SIZE, FALSE, protection));
}

/* What is mapped while it may be executed loses that: entries change while they go. */
void be_shared_reader(struct actor *self)
{
    while (actor_step(self)) {
        uint32_t least = shared_number;
        actor_doing(self, "read the shared pages");
        protect_shared(VM_PROT_READ | VM_PROT_EXECUTE);
        for (uint32_t i = 0; i < SHARED_PAGES; i++) {
            uint32_t number = shared[i * SHARED_WORDS];
            if (number < least) {
                EXPECT_EQ(number, least);
            }
        }
        actor_doing(self, "protect the shared pages");
        protect_shared(VM_PROT_READ);
    }
}

void shared_end(void)
{
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)shared, SHARED_SIZE));
}
