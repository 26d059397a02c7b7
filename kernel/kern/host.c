/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only kernel objects that exist without anybody having made them.
 */
#include <kern/host.h>

#include <lib/panic.h>
#include <kern/kernel_port.h>

struct host the_host;
struct processor_set default_processor_set;
static struct device_master device_master = { .host = &the_host };

static struct ipc_port *port_for(enum ipc_kobject_kind kind, void *object)
{
    struct ipc_port *port = kernel_port_create(kind, object);
    if (port == nullptr) {
        panic("no memory for the host's ports");
    }
    return port;
}

void host_init(void)
{
    spinlock_init(&the_host.lock, LOCK_CLASS_HOST);
    the_host.port = port_for(IPC_KOBJECT_HOST, &the_host);
    the_host.priv_port = port_for(IPC_KOBJECT_HOST_PRIV, &the_host);
    the_host.security_port = port_for(IPC_KOBJECT_HOST_SECURITY, &the_host);
    the_host.device_port = port_for(IPC_KOBJECT_DEVICE_MASTER, &device_master);
    default_processor_set.port = port_for(IPC_KOBJECT_PROCESSOR_SET, &default_processor_set);
    default_processor_set.name_port =
        port_for(IPC_KOBJECT_PROCESSOR_SET_NAME, &default_processor_set);
}
