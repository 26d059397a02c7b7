/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is copied from the task's memory into a small buffer on the stack and told as text by the
 * tables that mig makes of all interfaces (mach_msg_describe.h), the same that programs and gdb use.  Of a
 * long one the beginning is shown.  Lines are bounded by the log's.
 *
 * The kernel knows no names of programs: the one shown is what the task's startup block says.
 */
#include <kern/message_trace.h>

#include <mach/message.h>
#include <mach/startup.h>

#include <mach_msg_describe.h>

#include <lib/format.h>
#include <lib/log.h>
#include <lib/string.h>
#include <arch/boot_info.h>
#include <arch/context.h>
#include <arch/cpu.h>
#include <arch/user_copy.h>
#include <sched/thread.h>
#include <ipc/ipc_space.h>

#define TRAP_MACH_MSG           31
#define TRAP_MACH_MSG_OVERWRITE 32

#define SHOWN_MAX 1024 /* bytes of a message */
#define TEXT_MAX  384
#define NAME_MAX  32

/* Where programs have their first stack, with the startup block at its end; how far it is looked for. */
#define FIRST_STACK_TOP UINT64_C(0x7fffff000000)
#define SEARCHED        4096

/* The words of audit_token_t: the process id is one. */
#define AUDIT_PID 5

union shown {
    mach_msg_header_t header;
    struct startup_info startup;
    char bytes[SHOWN_MAX];
};

static bool is_on;
static char wanted[NAME_MAX]; /* program or process id; empty: all */

void message_trace_init(void)
{
    is_on = boot_option_text("trace_messages", wanted, sizeof(wanted)) ||
            boot_option_is_set("trace_messages");
}

/* Who sends and receives ---------------------------------------------------------------------------- */

/* The startup block is at ADDRESS: write the last part of its program's path to NAME. */
static void read_name(uint64_t address, const struct startup_info *startup, char *name)
{
    char path[4 * NAME_MAX] = "";
    uint64_t place = address + startup->path_offset;
    size_t left = FIRST_STACK_TOP - place;
    if (startup->path_offset == 0 ||
        copyin(path, place, left < sizeof(path) ? left : sizeof(path) - 1) != KERN_SUCCESS) {
        return;
    }
    const char *last = path;
    for (const char *slash = path; (slash = strchr(slash, '/')) != nullptr; slash++) {
        last = slash + 1;
    }
    strlcpy(name, last, NAME_MAX);
}

/* Find the name of the running task's program, and the process id that it was started with; "?" and 0, it
 * has no startup block any more. */
static void find_name(union shown *room, char *name, uint32_t *pid)
{
    strlcpy(name, "?", NAME_MAX);
    *pid = 0;
    for (uint64_t back = SHOWN_MAX; back <= SEARCHED; back += SHOWN_MAX) {
        uint64_t start = FIRST_STACK_TOP - back;
        if (copyin(room, start, SHOWN_MAX) != KERN_SUCCESS) {
            return;
        }
        for (size_t at = SHOWN_MAX - sizeof(uint64_t); at < SHOWN_MAX; at -= sizeof(uint64_t)) {
            struct startup_info startup;
            if (*(const uint32_t *)(room->bytes + at) == STARTUP_MAGIC &&
                copyin(&startup, start + at, sizeof(startup)) == KERN_SUCCESS &&
                startup.version == STARTUP_VERSION && startup.path_offset < startup.size &&
                startup.size <= FIRST_STACK_TOP - start - at) {
                *pid = (uint32_t)startup.pid;
                read_name(start + at, &startup, name);
                return;
            }
        }
    }
}

/* The running task's process id; 0, proc does not know it yet. */
static uint32_t process_id(void)
{
    struct ipc_space *space = current_thread()->space;
    interrupt_state_t state = interrupts_save();
    spin_lock(&space->lock);
    uint32_t pid = space->sender->audit.val[AUDIT_PID];
    spin_unlock(&space->lock);
    interrupts_restore(state);
    return pid;
}

