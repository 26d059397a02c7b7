/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Describing the ranges of a map to its user.
 */
#include <vm/vm_user.h>

#include <lib/object_number.h>
#include <lib/string.h>
#include <vm/vm_map_internal.h>
#include <vm/vm_shadow.h>

static_assert(sizeof(struct vm_object) >= OBJECT_NUMBER_UNIT);

/* What is worth telling about an entry's object. */
struct object_facts {
    uint32_t resident; /* pages of the entry's range in the first object */
    uint32_t references;
    uint16_t shadow_depth;
    uint8_t share_mode;
    bool is_paged;
    uint32_t id;
};

static uint8_t share_mode(const struct vm_map_entry *entry, uint32_t shadow_depth)
{
    if (vm_object_current_use(entry->object) == VM_OBJECT_SHARED) {
        return SM_SHARED;
    }
    bool is_copied = entry->needs_copy && !vm_object_is_sole(entry->object);
    return is_copied || shadow_depth > 0 ? SM_COW : SM_PRIVATE;
}

static struct object_facts object_facts(const struct vm_map_entry *entry)
{
    struct vm_object *object = entry->object;
    if (object == nullptr) {
        return (struct object_facts){ .share_mode = SM_EMPTY };
    }
    uint32_t depth = vm_object_chain_length(object);
    return (struct object_facts){
        .resident =
            (uint32_t)vm_object_count_resident(object, entry->offset, entry->end - entry->start),
        .references = refcount_value(&object->references),
        .shadow_depth = (uint16_t)depth,
        .share_mode = share_mode(entry, depth),
        .is_paged = object->kind == VM_OBJECT_PAGED,
        .id = object_number(object),
    };
}

static void fill_basic_64(const struct vm_map_entry *entry, vm_region_info_t info)
{
    struct vm_region_basic_info_64 *basic = (struct vm_region_basic_info_64 *)info;
    uint8_t mode = object_facts(entry).share_mode;
    *basic = (struct vm_region_basic_info_64){
        .protection = entry->protection,
        .max_protection = entry->max_protection,
        .inheritance = entry->inheritance,
        .shared = mode == SM_SHARED,
        .offset = entry->offset,
        .behavior = entry->behavior,
    };
}

static void fill_basic(const struct vm_map_entry *entry, vm_region_info_t info)
{
    struct vm_region_basic_info *basic = (struct vm_region_basic_info *)info;
    uint8_t mode = object_facts(entry).share_mode;
    *basic = (struct vm_region_basic_info){
        .protection = entry->protection,
        .max_protection = entry->max_protection,
        .inheritance = entry->inheritance,
        .shared = mode == SM_SHARED,
        .offset = (uint32_t)entry->offset,
        .behavior = entry->behavior,
    };
}

static void fill_extended(const struct vm_map_entry *entry, vm_region_info_t info)
{
    struct vm_region_extended_info *extended = (struct vm_region_extended_info *)info;
    struct object_facts facts = object_facts(entry);
    *extended = (struct vm_region_extended_info){
        .protection = entry->protection,
        .user_tag = entry->user_tag,
        .pages_resident = facts.resident,
        .ref_count = facts.references,
        .shadow_depth = facts.shadow_depth,
        .external_pager = facts.is_paged,
        .share_mode = facts.share_mode,
    };
}

static void fill_top(const struct vm_map_entry *entry, vm_region_info_t info)
{
    struct vm_region_top_info *top = (struct vm_region_top_info *)info;
    struct object_facts facts = object_facts(entry);
    bool is_private = facts.share_mode == SM_PRIVATE;
    *top = (struct vm_region_top_info){
        .obj_id = (unsigned int)facts.id,
        .ref_count = facts.references,
        .private_pages_resident = is_private ? facts.resident : 0,
        .shared_pages_resident = is_private ? 0 : facts.resident,
        .share_mode = facts.share_mode,
    };
}

