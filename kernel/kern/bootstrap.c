/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot loader's module `init` is the first program, `initrd` the boot archive.  Init gets
 * the archive as a memory entry on the very pages the loader put it in; its own module is copied
 * into its address space and freed.
 */
#include <kern/bootstrap.h>

#include <mach/startup.h>
#include <mach/vm_inherit.h>
#include <mach/vm_prot.h>
#include <mach/vm_statistics.h>

#include <lib/log.h>
#include <lib/string.h>
#include <arch/boot_info.h>
#include <mem/vm_page.h>
#include <vm/vm_fault.h>
#include <vm/vm_map.h>
#include <kern/elf.h>
#include <kern/host.h>
#include <kern/kernel_port.h>
#include <kern/memory_entry.h>
#include <kern/task.h>
#include <kern/thread_control.h>

/* What grub.cfg writes behind a module's file. */
#define MODULE_INIT   "init"
#define MODULE_INITRD "initrd"

/* Init's stack: its pages come when they are touched. */
#define INIT_STACK_TOP  UINT64_C(0x7fffff000000)
#define INIT_STACK_SIZE (UINT64_C(1) << 20)

#define INIT_PID  1
#define INIT_PATH "/servers/init"

#define INIT_PORT_MAX 4

/* The startup block as init finds it at the top of its stack; parts follow each other as
 * <mach/startup.h> shows. */
struct init_block {
    struct startup_info info;
    struct startup_port ports[INIT_PORT_MAX];
    uint64_t argv[2];
    uint64_t envp[1];
    char path[16];
};

static_assert(sizeof(struct init_block) % 16 == 8 || sizeof(struct init_block) % 16 == 0);
static_assert(sizeof(INIT_PATH) <= sizeof(((struct init_block *)nullptr)->path));

/* What loading init has brought forth so far. */
struct init_state {
    struct task *task;
    uint64_t entry;
    uint64_t block_address;
};

/* The module called NAME, or null. */
static const struct boot_module *module_find(const char *name)
{
    for (uint32_t i = 0; i < boot_info.module_count; i++) {
        if (strcmp(boot_info.modules[i].string, name) == 0) {
            return &boot_info.modules[i];
        }
    }
    return nullptr;
}

/* A module's bytes, through the direct map. */
static const void *module_data(const struct boot_module *module)
{
    return phys_to_virt(module->start);
}

static phys_addr_t module_end(const struct boot_module *module)
{
    return (module->start + module->size + PAGE_MASK) & ~PAGE_MASK;
}

/* Give the pages of a module to the page allocator. */
static void module_free(const struct boot_module *module)
{
    vm_page_adopt_range(module->start, module_end(module));
    for (phys_addr_t at = module->start; at < module_end(module); at += PAGE_SIZE) {
        vm_page_free(vm_page_lookup_physical(at));
    }
}

/* A send right to a memory entry for the boot archive; null if there is none, or no memory. */
static struct ipc_port *initrd_port(uint64_t *size)
{
    *size = 0;
    const struct boot_module *module = module_find(MODULE_INITRD);
    if (module == nullptr) {
        log_warning("boot: there is no module initrd (see grub.cfg): init has no boot archive");
        return nullptr;
    }
    log_info("Loading initrd...");
    struct memory_entry entry = {
        .object = vm_object_create_from_range(module->start, module_end(module)),
        .size = module_end(module) - module->start,
        .protection = VM_PROT_READ | VM_PROT_EXECUTE,
    };
    struct ipc_port *port = entry.object != nullptr ? memory_entry_create(&entry) : nullptr;
    if (port == nullptr) {
        log_error("boot: no memory for the boot archive");
        return nullptr;
    }
    *size = module->size;
    return port;
}

/* Add a right to the block, consuming it. */
static void block_add_port(struct init_block *block, struct task *task, uint32_t kind,
                           struct ipc_port *right)
{
    if (right != nullptr) {
        block->ports[block->info.port_count++] = (struct startup_port){
            .kind = kind,
            .name = send_right_copyout(task->space, right),
        };
    }
}