/* Write the running task as "name[pid]" to WHO.  Returns: is it one that shall be shown? */
static bool name_task(union shown *room, char *who, size_t size)
{
    char name[NAME_MAX];
    char number[NAME_MAX];
    uint32_t started_with;
    find_name(room, name, &started_with);
    uint32_t pid = process_id();
    (void)format_string(number, sizeof(number), "%u", pid != 0 ? pid : started_with);
    (void)format_string(who, size, "%s[%s]", name, number);
    return wanted[0] == '\0' || strcmp(wanted, name) == 0 || strcmp(wanted, number) == 0;
}

/* Messages ------------------------------------------------------------------------------------------- */

/* Read the message of SIZE bytes (0: its header says) at BUFFER.  Returns: has it been cut? */
static bool read_message(union shown *message, uint64_t buffer, uint64_t size)
{
    if (copyin(message, buffer, sizeof(message->header)) != KERN_SUCCESS) {
        *message = (union shown){};
        return false;
    }
    if (size == 0) {
        size = message->header.msgh_size;
    }
    bool is_long = size > SHOWN_MAX;
    message->header.msgh_size = (mach_msg_size_t)(is_long ? SHOWN_MAX : size);
    size_t rest = message->header.msgh_size < sizeof(message->header)
                      ? 0
                      : message->header.msgh_size - sizeof(message->header);
    if (copyin(&message->header + 1, buffer + sizeof(message->header), rest) != KERN_SUCCESS) {
        message->header.msgh_size = sizeof(message->header);
    }
    return is_long;
}

/* Tell of the message at BUFFER, which the running task sends ('>'), has received ('<') or could not send
 * ('!', with RESULT). */
static void show(char direction, uint64_t buffer, uint64_t size, uint32_t result)
{
    union shown message;
    char who[2 * NAME_MAX];
    char text[TEXT_MAX];
    if (!name_task(&message, who, sizeof(who))) {
        return;
    }
    bool is_long = read_message(&message, buffer, size);
    if (direction == '<') {
        /* As it was sent: a request is for the port at which it arrived. */
        mach_port_t reply = message.header.msgh_remote_port;
        message.header.msgh_remote_port = message.header.msgh_local_port;
        message.header.msgh_local_port = reply;
    }
    (void)mach_msg_describe(&message.header, text, sizeof(text));
    if (result != 0) {
        log_info("%s %c %s%s: error 0x%x", who, direction, text, is_long ? " ..." : "", result);
    } else {
        log_info("%s %c %s%s", who, direction, text, is_long ? " ..." : "");
    }
}

static bool is_message_trap(uint32_t number)
{
    return is_on && (number == TRAP_MACH_MSG || number == TRAP_MACH_MSG_OVERWRITE);
}

void message_trace_enter(uint32_t number, uint64_t buffer, uint64_t option, uint64_t size)
{
    if (is_message_trap(number) && (option & MACH_SEND_MSG) != 0) {
        interrupts_enable();
        show('>', buffer, (uint32_t)size, 0);
        interrupts_disable();
    }
}

/* Where mach_msg_overwrite() has put a message: the eighth argument says, above return address and the
 * seventh. */
static uint64_t overwritten(uint64_t buffer)
{
    uint64_t other;
    uint64_t place = context_user_frame(&current_thread()->context)->rsp + 2 * sizeof(uint64_t);
    return copyin(&other, place, sizeof(other)) == KERN_SUCCESS && other != 0 ? other : buffer;
}

/* RESULT says that a message was received, whole or in part. */
static bool has_received(uint32_t result)
{
    uint32_t code = result & ~(uint32_t)MACH_MSG_MASK;
    return result == MACH_MSG_SUCCESS || code == MACH_RCV_BODY_ERROR ||
           code == MACH_RCV_HEADER_ERROR;
}

void message_trace_leave(uint32_t number, uint64_t buffer, uint64_t option, uint64_t result)
{
    uint32_t code = (uint32_t)result;
    bool is_unsent = code >= MACH_SEND_IN_PROGRESS && code < MACH_RCV_IN_PROGRESS;
    if (!is_message_trap(number)) {
        return;
    }
    interrupts_enable();
    if ((option & MACH_SEND_MSG) != 0 && is_unsent) {
        show('!', buffer, 0, code);
    } else if ((option & MACH_RCV_MSG) != 0 && has_received(code)) {
        show('<', number == TRAP_MACH_MSG ? buffer : overwritten(buffer), 0, 0);
    }
    interrupts_disable();
}