/* What a caller may ask for; each flavor's count is its structure's. */
static const struct flavor {
    vm_region_flavor_t flavor;
    mach_msg_type_number_t count;
    void (*fill)(const struct vm_map_entry *entry, vm_region_info_t info);
} flavors[] = {
    { VM_REGION_BASIC_INFO_64, VM_REGION_BASIC_INFO_COUNT_64, fill_basic_64 },
    { VM_REGION_BASIC_INFO, VM_REGION_BASIC_INFO_COUNT_64, fill_basic_64 },
    { VM_REGION_BASIC_INFO, VM_REGION_BASIC_INFO_COUNT, fill_basic },
    { VM_REGION_EXTENDED_INFO, VM_REGION_EXTENDED_INFO_COUNT, fill_extended },
    { VM_REGION_TOP_INFO, VM_REGION_TOP_INFO_COUNT, fill_top },
};

/* The first of the flavors for which COUNT words are enough, or null.  As on a Mac, a caller who
 * has room gets the 64-bit structure also for the old name. */
static const struct flavor *find_flavor(vm_region_flavor_t flavor, mach_msg_type_number_t count)
{
    for (size_t i = 0; i < ARRAY_SIZE(flavors); i++) {
        if (flavors[i].flavor == flavor && flavors[i].count <= count) {
            return &flavors[i];
        }
    }
    return nullptr;
}

/* The entry at or behind *ADDRESS, which becomes its start. */
static struct vm_map_entry *find_region(struct vm_map *map, mach_vm_address_t *address,
                                        mach_vm_size_t *size) REQUIRES(map->lock)
{
    struct vm_map_entry *entry = vm_map_lookup_from(map, *address);
    if (entry != nullptr) {
        *address = entry->start;
        *size = entry->end - entry->start;
    }
    return entry;
}

