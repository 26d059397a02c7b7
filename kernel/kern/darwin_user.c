/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls about parts of Darwin that this system does not have: corpses, a linker and extensions that the kernel
 * knows, activities, several users, privileges that Apple signs for. They answer as a Darwin does that
 * lacks the part, or lacks the privilege.
 */
#include <host_priv_server.h>
#include <mach_host_server.h>
#include <mach_port_server.h>
#include <task_server.h>
#include <thread_act_server.h>

#include <lib/string.h>

kern_return_t task_set_phys_footprint_limit(task_t, int, int *)
{
    return KERN_NO_ACCESS;
}

kern_return_t task_generate_corpse(task_t task, ipc_port_t *)
{
    return task == nullptr ? KERN_INVALID_ARGUMENT : KERN_NOT_SUPPORTED;
}

kern_return_t task_map_corpse_info(task_t, task_t, vm_address_t *, uint32_t *)
{
    return KERN_INVALID_ARGUMENT;
}

kern_return_t task_map_corpse_info_64(task_t, task_t, mach_vm_address_t *, mach_vm_size_t *)
{
    return KERN_INVALID_ARGUMENT;
}

kern_return_t task_map_kcdata_object_64(task_t, ipc_port_t, mach_vm_address_t *, mach_vm_size_t *)
{
    return KERN_INVALID_ARGUMENT;
}

kern_return_t task_register_dyld_image_infos(task_t, vm_map_copy_t, mach_msg_type_number_t)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_unregister_dyld_image_infos(task_t, vm_map_copy_t, mach_msg_type_number_t)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_get_dyld_image_infos(task_t, vm_map_copy_t *, mach_msg_type_number_t *)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_register_dyld_shared_cache_image_info(task_t, dyld_kernel_image_info_t,
                                                         boolean_t, boolean_t)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_register_dyld_set_dyld_state(task_t, uint8_t)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_register_dyld_get_process_state(task_t, dyld_kernel_process_info_t *)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_dyld_process_info_notify_register(task_t, ipc_port_t)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_dyld_process_info_notify_deregister(task_t, mach_port_name_t)
{
    return KERN_NOT_SUPPORTED;
}

/* The processor could count, but what a virtual one says need not be true. */
kern_return_t task_inspect(task_t, task_inspect_flavor_t, task_inspect_info_t,
                           mach_msg_type_number_t *)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_test_sync_upcall(task_t, ipc_port_t)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_test_async_upcall_propagation(task_t, ipc_port_t, int, int)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_set_corpse_forking_behavior(task_t, task_corpse_forking_behavior_t)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t task_register_hardened_exception_handler(task_t, uint32_t, exception_mask_t,
                                                       exception_behavior_t, thread_state_flavor_t,
                                                       ipc_port_t)
{
    return KERN_DENIED;
}

kern_return_t thread_adopt_exception_handler(thread_t thread, ipc_port_t, exception_mask_t,
                                             exception_behavior_t, thread_state_flavor_t)
{
    return thread == nullptr ? KERN_INVALID_ARGUMENT : KERN_DENIED;
}

/* Nothing is signed on this kind of processor, as far as a state is known or not. */
kern_return_t thread_convert_thread_state(thread_t thread, int direction, thread_state_flavor_t,
                                          thread_state_t in_state,
                                          mach_msg_type_number_t in_stateCnt,
                                          thread_state_t out_state,
                                          mach_msg_type_number_t *out_stateCnt)
{
    if (thread == nullptr || (direction != THREAD_CONVERT_THREAD_STATE_TO_SELF &&
                              direction != THREAD_CONVERT_THREAD_STATE_FROM_SELF)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (in_stateCnt > *out_stateCnt) {
        return KERN_INSUFFICIENT_BUFFER_SIZE;
    }
    memcpy(out_state, in_state, in_stateCnt * sizeof(*in_state));
    *out_stateCnt = in_stateCnt;
    return KERN_SUCCESS;
}

kern_return_t task_set_port_space(ipc_space_t task, int)
{
    return task == nullptr ? KERN_INVALID_TASK : KERN_SUCCESS;
}

kern_return_t mach_port_special_reply_port_reset_link(ipc_space_t, mach_port_name_t, boolean_t *)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t host_default_memory_manager(host_priv_t host_priv, ipc_port_t *,
                                          memory_object_cluster_size_t)
{
    return host_priv == nullptr ? KERN_INVALID_HOST : KERN_NOT_SUPPORTED;
}

kern_return_t kext_request(host_priv_t host_priv, uint32_t, vm_map_copy_t, mach_msg_type_number_t,
                           vm_map_copy_t *, mach_msg_type_number_t *, vm_map_copy_t *,
                           mach_msg_type_number_t *, kern_return_t *)
{
    return host_priv == nullptr ? KERN_INVALID_HOST : KERN_NOT_SUPPORTED;
}

kern_return_t host_set_atm_diagnostic_flag(host_t host, uint32_t)
{
    return host == nullptr ? KERN_INVALID_ARGUMENT : KERN_NO_ACCESS;
}

kern_return_t host_get_atm_diagnostic_flag(host_t host, uint32_t *diagnostic_flag)
{
    if (host == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    *diagnostic_flag = 0;
    return KERN_SUCCESS;
}

kern_return_t host_set_multiuser_config_flags(host_priv_t, uint32_t)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t host_get_multiuser_config_flags(host_t, uint32_t *)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t host_check_multiuser_mode(host_t, uint32_t *)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t mach_zone_get_zlog_zones(host_priv_t, vm_map_copy_t *, mach_msg_type_number_t *)
{
    return KERN_FAILURE;
}

kern_return_t mach_zone_get_btlog_records(host_priv_t, mach_zone_name_t, vm_map_copy_t *,
                                          mach_msg_type_number_t *)
{
    return KERN_FAILURE;
}
