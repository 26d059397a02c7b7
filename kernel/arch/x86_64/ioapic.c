/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interrupt's vector is VECTOR_DEVICE_FIRST + its global number.  A level-triggered input is masked
 * before the local APIC hears that its interrupt was handled, or it would come again before the
 * driver has looked.  An edge that comes while its input is masked is lost, so edge-triggered inputs
 * are never masked: an edge too early is remembered, and irq_unmask() has the interrupt sent again.
 */
#include <ioapic.h>

#include <lib/log.h>
#include <arch/irq.h>
#include <arch/pmap.h>
#include <arch/spinlock.h>
#include <arch/upcalls.h>
#include <acpi.h>
#include <idt.h>
#include <lapic.h>

#define REGISTERS_SIZE 32

/* Indirect access: the number goes to one register, the value through the other. */
#define SELECT_REGISTER 0
#define DATA_REGISTER   4 /* in units of 4 bytes */

#define IO_APIC_VERSION 1
#define IO_APIC_ENTRY   0x10 /* two registers per input */

#define ENTRY_ACTIVE_LOW 0x02000u
#define ENTRY_LEVEL      0x08000u
#define ENTRY_MASKED     0x10000u

#define PIC_MASTER_DATA 0x21
#define PIC_SLAVE_DATA  0xa1

/* The ISA timer and the cascade of the old controllers are not for drivers. */
#define ISA_IRQ_TIMER   0
#define ISA_IRQ_CASCADE 2

struct io_apic {
    volatile uint32_t *registers;
    uint32_t first_gsi;
    uint32_t inputs;
};

static struct spinlock io_apic_lock = SPINLOCK_INITIALIZER(LOCK_CLASS_IO_APIC);
static struct io_apic io_apics[ACPI_IO_APIC_MAX];
static uint32_t io_apic_count;

/* What a driver wants of an input. */
struct route {
    uint16_t irq_plus_1; /* by which the driver knows it; 0: no driver */
    bool is_masked;      /* came, and irq_unmask() did not yet */
    bool is_pending;     /* edge: came once more */
};

static struct route routes[VECTOR_DEVICE_COUNT]; /* (io_apic_lock) by global number */

static uint32_t io_apic_read(const struct io_apic *apic, uint32_t number)
{
    apic->registers[SELECT_REGISTER] = number;
    return apic->registers[DATA_REGISTER];
}

static void io_apic_write(const struct io_apic *apic, uint32_t number, uint32_t value)
{
    apic->registers[SELECT_REGISTER] = number;
    apic->registers[DATA_REGISTER] = value;
}

static const struct io_apic *io_apic_of(uint32_t gsi)
{
    for (uint32_t i = 0; i < io_apic_count; i++) {
        if (gsi - io_apics[i].first_gsi < io_apics[i].inputs) {
            return &io_apics[i];
        }
    }
    return nullptr;
}

static void io_apic_add(const struct acpi_io_apic *description)
{
    struct io_apic *apic = &io_apics[io_apic_count];
    apic->registers = pmap_map_device(description->address, REGISTERS_SIZE);
    if (apic->registers == nullptr) {
        return;
    }
    apic->first_gsi = description->first_gsi;
    apic->inputs = (io_apic_read(apic, IO_APIC_VERSION) >> 16 & 0xff) + 1;
    io_apic_count++;
    for (uint32_t input = 0; input < apic->inputs; input++) {
        io_apic_write(apic, IO_APIC_ENTRY + 2 * input, ENTRY_MASKED);
    }
}

void ioapic_init(void)
{
    outb(PIC_MASTER_DATA, 0xff);
    outb(PIC_SLAVE_DATA, 0xff);
    for (uint32_t i = 0; i < acpi_info.madt.io_apic_count; i++) {
        io_apic_add(&acpi_info.madt.io_apics[i]);
    }
    if (io_apic_count == 0) {
        log_warning("no I/O APIC: device interrupts will not come");
    }
}

