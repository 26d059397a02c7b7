/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names that interface definitions use for kernel objects.  A translated type stands for the
 * object itself.
 */
#pragma once

struct clock;
struct device_master;
struct host;
struct ipc_port;
struct ipc_space;
struct ipc_voucher;
struct processor;
struct processor_set;
struct semaphore;
struct task;
struct thread;
struct vm_map;
struct vm_map_copy;

typedef struct ipc_port *ipc_port_t;
typedef struct ipc_port **ipc_port_array_t;
typedef struct ipc_space *ipc_space_t;
typedef struct task *task_t;
typedef struct thread *thread_t;
typedef struct vm_map *vm_map_t;
typedef struct vm_map_copy *vm_map_copy_t;
typedef struct host *host_t;
typedef struct host *host_priv_t;
typedef struct host *host_security_t;
typedef struct processor *processor_t;
typedef struct processor_set *processor_set_t;
typedef struct clock *clock_serv_t;
typedef struct clock *clock_ctrl_t;
typedef struct device_master *device_master_t;
typedef struct semaphore *semaphore_t;
typedef struct ipc_voucher *voucher_t;
