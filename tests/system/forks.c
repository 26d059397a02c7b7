/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork(): a child with a copy of the memory, its own identity, the parent's files, and no other
 * rights. A child tells what it found by its exit status. What is left is counted once, after many forks.
 */
#include <errno.h>
#include <os/lock.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/ledger.h>
#include <mach/mach.h>
#include <mach_r/mach_r_host.h>
#include <mach_r/proc.h>
#include <mach_r/proc_types.h>
#include <mach_r/services.h>
#include <mach_r/startup.h>
#include <servers/bootstrap.h>

#include "fork_frame.h"

static int shared_value = 1;

static void a_child_has_a_copy_of_the_memory(void)
{
    volatile int on_stack = 1;
    int *on_heap = malloc(sizeof(int));
    *on_heap = 1;
    pid_t child = fork();
    if (child == 0) {
        bool is_copy = shared_value == 1 && on_stack == 1 && *on_heap == 1;
        shared_value = on_stack = *on_heap = 2;
        char *more = malloc(100000);
        _exit(is_copy && more != NULL && *on_heap == 2 ? 7 : 1);
    }
    EXPECT(child > 0);
    EXPECT_EQ(status_of(child), 7);
    EXPECT(shared_value == 1 && on_stack == 1 && *on_heap == 1);
    free(on_heap);
}

static void memory_goes_by_its_inheritance(void)
{
    vm_address_t shared = 0;
    vm_address_t none = 0;
    EXPECT_OK(vm_allocate(mach_task_self(), &shared, vm_page_size, VM_FLAGS_ANYWHERE));
    EXPECT_OK(vm_allocate(mach_task_self(), &none, vm_page_size, VM_FLAGS_ANYWHERE));
    EXPECT_OK(vm_inherit(mach_task_self(), shared, vm_page_size, VM_INHERIT_SHARE));
    EXPECT_OK(vm_inherit(mach_task_self(), none, vm_page_size, VM_INHERIT_NONE));
    pid_t child = fork();
    if (child == 0) {
        vm_address_t place = none;
        *(volatile int *)shared = 5;
        _exit(vm_allocate(mach_task_self(), &place, vm_page_size, VM_FLAGS_FIXED) == KERN_SUCCESS);
    }
    EXPECT_EQ(status_of(child), 1);
    EXPECT_EQ(*(volatile int *)shared, 5);
    EXPECT_OK(vm_deallocate(mach_task_self(), shared, vm_page_size));
    EXPECT_OK(vm_deallocate(mach_task_self(), none, vm_page_size));
}

static void parent_and_child_know_each_other(void)
{
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        int pid = 0;
        bool is_right = getppid() == parent && getpid() != parent &&
                        pid_for_task(mach_task_self(), &pid) == KERN_SUCCESS && pid == getpid();
        _exit(is_right ? getpid() & 0xff : 0);
    }
    EXPECT_EQ(status_of(child), child & 0xff);
    EXPECT_EQ(getpid(), parent);
}

static void a_child_has_only_the_librarys_rights(void)
{
    mach_port_t port = MACH_PORT_NULL;
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port));
    pid_t child = fork();
    if (child == 0) {
        mach_port_type_t type;
        mach_port_t found = MACH_PORT_NULL;
        if (mach_port_type(mach_task_self(), port, &type) == KERN_SUCCESS &&
            (type & MACH_PORT_TYPE_RECEIVE) != 0) {
            _exit(1);
        }
        if (bootstrap_look_up(bootstrap_port, SERVICE_PROC, &found) != KERN_SUCCESS) {
            _exit(2);
        }
        _exit(access("/bin/sh", F_OK) == 0 && write(STDOUT_FILENO, "", 0) == 0 ? 0 : 3);
    }
    EXPECT_EQ(status_of(child), 0);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
}

static void *return_argument(void *argument)
{
    return argument;
}

static void a_child_can_have_threads_and_children(void)
{
    pid_t child = fork();
    if (child == 0) {
        pthread_t thread;
        void *result = NULL;
        if (pthread_create(&thread, NULL, return_argument, &shared_value) != 0 ||
            pthread_join(thread, &result) != 0 || result != &shared_value) {
            _exit(1);
        }
        pid_t grandchild = fork();
        if (grandchild == 0) {
            _exit(9);
        }
        int status = 0;
        _exit(waitpid(grandchild, &status, 0) == grandchild ? WEXITSTATUS(status) : 2);
    }
    EXPECT_EQ(status_of(child), 9);
}