/* Where IRQ arrives and how.  Returns: false if it does not. */
static bool irq_find(uint32_t irq, struct acpi_isa_irq *line)
{
    if (irq == ISA_IRQ_TIMER || irq == ISA_IRQ_CASCADE) {
        return false;
    }
    if (irq < ACPI_ISA_IRQS) {
        *line = acpi_info.madt.isa_irqs[irq];
    } else {
        /* Beyond the ISA lines there are only PCI's. */
        *line = (struct acpi_isa_irq){ .gsi = irq, .active_low = true, .level = true };
    }
    return line->gsi < VECTOR_DEVICE_COUNT && io_apic_of(line->gsi) != nullptr;
}

/* Write the entry of LINE's input, with ENTRY_MASKED or without.  Locks: io_apic_lock. */
static void line_set(const struct acpi_isa_irq *line, uint32_t masked)
{
    const struct io_apic *apic = io_apic_of(line->gsi);
    uint32_t number = IO_APIC_ENTRY + 2 * (line->gsi - apic->first_gsi);
    uint32_t entry = VECTOR_DEVICE_FIRST + line->gsi;
    entry |= line->active_low ? ENTRY_ACTIVE_LOW : 0;
    entry |= line->level ? ENTRY_LEVEL : 0;
    io_apic_write(apic, number + 1, acpi_info.madt.cpu_apic_ids[0] << 24);
    io_apic_write(apic, number, entry | masked);
}

kern_return_t irq_enable(uint32_t irq)
{
    struct acpi_isa_irq line;
    if (irq >= IRQ_MAX || !irq_find(irq, &line)) {
        return KERN_INVALID_ARGUMENT;
    }
    interrupt_state_t state = spin_lock_save(&io_apic_lock);
    routes[line.gsi] = (struct route){ .irq_plus_1 = (uint16_t)(irq + 1) };
    line_set(&line, 0);
    spin_unlock_restore(&io_apic_lock, state);
    return KERN_SUCCESS;
}

void irq_disable(uint32_t irq)
{
    struct acpi_isa_irq line;
    if (irq < IRQ_MAX && irq_find(irq, &line)) {
        interrupt_state_t state = spin_lock_save(&io_apic_lock);
        routes[line.gsi] = (struct route){};
        line_set(&line, ENTRY_MASKED);
        spin_unlock_restore(&io_apic_lock, state);
    }
}

/* Locks: io_apic_lock. */
static void route_unmask(struct route *route, const struct acpi_isa_irq *line)
{
    route->is_masked = false;
    if (line->level) {
        line_set(line, 0);
    } else if (route->is_pending) {
        route->is_pending = false;
        lapic_send(acpi_info.madt.cpu_apic_ids[0], VECTOR_DEVICE_FIRST + line->gsi);
    }
}

void irq_unmask(uint32_t irq)
{
    struct acpi_isa_irq line;
    if (irq < IRQ_MAX && irq_find(irq, &line)) {
        interrupt_state_t state = spin_lock_save(&io_apic_lock);
        struct route *route = &routes[line.gsi];
        if (route->irq_plus_1 == irq + 1 && route->is_masked) {
            route_unmask(route, &line);
        }
        spin_unlock_restore(&io_apic_lock, state);
    }
}

/* Note that ROUTE's interrupt came.  Returns: true if the driver is to hear of it now. */
static bool route_take(struct route *route)
{
    struct acpi_isa_irq line;
    if (route->irq_plus_1 == 0 || !irq_find(route->irq_plus_1 - 1u, &line)) {
        return false;
    }
    if (route->is_masked) {
        route->is_pending = true;
        return false;
    }
    route->is_masked = true;
    if (line.level) {
        line_set(&line, ENTRY_MASKED);
    }
    return true;
}

void ioapic_interrupt(uint32_t gsi)
{
    spin_lock(&io_apic_lock);
    struct route *route = &routes[gsi];
    bool is_wanted = route_take(route);
    uint32_t irq = route->irq_plus_1 - 1u;
    spin_unlock(&io_apic_lock);
    lapic_end_of_interrupt();
    if (is_wanted) {
        upcall_interrupt(irq);
    }
}
