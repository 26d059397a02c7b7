/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts become messages in the interrupt itself.  An interrupt is masked from its arrival to
 * the driver's acknowledgement, so that one message each is enough: it is made at the registration
 * and, anew, at each acknowledgement, and sending it needs no memory.
 *
 * Locks: an interrupt's spin lock -> the port of its driver.
 */
#include <kern/device.h>

#include <mach/device_types.h>

#include <lib/log.h>
#include <arch/boot_info.h>
#include <arch/irq.h>
#include <arch/upcalls.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <vm/vm_object.h>
#include <device_server.h>
#include <kern/kernel_port.h>
#include <kern/memory_entry.h>
#include <kern/task.h>

/* One past the highest physical address a processor may have (Intel SDM vol. 3 section 4.1.4). */
#define PHYSICAL_END (UINT64_C(1) << 52)

/* Below the first megabyte, this is for devices although the direct map covers it. */
#define LEGACY_DEVICES_START UINT64_C(0xa0000)
#define LEGACY_DEVICES_END   UINT64_C(0x100000)

struct interrupt {
    struct spinlock lock;
    struct ipc_port *notify;  /* (lock) send right; null: not registered */
    struct ipc_kmsg *message; /* (lock) to send next time; null: it is on its way */
    uint32_t count;           /* (lock) */
};

static struct interrupt interrupts[IRQ_MAX];

static_assert(IRQ_MAX == DEVICE_INTERRUPT_MAX);

/* Ports of the interrupt controllers and the timer, which are the kernel's. */
static const struct {
    uint32_t first;
    uint32_t last;
} kernel_io_ports[] = { { 0x20, 0x21 }, { 0x40, 0x43 }, { 0xa0, 0xa1 } };

void device_init(void)
{
    for (uint32_t irq = 0; irq < IRQ_MAX; irq++) {
        spinlock_init(&interrupts[irq].lock, LOCK_CLASS_DEVICE_INTERRUPT);
    }
}

/* A message that says IRQ; its count comes when it is sent.  Returns: null without memory. */
static struct ipc_kmsg *message_create(uint32_t irq)
{
    interrupt_state_t state = interrupts_save();
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(sizeof(struct device_interrupt_message));
    interrupts_restore(state);
    if (kmsg != nullptr) {
        struct device_interrupt_message *message = (struct device_interrupt_message *)&kmsg->header;
        *message = (struct device_interrupt_message){
            .Head = { .msgh_size = sizeof(*message), .msgh_id = DEVICE_INTERRUPT_MSGH_ID },
            .NDR = NDR_record,
            .irq = irq,
        };
        kmsg->destination_type = MACH_MSG_TYPE_PORT_SEND;
    }
    return kmsg;
}

/* Take INTERRUPT's registration away.  The caller drops what was there: *NOTIFY and the message
 * returned. */
static struct ipc_kmsg *registration_take(struct interrupt *interrupt, struct ipc_port **notify)
    REQUIRES(interrupt->lock)
{
    struct ipc_kmsg *message = interrupt->message;
    *notify = interrupt->notify;
    interrupt->notify = nullptr;
    interrupt->message = nullptr;
    return message;
}

static void registration_drop(struct ipc_port *notify, struct ipc_kmsg *message)
{
    send_right_release(notify);
    if (message != nullptr) {
        interrupt_state_t state = interrupts_save();
        ipc_kmsg_destroy(message);
        interrupts_restore(state);
    }
}

void upcall_interrupt(uint32_t irq)
{
    struct interrupt *interrupt = &interrupts[irq];
    spin_lock(&interrupt->lock);
    struct ipc_kmsg *message = interrupt->message;
    struct ipc_port *notify = message != nullptr ? ipc_port_copy_send(interrupt->notify) : nullptr;
    if (ipc_port_is_valid(notify)) {
        interrupt->message = nullptr;
        interrupt->count++;
        ((struct device_interrupt_message *)&message->header)->count = interrupt->count;
        message->destination = notify;
    }
    spin_unlock(&interrupt->lock);
    if (ipc_port_is_valid(notify)) {
        ipc_mqueue_post(message);
    }
    /* Without a living driver the interrupt stays masked until somebody registers for it again. */
}

