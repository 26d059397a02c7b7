/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers that may hold pointers.
 */
#include <mach/thread_state.h>

/* Bytes below the stack pointer that a function may use without moving it. */
#define RED_ZONE 128

kern_return_t thread_get_register_pointer_values(thread_t thread, uintptr_t *sp, size_t *length,
                                                 uintptr_t *values)
{
    x86_thread_state64_t state;
    mach_msg_type_number_t count = x86_THREAD_STATE64_COUNT;
    if (length == NULL || (*length > 0 && values == NULL)) {
        return KERN_INVALID_ARGUMENT;
    }
    kern_return_t result =
        thread_get_state(thread, x86_THREAD_STATE64, (thread_state_t)&state, &count);
    if (result != KERN_SUCCESS) {
        return result;
    }
    const uintptr_t registers[] = {
        state.__rax, state.__rbx, state.__rcx, state.__rdx, state.__rdi,
        state.__rsi, state.__rbp, state.__r8,  state.__r9,  state.__r10,
        state.__r11, state.__r12, state.__r13, state.__r14, state.__r15,
    };
    size_t room = *length, found = 0;
    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        if (registers[i] > vm_page_size) { /* nothing is mapped below */
            if (found < room) {
                values[found] = registers[i];
            }
            found++;
        }
    }
    if (sp != NULL) {
        *sp = state.__rsp > RED_ZONE ? state.__rsp - RED_ZONE : 0;
    }
    *length = found;
    return room == 0 || found > room ? KERN_INSUFFICIENT_BUFFER_SIZE : KERN_SUCCESS;
}
