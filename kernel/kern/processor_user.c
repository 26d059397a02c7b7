/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines of idl/processor.defs, and those of the host's interfaces that are about processors.
 */
#include <host_priv_server.h>
#include <mach_host_server.h>
#include <processor_server.h>

#include <arch/cpu.h>
#include <mem/zone.h>
#include <sched/sched.h>
#include <sched/usage.h>
#include <vm/vm_map_copy.h>
#include <kern/host.h>
#include <kern/info.h>
#include <kern/kernel_port.h>
#include <kern/processor.h>

kern_return_t processor_start(processor_t processor)
{
    return processor == nullptr ? KERN_INVALID_ARGUMENT : processor_set_running(processor, true);
}

kern_return_t processor_exit(processor_t processor)
{
    return processor == nullptr ? KERN_INVALID_ARGUMENT : processor_set_running(processor, false);
}

static kern_return_t answer_basic(const struct processor *processor, integer_t *out,
                                  mach_msg_type_number_t *count)
{
    struct processor_basic_info info = {
        .cpu_type = CPU_TYPE_X86_64,
        .cpu_subtype = CPU_SUBTYPE_X86_64_ALL,
        .running = (sched_online_cpus() & CPU_BIT(processor->index)) != 0,
        .slot_num = (int)processor->index,
        .is_master = processor->index == 0,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_FAILURE);
}

static kern_return_t answer_load(const struct processor *processor, integer_t *out,
                                 mach_msg_type_number_t *count)
{
    struct processor_cpu_load_info info;
    info_cpu_ticks(info.cpu_ticks, CPU_BIT(processor->index));
    return info_answer(out, count, &info, sizeof(info), KERN_FAILURE);
}

static kern_return_t answer(const struct processor *processor, processor_flavor_t flavor,
                            integer_t *out, mach_msg_type_number_t *count)
{
    switch (flavor) {
    case PROCESSOR_BASIC_INFO: return answer_basic(processor, out, count);
    case PROCESSOR_CPU_LOAD_INFO: return answer_load(processor, out, count);
    default: return KERN_INVALID_ARGUMENT;
    }
}

kern_return_t processor_info(processor_t processor, processor_flavor_t flavor, host_t *host,
                             processor_info_t processor_info_out,
                             mach_msg_type_number_t *processor_info_outCnt)
{
    if (processor == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    *host = &the_host;
    return answer(processor, flavor, processor_info_out, processor_info_outCnt);
}

kern_return_t processor_control(processor_t processor,
                                [[maybe_unused]] processor_info_t processor_cmd,
                                [[maybe_unused]] mach_msg_type_number_t processor_cmdCnt)
{
    return processor == nullptr ? KERN_INVALID_ARGUMENT : KERN_FAILURE;
}

kern_return_t processor_assign(processor_t processor, processor_set_t new_set,
                               [[maybe_unused]] boolean_t wait)
{
    return processor == nullptr || new_set == nullptr ? KERN_INVALID_ARGUMENT : KERN_FAILURE;
}

kern_return_t processor_get_assignment(processor_t processor, processor_set_t *assigned_set)
{
    if (processor == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    *assigned_set = &default_processor_set;
    return KERN_SUCCESS;
}

kern_return_t host_processors(host_priv_t host_priv, ipc_port_t **out_processor_list,
                              mach_msg_type_number_t *out_processor_listCnt)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    uint32_t count = cpu_count();
    ipc_port_t *list = kalloc(count * sizeof(*list));
    if (list == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    for (uint32_t i = 0; i < count; i++) {
        list[i] = kernel_port_make_send(processors[i].port);
    }
    *out_processor_list = list;
    *out_processor_listCnt = count;
    return KERN_SUCCESS;
}

kern_return_t host_processor_sets(host_priv_t host_priv, ipc_port_t **processor_sets,
                                  mach_msg_type_number_t *processor_setsCnt)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    ipc_port_t *list = kalloc(sizeof(*list));
    if (list == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    list[0] = kernel_port_make_send(default_processor_set.name_port);
    *processor_sets = list;
    *processor_setsCnt = 1;
    return KERN_SUCCESS;
}

/* Most words that one processor's answer has. */
#define ANSWER_WORDS_MAX PROCESSOR_BASIC_INFO_COUNT
static_assert(PROCESSOR_CPU_LOAD_INFO_COUNT <= ANSWER_WORDS_MAX);

kern_return_t host_processor_info(host_t host, processor_flavor_t flavor,
                                  natural_t *out_processor_count, vm_map_copy_t *out_processor_info,
                                  mach_msg_type_number_t *out_processor_infoCnt)
{
    integer_t words[CPU_MAX * ANSWER_WORDS_MAX];
    mach_msg_type_number_t filled = 0;
    if (host == nullptr) {
        return KERN_INVALID_HOST;
    }
    uint32_t count = cpu_count();
    for (uint32_t i = 0; i < count; i++) {
        mach_msg_type_number_t room = ANSWER_WORDS_MAX;
        kern_return_t result = answer(&processors[i], flavor, words + filled, &room);
        if (result != KERN_SUCCESS) {
            return result;
        }
        filled += room;
    }
    *out_processor_count = count;
    *out_processor_infoCnt = filled;
    return vm_map_copyin_kernel(words, filled * sizeof(words[0]), out_processor_info);
}
