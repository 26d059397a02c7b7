/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's traps as functions. Programs use most of them under other names: mach_msg() for
 * mach_msg_trap(), mach_port_allocate() for _kernelrpc_mach_port_allocate_trap(), which works on the
 * caller's own task only (MACH_SEND_INVALID_DEST for another).
 */
#pragma once

#include <mach/clock_types.h>
#include <mach/mach_time.h>
#include <mach/mach_types.h>
#include <mach/message.h>
#include <mach/thread_switch.h>

MACH_BEGIN_DECLS

/* A new receive right, for replies. */
mach_port_t mach_reply_port(void);

/* Send rights to the caller's own task, thread and host; each call adds a user reference. */
mach_port_t task_self_trap(void);
mach_port_t thread_self_trap(void);
mach_port_t host_self_trap(void);

mach_msg_return_t mach_msg_trap(mach_msg_header_t *msg, mach_msg_option_t option,
                                mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                                mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                                mach_port_name_t notify);
mach_msg_return_t mach_msg_overwrite_trap(mach_msg_header_t *msg, mach_msg_option_t option,
                                          mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                                          mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                                          mach_port_name_t notify, mach_msg_header_t *rcv_msg);

/*
 * Let other threads run: swtch() those that are as important, swtch_pri() all, for a slice of time at most.
 * Returns: are other threads waiting for the processor?
 */
boolean_t swtch(void);
boolean_t swtch_pri(int priority);

/*
 * Tasks and process numbers. TARGET is the caller's task. A task port is had of oneself and of one's
 * children only.
 *
 * References: the caller gets a send right.
 * Errors: KERN_INVALID_ARGUMENT, TARGET is not the caller's task; KERN_FAILURE, there is no such
 *         process, or it is another's; of pid_for_task, TASK is none, or no process.
 */
kern_return_t task_for_pid(mach_port_name_t target, int pid, mach_port_name_t *task);
kern_return_t task_name_for_pid(mach_port_name_t target, int pid, mach_port_name_t *task);
kern_return_t task_inspect_for_pid(mach_port_name_t target, int pid, mach_port_name_t *task);
kern_return_t task_read_for_pid(mach_port_name_t target, int pid, mach_port_name_t *task);
kern_return_t pid_for_task(mach_port_name_t task, int *pid);

/* Let THREAD (or anybody, if null) run; OPTION is a SWITCH_OPTION_*, TIME in milliseconds. */
kern_return_t thread_switch(mach_port_name_t thread, int option, mach_msg_timeout_t time);

/* <mach/semaphore.h> names these without "_trap"; its time-outs are structures. */
kern_return_t semaphore_signal_trap(mach_port_name_t semaphore);
kern_return_t semaphore_signal_all_trap(mach_port_name_t semaphore);
kern_return_t semaphore_signal_thread_trap(mach_port_name_t semaphore, mach_port_name_t thread);
kern_return_t semaphore_wait_trap(mach_port_name_t semaphore);
kern_return_t semaphore_wait_signal_trap(mach_port_name_t wait, mach_port_name_t signal);
kern_return_t semaphore_timedwait_trap(mach_port_name_t semaphore, unsigned int sec,
                                       clock_res_t nsec);
kern_return_t semaphore_timedwait_signal_trap(mach_port_name_t wait, mach_port_name_t signal,
                                              unsigned int sec, clock_res_t nsec);

kern_return_t host_create_mach_voucher_trap(mach_port_name_t host,
                                            mach_voucher_attr_raw_recipe_array_t recipes,
                                            int recipes_size, mach_port_name_t *voucher);
kern_return_t mach_voucher_extract_attr_recipe_trap(mach_port_name_t voucher_name,
                                                    mach_voucher_attr_key_t key,
                                                    mach_voucher_attr_raw_recipe_t recipe,
                                                    mach_msg_type_number_t *recipe_size);

/* <mach/mach_time.h> names these without "_trap". */
kern_return_t mach_timebase_info_trap(mach_timebase_info_t info);
kern_return_t mach_wait_until_trap(uint64_t deadline);