/* True if INTERRUPT is registered for a port that lives. */
static bool is_taken(const struct interrupt *interrupt) REQUIRES(interrupt->lock)
{
    return interrupt->notify != nullptr && interrupt->notify->object.is_active;
}

/* Put NOTIFY and MESSAGE into INTERRUPT, and what was there instead into them. */
static kern_return_t registration_exchange(struct interrupt *interrupt, struct ipc_port **notify,
                                           struct ipc_kmsg **message)
{
    kern_return_t result = KERN_RIGHT_EXISTS;
    interrupt_state_t state = spin_lock_save(&interrupt->lock);
    if (!is_taken(interrupt)) {
        struct ipc_port *old_notify;
        struct ipc_kmsg *old_message = registration_take(interrupt, &old_notify);
        interrupt->notify = *notify;
        interrupt->message = *message;
        interrupt->count = 0;
        *notify = old_notify;
        *message = old_message;
        result = KERN_SUCCESS;
    }
    spin_unlock_restore(&interrupt->lock, state);
    return result;
}

kern_return_t device_register_interrupt(device_master_t master, unsigned irq, ipc_port_t notify)
{
    if (master == nullptr || !ipc_port_is_valid(notify) ||
        notify->kobject_kind != IPC_KOBJECT_NONE) {
        return KERN_INVALID_CAPABILITY;
    }
    if (irq >= IRQ_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    struct ipc_kmsg *message = message_create(irq);
    if (message == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    struct ipc_port *right = send_right_copy(notify);
    kern_return_t result = registration_exchange(&interrupts[irq], &right, &message);
    registration_drop(right, message);
    if (result != KERN_SUCCESS) {
        return result;
    }
    irq_disable(irq); /* a former driver may have left it masked */
    result = irq_enable(irq);
    if (result != KERN_SUCCESS) {
        interrupt_state_t state = spin_lock_save(&interrupts[irq].lock);
        message = registration_take(&interrupts[irq], &right);
        spin_unlock_restore(&interrupts[irq].lock, state);
        registration_drop(right, message);
        return result;
    }
    send_right_release(notify);
    return KERN_SUCCESS;
}

kern_return_t device_acknowledge_interrupt(device_master_t master, unsigned irq)
{
    if (master == nullptr) {
        return KERN_INVALID_CAPABILITY;
    }
    if (irq >= IRQ_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    struct interrupt *interrupt = &interrupts[irq];
    struct ipc_kmsg *message = message_create(irq);
    if (message == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    interrupt_state_t state = spin_lock_save(&interrupt->lock);
    bool is_registered = interrupt->notify != nullptr;
    bool is_due = is_registered && interrupt->message == nullptr;
    if (is_due) {
        interrupt->message = message;
    }
    spin_unlock(&interrupt->lock);
    if (is_due) {
        irq_unmask(irq);
    } else {
        ipc_kmsg_destroy(message);
    }
    interrupts_restore(state);
    return is_registered ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

kern_return_t device_release_interrupt(device_master_t master, unsigned irq)
{
    if (master == nullptr) {
        return KERN_INVALID_CAPABILITY;
    }
    if (irq >= IRQ_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    struct ipc_port *notify;
    interrupt_state_t state = spin_lock_save(&interrupts[irq].lock);
    struct ipc_kmsg *message = registration_take(&interrupts[irq], &notify);
    spin_unlock_restore(&interrupts[irq].lock, state);
    if (notify == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    irq_disable(irq);
    registration_drop(notify, message);
    return KERN_SUCCESS;
}

static bool range_has_kernel_io_ports(uint32_t first, uint32_t last)
{
    for (uint32_t i = 0; i < ARRAY_SIZE(kernel_io_ports); i++) {
        if (first <= kernel_io_ports[i].last && last >= kernel_io_ports[i].first) {
            return true;
        }
    }
    return false;
}

kern_return_t device_grant_io_ports(device_master_t master, task_t task, unsigned first,
                                    unsigned count)
{
    if (master == nullptr) {
        return KERN_INVALID_CAPABILITY;
    }
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (count == 0 || first >= DEVICE_IO_PORT_MAX || count > DEVICE_IO_PORT_MAX - first) {
        return KERN_INVALID_ARGUMENT;
    }
    if (range_has_kernel_io_ports(first, first + count - 1)) {
        return KERN_NO_ACCESS;
    }
    mutex_lock(&task->lock);
    kern_return_t result =
        task->is_active ? pmap_grant_io_ports(task->map->pmap, first, count) : KERN_INVALID_TASK;
    mutex_unlock(&task->lock);
    return result;
}

/* True if [START, END) touches RAM: what the direct map covers, except for the old device hole. */
static bool range_has_ram(uint64_t start, uint64_t end)
{
    phys_addr_t unused;
    if (start >= LEGACY_DEVICES_START && end <= LEGACY_DEVICES_END) {
        return false;
    }
    for (uint64_t at = start; at < end && at < boot_info.highest_ram; at += PAGE_SIZE) {
        if (pmap_extract(kernel_pmap, (virt_addr_t)phys_to_virt(at), &unused)) {
            return true;
        }
    }
    return false;
}

static bool cache_mode(int caching, enum pmap_cache *cache)
{
    switch (caching) {
    case DEVICE_CACHE_WRITE_BACK: *cache = PMAP_CACHE_NORMAL; return true;
    case DEVICE_CACHE_UNCACHED: *cache = PMAP_CACHE_DEVICE; return true;
    case DEVICE_CACHE_WRITE_COMBINING: *cache = PMAP_CACHE_WRITE_COMBINING; return true;
    default: return false;
    }
}

kern_return_t device_map_physical(device_master_t master, uint64_t address, uint64_t size,
                                  vm_prot_t protection, int caching, ipc_port_t *entry)
{
    enum pmap_cache cache;
    if (master == nullptr) {
        return KERN_INVALID_CAPABILITY;
    }
    if (size == 0 || ((address | size) & PAGE_MASK) != 0 || address >= PHYSICAL_END ||
        size > PHYSICAL_END - address || size > VM_OBJECT_SIZE_MAX ||
        (protection & ~(VM_PROT_READ | VM_PROT_WRITE)) != 0 || !cache_mode(caching, &cache)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (range_has_ram(address, address + size)) {
        return KERN_NO_ACCESS;
    }
    struct memory_entry values = {
        .object = vm_object_create_physical(address, size, cache),
        .size = size,
        .protection = protection,
    };
    if (values.object == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    vm_object_raise_use(values.object, VM_OBJECT_SHARED);
    *entry = memory_entry_create(&values);
    if (*entry == nullptr) {
        vm_object_release(values.object);
        return KERN_RESOURCE_SHORTAGE;
    }
    return KERN_SUCCESS;
}

kern_return_t device_take_screen(device_master_t master, device_screen_t *screen)
{
    if (master == nullptr) {
        return KERN_INVALID_CAPABILITY;
    }
    const struct boot_screen *found = &boot_info.screen;
    *screen = (device_screen_t){
        .address = found->address,
        .pitch = found->pitch,
        .width = found->width,
        .height = found->height,
        .bits_per_pixel = found->bits_per_pixel,
        .is_text = found->is_text,
        .red_shift = found->red_shift,
        .green_shift = found->green_shift,
        .blue_shift = found->blue_shift,
    };
    boot_screen_release();
    return KERN_SUCCESS;
}
