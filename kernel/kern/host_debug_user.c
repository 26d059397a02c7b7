/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines of idl/mach_host.defs that show what the kernel holds: zones and classes of locks.
 */
#include <mach_host_server.h>

#include <mach/ledger.h>
#include <mach/lock_info.h>
#include <mach/vm_statistics.h>

#include <lib/string.h>
#include <mem/vm_page.h>
#include <mem/zone.h>
#include <sched/lock_info.h>
#include <vm/vm_map_copy.h>

/* A list that zones are entered in, each in both arrays. */
struct zone_list {
    mach_msg_type_number_t count;
    mach_zone_name_t names[LEDGER_ENTRY_MAX];
    mach_zone_info_t infos[LEDGER_ENTRY_MAX];
};

/* Classes of locks as they are told, and as they are read. */
struct lock_list {
    lockgroup_info_t groups[LOCK_INFO_MAX];
    lock_info_t classes[LOCK_INFO_MAX];
};

/* The bytes of empty slabs could be had back; the lowest bit says that the zone gives them. */
static uint64_t collectable(uint64_t slabs, uint64_t slab_size)
{
    return slabs * slab_size << 1 | 1;
}

static mach_zone_info_t figures_of(const struct zone *zone)
{
    uint64_t slab_size = PAGE_SIZE << zone->slab_order;
    mach_zone_info_t info = { .mzi_count = zone_in_use(zone), .mzi_elem_size = zone->size };
    if (zone->size != 0) {
        info.mzi_cur_size = zone->slab_count * slab_size;
        info.mzi_alloc_size = slab_size;
        info.mzi_collectable = collectable(zone->empty_slabs, slab_size);
    }
    return info;
}

static void visit_zone(const struct zone *zone, void *argument)
{
    struct zone_list *list = argument;
    if (list->count == LEDGER_ENTRY_MAX) {
        return;
    }
    mach_zone_name_t *name = &list->names[list->count];
    strlcpy(name->mzn_name, zone->name, sizeof(name->mzn_name));
    list->infos[list->count++] = figures_of(zone);
}

/* The two arrays of LIST as copies for a message. */
static kern_return_t copy_list(const struct zone_list *list, vm_map_copy_t *names,
                               vm_map_copy_t *infos)
{
    kern_return_t result =
        vm_map_copyin_kernel(list->names, list->count * sizeof(*list->names), names);
    if (result == KERN_SUCCESS) {
        result = vm_map_copyin_kernel(list->infos, list->count * sizeof(*list->infos), infos);
        if (result != KERN_SUCCESS) {
            vm_map_copy_discard(*names);
        }
    }
    return result;
}