/*
 * Sleep by the clock CLOCK_NAME (null: the system's): TYPE is TIME_ABSOLUTE or TIME_RELATIVE. WAKEUP_TIME, if
 * not null, becomes the time at which the sleep ended, or was to end if it was broken off.
 * Errors: KERN_INVALID_ARGUMENT, no clock; KERN_FAILURE, that clock cannot; KERN_INVALID_VALUE, no such type or
 *         time; KERN_ABORTED.
 */
kern_return_t clock_sleep_trap(mach_port_name_t clock_name, sleep_type_t sleep_type, int sleep_sec,
                               int sleep_nsec, mach_timespec_t *wakeup_time);

/* Make ADDRESS the base of the calling thread's fs segment. */
kern_return_t thread_set_tls_base_trap(vm_address_t address);

kern_return_t _kernelrpc_mach_vm_allocate_trap(mach_port_name_t target, mach_vm_address_t *address,
                                               mach_vm_size_t size, int flags);
kern_return_t _kernelrpc_mach_vm_deallocate_trap(mach_port_name_t target, mach_vm_address_t address,
                                                 mach_vm_size_t size);
kern_return_t _kernelrpc_mach_vm_protect_trap(mach_port_name_t target, mach_vm_address_t address,
                                              mach_vm_size_t size, int set_maximum,
                                              vm_prot_t new_protection);
kern_return_t _kernelrpc_mach_vm_map_trap(mach_port_name_t target, mach_vm_address_t *address,
                                          mach_vm_size_t size, mach_vm_offset_t mask, int flags,
                                          vm_prot_t cur_protection);
kern_return_t _kernelrpc_mach_port_allocate_trap(mach_port_name_t target, mach_port_right_t right,
                                                 mach_port_name_t *name);
kern_return_t _kernelrpc_mach_port_deallocate_trap(mach_port_name_t target, mach_port_name_t name);
kern_return_t _kernelrpc_mach_port_mod_refs_trap(mach_port_name_t target, mach_port_name_t name,
                                                 mach_port_right_t right, mach_port_delta_t delta);
kern_return_t _kernelrpc_mach_port_move_member_trap(mach_port_name_t target,
                                                    mach_port_name_t member,
                                                    mach_port_name_t after);
kern_return_t _kernelrpc_mach_port_get_attributes_trap(mach_port_name_t target,
                                                       mach_port_name_t name,
                                                       mach_port_flavor_t flavor,
                                                       mach_port_info_t port_info_out,
                                                       mach_msg_type_number_t *port_info_outCnt);
kern_return_t _kernelrpc_mach_port_construct_trap(mach_port_name_t target,
                                                  mach_port_options_t *options, uint64_t context,
                                                  mach_port_name_t *name);
kern_return_t _kernelrpc_mach_port_destruct_trap(mach_port_name_t target, mach_port_name_t name,
                                                 mach_port_delta_t srdelta, uint64_t guard);
kern_return_t _kernelrpc_mach_port_guard_trap(mach_port_name_t target, mach_port_name_t name,
                                              uint64_t guard, boolean_t strict);
kern_return_t _kernelrpc_mach_port_unguard_trap(mach_port_name_t target, mach_port_name_t name,
                                                uint64_t guard);
kern_return_t _kernelrpc_mach_port_insert_right_trap(mach_port_name_t target, mach_port_name_t name,
                                                     mach_port_name_t poly,
                                                     mach_msg_type_name_t disposition);
kern_return_t _kernelrpc_mach_port_insert_member_trap(mach_port_name_t target,
                                                      mach_port_name_t name, mach_port_name_t pset);
kern_return_t _kernelrpc_mach_port_extract_member_trap(mach_port_name_t target,
                                                       mach_port_name_t name,
                                                       mach_port_name_t pset);
kern_return_t _kernelrpc_mach_port_type_trap(mach_port_name_t target, mach_port_name_t name,
                                             mach_port_type_t *type);
kern_return_t _kernelrpc_mach_port_request_notification_trap(
    mach_port_name_t target, mach_port_name_t name, mach_msg_id_t id, mach_port_mscount_t sync,
    mach_port_name_t notify, mach_msg_type_name_t disposition, mach_port_name_t *previous);

MACH_END_DECLS
