/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open nodes of /proc, and what their files say.
 */
#include "node.h"

#include <stdlib.h>
#include <string.h>

#include <mach/mach_host.h>
#include <mach/mach_vm.h>
#include <mach/notify.h>

#include "info.h"
#include "proc.h"
#include "procfs_text.h"

/* The kernel uses no more; their lines fit into PROCFS_TEXT_MAX. */
#define PROCESSORS_MAX 64

/* Nodes that may be open: this server's own ports must not run out. */
#define NODES_MAX 1024

static struct node *nodes;
static unsigned node_count;

static struct node root = { .place = { .kind = PLACE_ROOT } };

struct node *node_by_port(mach_port_t port)
{
    if (port == proc_service_port()) {
        return &root;
    }
    struct node *node = nodes;
    while (node != nullptr && node->port != port) {
        node = node->next;
    }
    return node;
}

static size_t write_meminfo(char *text)
{
    host_basic_info_data_t basic = {};
    vm_statistics64_data_t memory = {};
    mach_msg_type_number_t basic_count = HOST_BASIC_INFO_COUNT;
    mach_msg_type_number_t memory_count = HOST_VM_INFO64_COUNT;
    mach_port_t host = mach_host_self();
    (void)host_info(host, HOST_BASIC_INFO, (host_info_t)&basic, &basic_count);
    (void)host_statistics64(host, HOST_VM_INFO64, (host_info64_t)&memory, &memory_count);
    right_release(&host);
    return procfs_meminfo(text, PROCFS_TEXT_MAX, basic.max_mem,
                          (uint64_t)memory.free_count * vm_page_size);
}

/* One flavor of what the kernel tells of all processors; *WORDS is to be deallocated. */
static natural_t ask_processors(processor_flavor_t flavor, processor_info_array_t *words,
                                mach_msg_type_number_t *count)
{
    natural_t processors = 0;
    mach_port_t host = mach_host_self();
    *count = 0;
    if (host_processor_info(host, flavor, &processors, words, count) != KERN_SUCCESS) {
        processors = 0;
    }
    right_release(&host);
    return processors;
}

static void words_free(processor_info_array_t words, mach_msg_type_number_t count)
{
    if (count != 0) {
        (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)words,
                                 count * sizeof(words[0]));
    }
}

static size_t write_processors(char *text)
{
    struct procfs_processor processors[PROCESSORS_MAX];
    processor_info_array_t basic_words, load_words;
    mach_msg_type_number_t basic_count, load_count;
    natural_t count = ask_processors(PROCESSOR_BASIC_INFO, &basic_words, &basic_count);
    natural_t loads = ask_processors(PROCESSOR_CPU_LOAD_INFO, &load_words, &load_count);
    count = count < loads ? count : loads;
    count = count < PROCESSORS_MAX ? count : PROCESSORS_MAX;
    for (natural_t i = 0; i < count; i++) {
        const processor_basic_info_data_t *basic = (processor_basic_info_t)basic_words + i;
        const processor_cpu_load_info_data_t *load = (processor_cpu_load_info_t)load_words + i;
        processors[i] = (struct procfs_processor){
            .is_running = basic->running != FALSE,
            .user = load->cpu_ticks[CPU_STATE_USER],
            .system = load->cpu_ticks[CPU_STATE_SYSTEM],
            .idle = load->cpu_ticks[CPU_STATE_IDLE],
        };
    }
    words_free(basic_words, basic_count);
    words_free(load_words, load_count);
    return procfs_processors(text, PROCFS_TEXT_MAX, processors, count);
}

static size_t write_status(char *text, int32_t pid)
{
    struct proc_info info;
    struct process *process = process_by_pid(pid);
    if (process == nullptr) {
        return 0;
    }
    process_describe(process, &info);
    return procfs_status(text, PROCFS_TEXT_MAX, &info, process->path, process->arguments,
                         process->arguments_size);
}

/* Write what the file PLACE says to TEXT, which has PROCFS_TEXT_MAX bytes. Returns: its length. */
static size_t write_text(struct place place, char *text)
{
    switch (place.kind) {
    case PLACE_MEMINFO: return write_meminfo(text);
    case PLACE_PROCESSORS: return write_processors(text);
    case PLACE_UPTIME: return procfs_uptime(text, PROCFS_TEXT_MAX, proc_now());
    case PLACE_STATUS: return write_status(text, place.pid);
    default: return 0;
    }
}

/* Give NODE the text of its place. */
static bool fill(struct node *node)
{
    char text[PROCFS_TEXT_MAX];
    if (place_is_directory(node->place)) {
        return true;
    }
    node->size = write_text(node->place, text);
    node->text = malloc(node->size + 1);
    if (node->text == nullptr) {
        return false;
    }
    memcpy(node->text, text, node->size);
    return true;
}

/* Ask to be told, at PORT itself, when the send rights to it are gone. */
static kern_return_t watch(mach_port_t port)
{
    mach_port_t previous = MACH_PORT_NULL;
    kern_return_t result =
        mach_port_request_notification(mach_task_self(), port, MACH_NOTIFY_NO_SENDERS, 1, port,
                                       MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
    if (result == KERN_SUCCESS) {
        right_release(&previous);
    }
    return result;
}

static void destroy(struct node *node)
{
    proc_port_destroy(&node->port);
    free(node->text);
    free(node);
}

kern_return_t node_open(struct place place, mach_port_t *port)
{
    if (place.kind == PLACE_ROOT) {
        *port = proc_service_port();
        return KERN_SUCCESS;
    }
    struct node *node = node_count < NODES_MAX ? calloc(1, sizeof(*node)) : nullptr;
    if (node == nullptr) {
        return SERVER_ERROR_NO_MEMORY;
    }
    node->place = place;
    node->port = proc_port_create();
    if (node->port == MACH_PORT_NULL || !fill(node) || watch(node->port) != KERN_SUCCESS) {
        destroy(node);
        return SERVER_ERROR_NO_MEMORY;
    }
    node->next = nodes;
    nodes = node;
    node_count++;
    *port = node->port;
    return KERN_SUCCESS;
}

/* Does anybody have a send right to PORT? A holder may have forged the notification. */
static bool has_senders(mach_port_t port)
{
    mach_port_status_t status;
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    kern_return_t result = mach_port_get_attributes(
        mach_task_self(), port, MACH_PORT_RECEIVE_STATUS, (mach_port_info_t)&status, &count);
    return result != KERN_SUCCESS || status.mps_srights != 0;
}

void node_no_senders(mach_port_t port, mach_port_mscount_t mscount)
{
    (void)mscount;
    struct node **link = &nodes;
    while (*link != nullptr && (*link)->port != port) {
        link = &(*link)->next;
    }
    struct node *node = *link;
    if (node == nullptr) {
        return;
    }
    if (!has_senders(port)) {
        *link = node->next;
        node_count--;
        destroy(node);
    } else {
        (void)watch(port);
    }
}
