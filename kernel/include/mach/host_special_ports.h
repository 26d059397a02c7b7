/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports that the kernel keeps for the whole machine. Numbers up to HOST_MAX_SPECIAL_KERNEL_PORT are
 * the kernel's own and can only be read; the others are registered by servers.
 */
#pragma once

#define HOST_SECURITY_PORT  0
#define HOST_PORT           1
#define HOST_PRIV_PORT      2
#define HOST_IO_MAIN_PORT   3
#define HOST_IO_MASTER_PORT HOST_IO_MAIN_PORT

#define HOST_MIN_SPECIAL_PORT         HOST_SECURITY_PORT
#define HOST_MAX_SPECIAL_KERNEL_PORT  7
#define HOST_LAST_SPECIAL_KERNEL_PORT HOST_IO_MAIN_PORT

#define HOST_DYNAMIC_PAGER_PORT     (1 + HOST_MAX_SPECIAL_KERNEL_PORT)
#define HOST_AUDIT_CONTROL_PORT     (2 + HOST_MAX_SPECIAL_KERNEL_PORT)
#define HOST_USER_NOTIFICATION_PORT (3 + HOST_MAX_SPECIAL_KERNEL_PORT)
#define HOST_LAUNCHCTL_PORT         (9 + HOST_MAX_SPECIAL_KERNEL_PORT)
#define HOST_UNFREED_PORT           (10 + HOST_MAX_SPECIAL_KERNEL_PORT)
#define HOST_MAX_SPECIAL_PORT       (28 + HOST_MAX_SPECIAL_KERNEL_PORT)

/* The machine the caller runs on. */
#define HOST_LOCAL_NODE (-1)

#define host_get_host_port(host, port) \
    (host_get_special_port((host), HOST_LOCAL_NODE, HOST_PORT, (port)))
#define host_get_host_priv_port(host, port) \
    (host_get_special_port((host), HOST_LOCAL_NODE, HOST_PRIV_PORT, (port)))
#define host_get_io_main_port(host, port) \
    (host_get_special_port((host), HOST_LOCAL_NODE, HOST_IO_MAIN_PORT, (port)))
#define host_get_io_master_port(host, port) host_get_io_main_port((host), (port))