static void block_fill(struct init_block *block, struct task *task)
{
    *block = (struct init_block){
        .info = {
            .magic = STARTUP_MAGIC,
            .version = STARTUP_VERSION,
            .size = sizeof(*block),
            .ports_offset = offsetof(struct init_block, ports),
            .pid = INIT_PID,
            .argc = 1,
            .argv_offset = offsetof(struct init_block, argv),
            .envp_offset = offsetof(struct init_block, envp),
            .path_offset = offsetof(struct init_block, path),
            .stack_address = INIT_STACK_TOP - INIT_STACK_SIZE,
            .stack_size = INIT_STACK_SIZE,
        },
        .argv = { offsetof(struct init_block, path) },
    };
    strlcpy(block->path, INIT_PATH, sizeof(block->path));
    struct ipc_port *initrd = initrd_port(&block->info.initrd_size);
    block_add_port(block, task, STARTUP_PORT_HOST_PRIV, kernel_port_make_send(the_host.priv_port));
    block_add_port(block, task, STARTUP_PORT_HOST_SECURITY,
                   kernel_port_make_send(the_host.security_port));
    block_add_port(block, task, STARTUP_PORT_DEVICE_MASTER,
                   kernel_port_make_send(the_host.device_port));
    block_add_port(block, task, STARTUP_PORT_INITRD, initrd);
}

/* Map the stack and write the block at its top. */
static kern_return_t make_stack(struct init_state *state)
{
    struct vm_map_request request = {
        .address = INIT_STACK_TOP - INIT_STACK_SIZE,
        .size = INIT_STACK_SIZE,
        .flags = VM_FLAGS_FIXED,
        .protection = VM_PROT_READ | VM_PROT_WRITE,
        .max_protection = VM_PROT_ALL,
        .inheritance = VM_INHERIT_DEFAULT,
    };
    kern_return_t result = vm_map_enter(state->task->map, &request);
    if (result != KERN_SUCCESS) {
        return result;
    }
    struct init_block block;
    block_fill(&block, state->task);
    state->block_address = (INIT_STACK_TOP - sizeof(block)) & ~UINT64_C(15);
    return vm_map_write_bytes(state->task->map, state->block_address, &block, sizeof(block));
}

/* The first thread, which starts at once. */
static kern_return_t start_thread(const struct init_state *state)
{
    struct thread *thread;
    kern_return_t result = thread_create_in_task(state->task, &thread);
    if (result == KERN_SUCCESS) {
        context_set_user_start(&thread->context, state->entry, state->block_address,
                               state->block_address);
        result = thread_user_unhold(thread);
        thread_release(thread);
    }
    return result;
}

static kern_return_t load_init(const struct boot_module *module, struct init_state *state)
{
    kern_return_t result =
        elf_load(state->task->map, "init", module_data(module), module->size, &state->entry);
    if (result == KERN_SUCCESS) {
        module_free(module);
        result = make_stack(state);
        if (result == KERN_SUCCESS) {
            log_info("Starting init...");
            result = start_thread(state);
        }
        if (result != KERN_SUCCESS) {
            log_error("init: no stack or thread (error %d)", result);
        }
    }
    return result;
}

bool bootstrap_start_init(void)
{
    const struct boot_module *module = module_find(MODULE_INIT);
    if (module == nullptr) {
        log_error("boot: there is no module init (see grub.cfg)");
        return false;
    }
    struct init_state state = { 0 };
    kern_return_t result = task_create_object(nullptr, false, &state.task);
    if (result != KERN_SUCCESS) {
        log_error("boot: no memory for init's task");
        return false;
    }
    result = load_init(module, &state);
    if (result != KERN_SUCCESS) {
        task_terminate_object(state.task);
    }
    task_release(state.task);
    return result == KERN_SUCCESS;
}
