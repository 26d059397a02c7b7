/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portinfo [PID]: the port names of a task (without PID: of this program) and the rights behind
 * them, with the number of user references to each.
 */
#include <stdio.h>
#include <stdlib.h>

#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach_r/proc.h>
#include <mach_r/startup.h>

#include "usage.h"

#define USAGE "portinfo [PID]"

static const struct {
    mach_port_right_t right;
    const char *name;
} rights[] = {
    { MACH_PORT_RIGHT_RECEIVE, "receive" },     { MACH_PORT_RIGHT_SEND, "send" },
    { MACH_PORT_RIGHT_SEND_ONCE, "send-once" }, { MACH_PORT_RIGHT_PORT_SET, "port-set" },
    { MACH_PORT_RIGHT_DEAD_NAME, "dead-name" },
};

static void print_name(mach_port_t task, mach_port_name_t name, mach_port_type_t type)
{
    (void)printf("%#10x ", (unsigned)name);
    for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
        mach_port_urefs_t references;
        if ((type & MACH_PORT_TYPE(rights[i].right)) != 0 &&
            mach_port_get_refs(task, name, rights[i].right, &references) == KERN_SUCCESS) {
            (void)printf(" %s %u", rights[i].name, (unsigned)references);
        }
    }
    (void)putchar('\n');
}

static void release_words(const mach_port_name_t *words, mach_msg_type_number_t count)
{
    if (count != 0) {
        (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)words,
                                 count * sizeof(words[0]));
    }
}

static kern_return_t print_names(mach_port_t task)
{
    mach_port_name_array_t names;
    mach_port_type_array_t types;
    mach_msg_type_number_t name_count, type_count;
    kern_return_t result = mach_port_names(task, &names, &name_count, &types, &type_count);
    if (result != KERN_SUCCESS) {
        return result;
    }
    (void)puts("      NAME  RIGHTS AND REFERENCES");
    for (mach_msg_type_number_t i = 0; i < name_count; i++) {
        print_name(task, names[i], types[i]);
    }
    (void)printf("%u names\n", (unsigned)name_count);
    release_words(names, name_count);
    release_words(types, type_count);
    return KERN_SUCCESS;
}

int main(int argc, char **argv)
{
    usage_offer(argc, argv, USAGE);
    char *end = "";
    long pid = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (argc > 2 || *end != '\0' || pid < 0 || (argc == 2 && end == argv[1])) {
        usage_fail(USAGE);
    }
    mach_port_t task;
    kern_return_t result = proc_get_task(startup_port(STARTUP_PORT_PROC), (int)pid, &task);
    if (result == KERN_SUCCESS) {
        result = print_names(task);
        (void)mach_port_deallocate(mach_task_self(), task);
    }
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "portinfo: %ld: %s\n", pid, mach_error_string(result));
        return 1;
    }
    return 0;
}
