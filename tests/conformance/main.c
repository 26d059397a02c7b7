/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runner: conformance [WORD] does every case, or those with WORD in their names, and prints TAP.
 *
 * Whatever a case has left in the task, under names that were not there before, is destroyed after it.
 */
#include "conformance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mach/mach_port.h>

#include "cases.h"

#define SELF       mach_task_self()
#define NAMES_MAX  512
#define STATES_MAX 64

static const struct operation *const operations[] = {
    reference_operations, name_operations,         right_operations,
    set_operations,       notification_operations, attribute_operations,
    message_operations,   call_operations,         event_operations,
};

/* The names of the task. */
struct name_list {
    mach_port_name_t names[NAMES_MAX];
    mach_msg_type_number_t count;
};

void bail_out(const char *call, kern_return_t code)
{
    printf("Bail out! %s: %s\n", call, mach_error_string(code));
    exit(EXIT_FAILURE);
}

static void list_names(struct name_list *list)
{
    mach_port_name_array_t names;
    mach_port_type_array_t types;
    mach_msg_type_number_t type_count;
    NEED(mach_port_names(SELF, &names, &list->count, &types, &type_count));
    if (list->count > NAMES_MAX) {
        bail_out("too many names", KERN_RESOURCE_SHORTAGE);
    }
    memcpy(list->names, names, list->count * sizeof(names[0]));
    (void)vm_deallocate(SELF, (vm_address_t)names, list->count * sizeof(names[0]));
    (void)vm_deallocate(SELF, (vm_address_t)types, type_count * sizeof(types[0]));
}

static bool has_name(const struct name_list *list, mach_port_name_t name)
{
    for (mach_msg_type_number_t i = 0; i < list->count; i++) {
        if (list->names[i] == name) {
            return true;
        }
    }
    return false;
}

/* Destroy a receive right whatever guards it. */
static void destroy_name(mach_port_name_t name)
{
    mach_port_context_t guard = 0;
    (void)mach_port_get_context(SELF, name, &guard);
    if (mach_port_destruct(SELF, name, 0, guard) != KERN_SUCCESS) {
        (void)mach_port_destruct(SELF, name, 0, NEW_GUARD);
    }
    (void)mach_port_destroy(SELF, name);
}

/* Destroy what BEFORE does not have. That can make new names: until there are none. */
static void destroy_new_names(const struct name_list *before)
{
    static struct name_list now;
    bool is_clean = false;
    while (!is_clean) {
        list_names(&now);
        is_clean = true;
        for (mach_msg_type_number_t i = 0; i < now.count; i++) {
            if (!has_name(before, now.names[i])) {
                is_clean = false;
                destroy_name(now.names[i]);
            }
        }
    }
}

static void make_surroundings(struct subject *subject)
{
    *subject = (struct subject){
        .notify = allocate(MACH_PORT_RIGHT_RECEIVE),
        .via = allocate(MACH_PORT_RIGHT_RECEIVE),
        .set = allocate(MACH_PORT_RIGHT_PORT_SET),
        .member = allocate(MACH_PORT_RIGHT_RECEIVE),
        .unused = allocate(MACH_PORT_RIGHT_DEAD_NAME),
    };
    NEED(mach_port_insert_right(SELF, subject->via, subject->via, MACH_MSG_TYPE_MAKE_SEND));
    NEED(mach_port_deallocate(SELF, subject->unused));
}

/* Destroy what a case has left behind. */
static void clean_up(const struct name_list *before, const struct subject *subject)
{
    destroy_new_names(before);
    if (subject->remote != MACH_PORT_NULL) {
        (void)mach_port_destroy(other_task(), subject->remote);
    }
}

/* What the name denotes in STATE. To look may change what is there (a send right to a port that
 * died turns into a dead name), so this is seen once, and not in the case itself. */
static const char *text_of_state(const struct state *state)
{
    static char texts[STATES_MAX][OUTCOME_MAX];
    static struct name_list before;
    char *text = texts[state - states];
    if (text[0] == '\0') {
        struct subject subject;
        list_names(&before);
        make_surroundings(&subject);
        if (state->make(&subject)) {
            describe_name(text, subject.name);
        }
        clean_up(&before, &subject);
    }
    return text;
}

/* Write down what OPERATION does to SUBJECT, whose name denotes BEFORE. */
static void observe(const struct operation *operation, struct subject *subject, const char *before,
                    char *text)
{
    char after[OUTCOME_MAX] = "";
    kern_return_t code = operation->run(subject, operation->a, operation->b);
    describe_name(after, subject->name);
    if (code_name(code) != NULL) {
        append(text, "%s", code_name(code));
    } else {
        append(text, "0x%x", (unsigned)code);
    }
    if (strcmp(before, after) != 0) {
        append(text, " %s", after);
    }
    if (subject->has_value) {
        append(text, " =%llu", (unsigned long long)subject->value);
    }
    if (subject->has_other && code == KERN_SUCCESS) {
        append(text, " >");
        describe_name(text, subject->other);
    }
    describe_notifications(text, subject->notify);
    if (subject->is_once) {
        describe_notifications(text, subject->port);
    }
}

static const struct state *find_state(const struct conformance_case *wanted)
{
    for (const struct state *state = states; state->name != NULL; state++) {
        if (strcmp(state->kind, wanted->kind) == 0 && strcmp(state->name, wanted->state) == 0) {
            return state;
        }
    }
    bail_out(wanted->state, KERN_INVALID_NAME);
}

static const struct operation *find_operation(const char *name)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        for (const struct operation *operation = operations[i]; operation->name != NULL;
             operation++) {
            if (strcmp(operation->name, name) == 0) {
                return operation;
            }
        }
    }
    bail_out(name, KERN_INVALID_NAME);
}

/* Do one case and print its result. Returns: false if it failed. */
static bool run_case(int number, const struct conformance_case *the_case)
{
    static struct name_list before;
    struct subject subject;
    char text[OUTCOME_MAX] = "";
    const struct state *state = find_state(the_case);
    const struct operation *operation = find_operation(the_case->operation);
    const char *text_before = text_of_state(state);
    list_names(&before);
    make_surroundings(&subject);
    bool can_run = state->make(&subject);
    if (can_run) {
        observe(operation, &subject, text_before, text);
    }
    clean_up(&before, &subject);
    bool has_passed = !can_run || strcmp(text, the_case->outcome) == 0;
    if (!has_passed) {
        printf("# expected: %s\n# but it is: %s\n", the_case->outcome, text);
    }
    printf("%sok %d - %s, %s: %s%s\n", has_passed ? "" : "not ", number, the_case->kind,
           the_case->state, the_case->operation,
           can_run ? "" : " # SKIP this system has no such state");
    return has_passed;
}

/* Is the case to be done? */
static bool is_wanted(const struct conformance_case *the_case, const char *word)
{
    return word == NULL || strstr(the_case->operation, word) != NULL ||
           strstr(the_case->state, word) != NULL || strstr(the_case->kind, word) != NULL;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    int number = 0;
    int failed = 0;
    /* What stays for the whole run is there before the first look at the task's names. */
    (void)other_task();
    (void)server_port();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (is_wanted(&cases[i], word)) {
            failed += !run_case(++number, &cases[i]);
        }
    }
    printf("1..%d\n", number);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