kern_return_t mach_vm_region(struct vm_map *target, mach_vm_address_t *address,
                             mach_vm_size_t *size, vm_region_flavor_t flavor, vm_region_info_t info,
                             mach_msg_type_number_t *info_count, struct ipc_port **object_name)
{
    const struct flavor *asked = find_flavor(flavor, *info_count);
    if (target == nullptr || asked == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    mutex_lock(&target->lock);
    struct vm_map_entry *entry = find_region(target, address, size);
    if (entry != nullptr) {
        asked->fill(entry, info);
    }
    mutex_unlock(&target->lock);
    if (entry == nullptr) {
        return KERN_INVALID_ADDRESS;
    }
    *info_count = asked->count;
    *object_name = nullptr;
    return KERN_SUCCESS;
}

static struct vm_region_submap_info_64 submap_info(const struct vm_map_entry *entry)
{
    struct object_facts facts = object_facts(entry);
    return (struct vm_region_submap_info_64){
        .protection = entry->protection,
        .max_protection = entry->max_protection,
        .inheritance = entry->inheritance,
        .offset = entry->offset,
        .user_tag = entry->user_tag,
        .pages_resident = facts.resident,
        .ref_count = facts.references,
        .shadow_depth = facts.shadow_depth,
        .external_pager = facts.is_paged,
        .share_mode = facts.share_mode,
        .behavior = entry->behavior,
        .object_id = (vm32_object_id_t)facts.id,
        .object_id_full = facts.id,
    };
}

/* What is left of INFO where nobody asked for its numbers of pages. */
static struct vm_region_submap_short_info_64 short_info(const struct vm_region_submap_info_64 *info)
{
    return (struct vm_region_submap_short_info_64){
        .protection = info->protection,
        .max_protection = info->max_protection,
        .inheritance = info->inheritance,
        .offset = info->offset,
        .user_tag = info->user_tag,
        .ref_count = info->ref_count,
        .shadow_depth = info->shadow_depth,
        .external_pager = info->external_pager,
        .share_mode = info->share_mode,
        .behavior = info->behavior,
        .object_id = info->object_id,
    };
}

/* Write as much of ANSWER as there is room for: one of the older versions, or the short form, which
 * is asked for by its length. */
static void answer_submap(const struct vm_region_submap_info_64 *answer,
                          vm_region_recurse_info_t info, mach_msg_type_number_t *info_count)
{
    mach_msg_type_number_t count = VM_REGION_SUBMAP_INFO_V2_COUNT_64;
    if (*info_count == VM_REGION_SUBMAP_SHORT_INFO_COUNT_64) {
        struct vm_region_submap_short_info_64 less = short_info(answer);
        memcpy(info, &less, sizeof(less));
        return;
    }
    if (*info_count < count) {
        count = *info_count < VM_REGION_SUBMAP_INFO_V1_COUNT_64 ? VM_REGION_SUBMAP_INFO_V0_COUNT_64
                                                                : VM_REGION_SUBMAP_INFO_V1_COUNT_64;
    }
    memcpy(info, answer, count * sizeof(natural_t));
    *info_count = count;
}

kern_return_t mach_vm_region_recurse(struct vm_map *target, mach_vm_address_t *address,
                                     mach_vm_size_t *size, natural_t *nesting_depth,
                                     vm_region_recurse_info_t info,
                                     mach_msg_type_number_t *info_count)
{
    if (target == nullptr || (*info_count < VM_REGION_SUBMAP_INFO_V0_COUNT_64 &&
                              *info_count != VM_REGION_SUBMAP_SHORT_INFO_COUNT_64)) {
        return KERN_INVALID_ARGUMENT;
    }
    mutex_lock(&target->lock);
    struct vm_map_entry *entry = find_region(target, address, size);
    struct vm_region_submap_info_64 answer = { 0 };
    if (entry != nullptr) {
        answer = submap_info(entry);
    }
    mutex_unlock(&target->lock);
    if (entry == nullptr) {
        return KERN_INVALID_ADDRESS;
    }
    answer_submap(&answer, info, info_count);
    *nesting_depth = 0;
    return KERN_SUCCESS;
}

kern_return_t mach_vm_region_recurse_old(struct vm_map *target, mach_vm_address_t *address,
                                         mach_vm_size_t *size, natural_t *nesting_depth,
                                         vm_region_recurse_info_t info,
                                         mach_msg_type_number_t *info_count)
{
    struct vm_region_submap_info_64 answer;
    mach_msg_type_number_t count = VM_REGION_SUBMAP_INFO_COUNT_64;
    if (*info_count < VM_REGION_SUBMAP_INFO_COUNT) {
        return KERN_INVALID_ARGUMENT;
    }
    kern_return_t result = mach_vm_region_recurse(target, address, size, nesting_depth,
                                                  (vm_region_recurse_info_t)&answer, &count);
    if (result != KERN_SUCCESS) {
        return result;
    }
    *(struct vm_region_submap_info *)info = (struct vm_region_submap_info){
        .protection = answer.protection,
        .max_protection = answer.max_protection,
        .inheritance = answer.inheritance,
        .offset = (uint32_t)answer.offset,
        .user_tag = answer.user_tag,
        .pages_resident = answer.pages_resident,
        .ref_count = answer.ref_count,
        .shadow_depth = answer.shadow_depth,
        .external_pager = answer.external_pager,
        .share_mode = answer.share_mode,
        .behavior = answer.behavior,
        .object_id = answer.object_id,
    };
    *info_count = VM_REGION_SUBMAP_INFO_COUNT;
    return KERN_SUCCESS;
}

/* What was different on 32 bits. */
kern_return_t mach_vm_region_old(struct vm_map *target, mach_vm_address_t *address,
                                 mach_vm_size_t *size, vm_region_flavor_t flavor,
                                 vm_region_info_t info, mach_msg_type_number_t *info_count,
                                 struct ipc_port **object_name)
{
    return mach_vm_region(target, address, size, flavor, info, info_count, object_name);
}