static void *fork_in_thread(void *argument)
{
    pid_t child = fork();
    if (child == 0) {
        _exit(pthread_mach_thread_np(pthread_self()) != MACH_PORT_NULL ? 3 : 4);
    }
    *(pid_t *)argument = child;
    return NULL;
}

static void any_thread_may_fork(void)
{
    pthread_t thread;
    pid_t child = 0;
    EXPECT_EQ(pthread_create(&thread, NULL, fork_in_thread, &child), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    EXPECT_EQ(status_of(child), 3);
}

static void a_child_that_crashes_is_seen(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        abort();
    }
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == PROC_SIGNAL_ABORT);
    EXPECT_EQ(waitpid(child, &status, 0), -1);
    EXPECT_EQ(errno, ECHILD);
}

static void panic_says_why_and_ends_the_program(void)
{
    static const char expected[] = "panic: no luck after 13\n";
    char text[sizeof(expected)] = "";
    int status = 0, ends[2];
    EXPECT_EQ(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        panic_init(mach_task_self()); /* no host: that stops nothing */
        panic("no %s after %d", "luck", 13);
    }
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == PROC_SIGNAL_ABORT);
    EXPECT_EQ(read(ends[0], text, sizeof(text) - 1), (ssize_t)sizeof(text) - 1);
    EXPECT(strcmp(text, expected) == 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void an_end_is_not_told_to_who_has_gone(void)
{
    int status = 0;
    mach_port_t reply;
    mach_port_t proc = startup_port(STARTUP_PORT_PROC);
    proc_info_t info;
    pid_t child = fork();
    while (child == 0) {
        sleep(1000);
    }
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &reply));
    EXPECT_OK(proc_wait_send(proc, child, 0, reply));
    EXPECT_OK(proc_get_info(proc, child, &info)); /* now it waits */
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), reply, MACH_PORT_RIGHT_RECEIVE, -1));
    EXPECT_OK(proc_kill(proc, child, PROC_SIGNAL_TERMINATE));
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == PROC_SIGNAL_TERMINATE);
}

/* A child that has ended already is not given to a wait whose reply port has died. */
static void an_end_is_kept_for_who_can_hear_of_it(void)
{
    mach_port_t proc = startup_port(STARTUP_PORT_PROC);
    proc_info_t info = { 0 };
    pid_t child = fork();
    if (child == 0) {
        _exit(7);
    }
    do {
        EXPECT_OK(thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1));
    } while (EXPECT_OK(proc_get_info(proc, child, &info)) && info.state != PROC_STATE_ZOMBIE);
    EXPECT_OK(proc_wait_send(proc, child, 0, MACH_PORT_DEAD));
    /* Another thread of the server may serve what is asked next, before this one is served. */
    for (int i = 0; i < 10; i++) {
        EXPECT_OK(thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1));
    }
    EXPECT_EQ(status_of(child), 7);
}

static void vfork_is_fork(void)
{
    pid_t child = vfork();
    if (child == 0) {
        _exit(6);
    }
    EXPECT_EQ(status_of(child), 6);
}

static void what_is_no_copy_is_no_child(void)
{
    mach_port_t process = startup_port(STARTUP_PORT_PROC);
    mach_port_t child = MACH_PORT_NULL;
    task_t task = MACH_PORT_NULL;
    int pid = 0;
    EXPECT_EQ(proc_fork(process, MACH_PORT_NULL, &pid, &child), SERVER_ERROR_INVALID);
    EXPECT_EQ(proc_fork(process, bootstrap_port, &pid, &child), SERVER_ERROR_INVALID);
    EXPECT_EQ(proc_fork(process, mach_task_self(), &pid, &child), SERVER_ERROR_INVALID);
    EXPECT_OK(task_create(mach_task_self(), NULL, 0, FALSE, &task));
    EXPECT_OK(proc_fork(process, task, &pid, &child));
    EXPECT_EQ(proc_fork(process, task, &pid, &child), SERVER_ERROR_INVALID);
    EXPECT_OK(task_terminate(task));
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), task));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), child));
}

