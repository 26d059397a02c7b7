/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads as host contexts.  A thread runs on a host stack, larger than a kernel stack because the
 * sanitizers' frames are, and the switches are announced to AddressSanitizer.
 */
#include <arch/context.h>

#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <arch/pmap.h>
#include <sched/thread.h>

#include "fake_stack.h"

#define HOST_STACK_SIZE (256 * 1024)
#define HOST_GUARD_SIZE 4096

/* Who ran before the current thread; for the first function of a new one. */
static struct thread *switched_from;

/* Stacks of ended threads, linked through their first words. */
static void *free_stacks;

static void *stack_allocate(void)
{
    if (free_stacks != nullptr) {
        void *stack = free_stacks;
        free_stacks = *(void **)stack;
        return stack;
    }
    char *base = mmap(nullptr, HOST_GUARD_SIZE + HOST_STACK_SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED || mprotect(base, HOST_GUARD_SIZE, PROT_NONE) != 0) {
        perror("stack of a thread");
        exit(1);
    }
    return base + HOST_GUARD_SIZE;
}

/* The bounds of the stack that CONTEXT runs on. */
static void stack_bounds(const struct thread_context *context, const void **bottom, size_t *size)
{
    if (context->stack != nullptr) {
        *bottom = context->stack;
        *size = HOST_STACK_SIZE;
        return;
    }
    pthread_attr_t attributes;
    void *address;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &address, size);
    pthread_attr_destroy(&attributes);
    *bottom = address;
}

/* The second half of a switch, on the stack of the thread that now runs. */
static void switch_arrive(struct thread *self)
{
    __sanitizer_finish_switch_fiber(self->context.fake_stack, nullptr, nullptr);
    if (self->context.pmap != nullptr) {
        pmap_activate(self->context.pmap);
    }
}

static void context_begin(void)
{
    struct thread *self = current_thread();
    switch_arrive(self);
    self->context.entry(self->context.argument);
    abort();
}

void context_init(struct thread_context *context, [[maybe_unused]] void *stack_top,
                  void (*entry)(void *argument), void *argument)
{
    *context = (struct thread_context){ .entry = entry, .argument = argument };
    context->stack = stack_allocate();
    context->stack_pointer =
        fake_stack_prepare((char *)context->stack + HOST_STACK_SIZE, context_begin);
}

void context_destroy(struct thread_context *context)
{
    *(void **)context->stack = free_stacks;
    free_stacks = context->stack;
}

struct thread *context_switch(struct thread *previous, struct thread *next)
{
    const void *bottom;
    size_t size;
    stack_bounds(&next->context, &bottom, &size);
    switched_from = previous;
    bool is_dead = previous->state == THREAD_DEAD;
    __sanitizer_start_switch_fiber(is_dead ? nullptr : &previous->context.fake_stack, bottom, size);
    fake_switch_stacks(&previous->context.stack_pointer, next->context.stack_pointer);
    switch_arrive(previous);
    return switched_from;
}
