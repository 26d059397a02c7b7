/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In the audit token, val[5] is the pid and val[1] the user, as on Darwin; user 0 is privileged, and
 * so is a task whose token nobody has set.
 */
#include "identity.h"

#include <string.h>

#include <mach/host_security.h>
#include <mach/mach_vm.h>
#include <mach_r/startup.h>

#include "startup_block.h"
#include "task_builder.h"

#define TOKEN_USER 1
#define TOKEN_PID  5

#define USER_PRIVILEGED 0
#define USER_ORDINARY   1

/* The block is looked for in steps: few are longer than the first. */
#define FIRST_STEP  4096
#define STEP_FACTOR 4

/* The kernel and the servers align the block to this. */
#define BLOCK_ALIGNMENT 16

kern_return_t identity_set(mach_port_t task, int32_t pid, bool is_privileged)
{
    unsigned user = is_privileged ? USER_PRIVILEGED : USER_ORDINARY;
    security_token_t security = { .val = { user, 0 } };
    audit_token_t audit = { .val = { [TOKEN_USER] = user, [TOKEN_PID] = (unsigned)pid } };
    return host_security_set_task_token(startup_port(STARTUP_PORT_HOST_SECURITY), task, security,
                                        audit, MACH_PORT_NULL);
}

bool identity_get(mach_port_t task, struct identity *identity)
{
    audit_token_t token;
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    if (task_info(task, TASK_AUDIT_TOKEN, (task_info_t)&token, &count) != KERN_SUCCESS) {
        return false;
    }
    identity->pid = (int32_t)token.val[TOKEN_PID];
    identity->is_privileged = token.val[TOKEN_USER] == USER_PRIVILEGED;
    return true;
}

uint64_t identity_cpu_time(mach_port_t task)
{
    task_absolutetime_info_data_t info = {};
    mach_msg_type_number_t count = TASK_ABSOLUTETIME_INFO_COUNT;
    kern_return_t result = task_info(task, TASK_ABSOLUTETIME_INFO, (task_info_t)&info, &count);
    return result == KERN_SUCCESS ? info.total_user + info.total_system : 0;
}

/* The block in the SIZE bytes at MEMORY, whose end is the top of the stack; null: none begins there.
 */
static const struct startup_info *find_block(const char *memory, size_t size)
{
    for (size_t length = sizeof(struct startup_info); length <= size; length++) {
        const struct startup_info *info = (const void *)(memory + size - length);
        if ((uintptr_t)info % BLOCK_ALIGNMENT == 0 && info->magic == STARTUP_MAGIC &&
            info->size <= length && length - info->size < BLOCK_ALIGNMENT &&
            startup_block_is_valid(info, length)) {
            return info;
        }
    }
    return nullptr;
}

void startup_copy_read(mach_port_t task, struct startup_copy *copy)
{
    *copy = (struct startup_copy){};
    for (mach_vm_size_t size = FIRST_STEP; size <= STARTUP_SIZE_MAX; size *= STEP_FACTOR) {
        vm_offset_t data;
        mach_msg_type_number_t count;
        if (mach_vm_read(task, TASK_STACK_TOP - size, size, &data, &count) != KERN_SUCCESS) {
            return;
        }
        copy->memory = data;
        copy->size = count;
        copy->info = find_block((const char *)data, count);
        if (copy->info != nullptr) {
            return;
        }
        startup_copy_free(copy);
    }
}

void startup_copy_free(struct startup_copy *copy)
{
    if (copy->size != 0) {
        (void)mach_vm_deallocate(mach_task_self(), copy->memory, copy->size);
    }
    *copy = (struct startup_copy){};
}

const char *startup_copy_path(const struct startup_copy *copy)
{
    const struct startup_info *info = copy->info;
    return info != nullptr && info->path_offset != 0 ? (const char *)info + info->path_offset : "";
}

const char *startup_copy_arguments(const struct startup_copy *copy, size_t *size)
{
    const struct startup_info *info = copy->info;
    *size = 0;
    if (info == nullptr || info->argc == 0) {
        return nullptr;
    }
    const char *base = (const char *)info;
    const uint64_t *offsets = (const uint64_t *)(base + info->argv_offset);
    size_t end = offsets[0];
    for (uint32_t i = 0; i < info->argc; i++) {
        if (offsets[i] != end) {
            *size = 0;
            return nullptr;
        }
        end += strlen(base + offsets[i]) + 1;
        *size = end - offsets[0];
    }
    return base + offsets[0];
}