/* Objects of KIND that the kernel has; 0 if that is not told. */
static uint64_t count_of(const char *kind)
{
    static struct ledger_entry entries[LEDGER_ENTRY_MAX];
    mach_msg_type_number_t count = LEDGER_ENTRY_MAX;
    if (host_ledger(startup_port(STARTUP_PORT_HOST_PRIV), entries, &count) != KERN_SUCCESS) {
        return 0;
    }
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        if (strcmp(entries[i].name, kind) == 0) {
            return entries[i].in_use;
        }
    }
    return 0;
}

/* Each entry of the map may still show a copy of itself, and tasks may be about to go. */
#define ROOM 40

static void nothing_is_left_of_children(void)
{
    uint64_t objects = count_of("vm_object");
    uint64_t ports = count_of("ports");
    EXPECT(objects > 0 && ports > 0);
    for (int i = 0; i < 100; i++) {
        pid_t child = fork();
        if (child == 0) {
            _exit(1);
        }
        EXPECT_EQ(status_of(child), 1);
    }
    EXPECT(count_of("vm_object") < objects + ROOM);
    EXPECT(count_of("ports") < ports + ROOM);
}

static char order[8];

static void note_a(void)
{
    strcat(order, "a");
}

static void note_b(void)
{
    strcat(order, "b");
}

static void note_c(void)
{
    strcat(order, "c");
}

#define ATFORK_MAX 170

/* The child's come after the parent's, of which there are none yet. */
static void functions_around_a_fork_have_a_limit(void)
{
    pid_t child = fork();
    if (child == 0) {
        int count = 0;
        while (count <= ATFORK_MAX && pthread_atfork(NULL, NULL, NULL) == 0) {
            count++;
        }
        _exit(count == ATFORK_MAX ? 0 : 1);
    }
    EXPECT_EQ(status_of(child), 0);
}

/* They stay for all forks that follow. */
static void functions_are_called_around_a_fork(void)
{
    EXPECT_EQ(pthread_atfork(note_a, note_b, note_c), 0);
    EXPECT_EQ(pthread_atfork(note_b, NULL, note_a), 0);
    pid_t child = fork();
    if (child == 0) {
        _exit(strcmp(order, "baca"));
    }
    EXPECT_EQ(strcmp(order, "bab"), 0);
    EXPECT_EQ(status_of(child), 0);
    order[0] = '\0';
    child = fork();
    if (child == 0) {
        _exit(strcmp(order, "baca"));
    }
    EXPECT_EQ(status_of(child), 0);
    order[0] = '\0';
}

static os_unfair_lock small = OS_UNFAIR_LOCK_INIT;

static void an_unfair_lock_ends_who_misuses_it(void)
{
    pid_t child = fork();
    if (child == 0) {
        os_unfair_lock_lock(&small);
        os_unfair_lock_lock(&small);
        _exit(0);
    }
    EXPECT_EQ(signal_of(child), SIGABRT);
    child = fork();
    if (child == 0) {
        os_unfair_lock_unlock(&small);
        _exit(0);
    }
    EXPECT_EQ(signal_of(child), SIGABRT);
}

static const struct fork_case cases[] = {
    FORK_CASE(a_child_has_a_copy_of_the_memory),
    FORK_CASE(memory_goes_by_its_inheritance),
    FORK_CASE(parent_and_child_know_each_other),
    FORK_CASE(a_child_has_only_the_librarys_rights),
    FORK_CASE(a_child_can_have_threads_and_children),
    FORK_CASE(any_thread_may_fork),
    FORK_CASE(a_child_that_crashes_is_seen),
    FORK_CASE(panic_says_why_and_ends_the_program),
    FORK_CASE(an_end_is_not_told_to_who_has_gone),
    FORK_CASE(an_end_is_kept_for_who_can_hear_of_it),
    FORK_CASE(vfork_is_fork),
    FORK_CASE(what_is_no_copy_is_no_child),
    FORK_CASE(an_unfair_lock_ends_who_misuses_it),
    FORK_CASE(nothing_is_left_of_children),
    FORK_CASE(functions_around_a_fork_have_a_limit),
    FORK_CASE(functions_are_called_around_a_fork),
};

int main(void)
{
    return fork_run(cases, (int)(sizeof(cases) / sizeof(cases[0])));
}