kern_return_t mach_zone_info(host_priv_t host, vm_map_copy_t *names,
                             mach_msg_type_number_t *namesCnt, vm_map_copy_t *info,
                             mach_msg_type_number_t *infoCnt)
{
    if (host == nullptr) {
        return KERN_INVALID_HOST;
    }
    struct zone_list *list = kalloc_zeroed(sizeof(*list));
    if (list == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    zone_visit(visit_zone, list);
    kern_return_t result = copy_list(list, names, info);
    *namesCnt = *infoCnt = list->count;
    kfree(list, sizeof(*list));
    return result;
}

/* A zone that is looked for. */
struct zone_search {
    const char *wanted; /* its name; null: the one that holds most memory */
    const char *name;   /* null: none was found yet */
    mach_zone_info_t info;
};

static void visit_candidate(const struct zone *zone, void *argument)
{
    struct zone_search *search = argument;
    mach_zone_info_t info = figures_of(zone);
    bool is_better = search->wanted != nullptr
                         ? search->name == nullptr && strcmp(zone->name, search->wanted) == 0
                         : search->name == nullptr || info.mzi_cur_size > search->info.mzi_cur_size;
    if (is_better) {
        search->name = zone->name;
        search->info = info;
    }
}

kern_return_t mach_zone_info_for_zone(host_priv_t host, mach_zone_name_t name,
                                      mach_zone_info_t *info)
{
    if (host == nullptr) {
        return KERN_INVALID_HOST;
    }
    name.mzn_name[sizeof(name.mzn_name) - 1] = '\0';
    struct zone_search search = { .wanted = name.mzn_name };
    zone_visit(visit_candidate, &search);
    if (search.name == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    *info = search.info;
    return KERN_SUCCESS;
}

kern_return_t mach_zone_info_for_largest_zone(host_priv_t host, mach_zone_name_t *name,
                                              mach_zone_info_t *info)
{
    if (host == nullptr) {
        return KERN_INVALID_HOST;
    }
    struct zone_search search = {};
    zone_visit(visit_candidate, &search);
    *name = (mach_zone_name_t){};
    strlcpy(name->mzn_name, search.name, sizeof(name->mzn_name));
    *info = search.info;
    return KERN_SUCCESS;
}

kern_return_t mach_zone_force_gc(host_t host)
{
    if (host == nullptr) {
        return KERN_INVALID_HOST;
    }
    zone_collect();
    return KERN_SUCCESS;
}

static void add_zone(const struct zone *zone, void *argument)
{
    uint64_t *bytes = argument;
    *bytes += figures_of(zone).mzi_cur_size;
}

kern_return_t mach_memory_info(host_priv_t host, vm_map_copy_t *names,
                               mach_msg_type_number_t *namesCnt, vm_map_copy_t *info,
                               mach_msg_type_number_t *infoCnt, vm_map_copy_t *memory_info,
                               mach_msg_type_number_t *memory_infoCnt)
{
    mach_memory_info_t counts[] = {
        { .flags = VM_KERN_SITE_COUNTER,
          .site = VM_KERN_COUNT_MANAGED,
          .size = vm_page_total() * PAGE_SIZE,
          .free = vm_page_free_count() * PAGE_SIZE },
        { .flags = VM_KERN_SITE_COUNTER | VM_KERN_SITE_WIRED, .site = VM_KERN_COUNT_MAP_ZONE },
    };
    zone_visit(add_zone, &counts[1].size);
    kern_return_t result = mach_zone_info(host, names, namesCnt, info, infoCnt);
    if (result != KERN_SUCCESS) {
        return result;
    }
    result = vm_map_copyin_kernel(counts, sizeof(counts), memory_info);
    if (result != KERN_SUCCESS) {
        vm_map_copy_discard(*names);
        vm_map_copy_discard(*info);
        return result;
    }
    *memory_infoCnt = ARRAY_SIZE(counts);
    return KERN_SUCCESS;
}

/* What is not measured (how long locks were held and waited for in all) is 0. */
static lockgroup_info_t group_of(const lock_info_t *class)
{
    lockgroup_info_t group = { .lockgroup_attr = LOCKGROUP_ATTR_STAT };
    strlcpy(group.lockgroup_name, class->name, sizeof(group.lockgroup_name));
    if (class->is_mutex) {
        group.lock_mtx_cnt = 1;
        group.lock_mtx_util_cnt = class->acquisitions;
        group.lock_mtx_wait_cnt = class->contended;
        group.lock_mtx_held_max = class->longest_ns;
    } else {
        group.lock_spin_cnt = 1;
        group.lock_spin_util_cnt = class->acquisitions;
        group.lock_spin_miss_cnt = class->contended;
        group.lock_spin_held_max = class->longest_ns;
    }
    return group;
}

kern_return_t host_lockgroup_info(host_t host, vm_map_copy_t *lockgroup_info,
                                  mach_msg_type_number_t *lockgroup_infoCnt)
{
    if (host == nullptr) {
        return KERN_INVALID_HOST;
    }
    struct lock_list *list = kalloc(sizeof(*list));
    if (list == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    uint32_t count = lock_info_read(list->classes, LOCK_INFO_MAX);
    for (uint32_t i = 0; i < count; i++) {
        list->groups[i] = group_of(&list->classes[i]);
    }
    *lockgroup_infoCnt = count;
    kern_return_t result =
        count == 0
            ? KERN_NOT_SUPPORTED
            : vm_map_copyin_kernel(list->groups, count * sizeof(list->groups[0]), lockgroup_info);
    kfree(list, sizeof(*list));
    return result;
}

/* As Darwin's kernel answers, which is not made to be debugged so. */
kern_return_t host_virtual_physical_table_info(host_t host, vm_map_copy_t *info,
                                               mach_msg_type_number_t *infoCnt)
{
    (void)info;
    (void)infoCnt;
    return host == nullptr ? KERN_INVALID_HOST : KERN_FAILURE;
}
