/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of mach_port.defs that list: the names of a task, the slots of its table, the members
 * of a set.  How long a list is shows when it is made, under a spin lock; the memory has to be there
 * before, so a list that outgrew it is made anew.
 */
#include <ipc/mach_port.h>

#include <lib/object_number.h>
#include <mem/zone.h>
#include <sched/sched.h>
#include <vm/vm_map_copy.h>
#include <ipc/ipc_request.h>
#include <ipc/ipc_right.h>
#include <ipc/mach_port_internal.h>

/* Items that may come while the memory for those seen is got. */
#define SLACK 16u

/* Entries that are listed without an interruption. */
#define STEP 256u

/* The bits of a name that count its reuse. */
#define GENERATION_MASK MACH_PORT_MAKE(0, MACH_PORT_GEN(MACH_PORT_DEAD))

struct item_list {
    void *source;     /* what is listed */
    size_t item_size; /* bytes */
    uint32_t room;    /* items there is memory for; before: how many may come */
    uint32_t count;   /* items there are; the first ROOM of them are written */
    void *items;
};

static void list_free(struct item_list *list)
{
    kfree(list->items, list->room * list->item_size);
}

/* Have FILL write all of LIST's items.  On success they are the caller's, to be freed.
 * Returns: KERN_SUCCESS; KERN_RESOURCE_SHORTAGE; what FILL returns. */
static kern_return_t list_make(struct item_list *list,
                               kern_return_t (*fill)(struct item_list *list))
{
    for (;;) {
        list->room += SLACK;
        list->items = kalloc(list->room * list->item_size);
        if (list->items == nullptr) {
            return KERN_RESOURCE_SHORTAGE;
        }
        list->count = 0;
        kern_return_t result = fill(list);
        if (result == KERN_SUCCESS && list->count <= list->room) {
            return KERN_SUCCESS;
        }
        list_free(list);
        if (result != KERN_SUCCESS) {
            return result;
        }
        list->room = list->count;
    }
}

/* LIST of names, one for each entry of the task in use, and as many types behind them. */
static void list_name(struct ipc_space *task, struct ipc_entry *entry, struct item_list *list)
    REQUIRES(task->lock)
{
    if (entry->bits == 0) {
        return;
    }
    if (list->count < list->room) {
        uint32_t *words = list->items;
        (void)ipc_right_check(task, entry);
        words[list->count] = entry->name;
        words[list->room + list->count] = ipc_entry_type(entry) | ipc_request_type(entry);
    }
    list->count++;
}

static_assert(sizeof(struct ipc_port) >= OBJECT_NUMBER_UNIT);
static_assert(sizeof(struct ipc_pset) >= OBJECT_NUMBER_UNIT);

/* LIST of slots, in use or not. */
static void list_slot(struct ipc_space *task, struct ipc_entry *entry, struct item_list *list)
    REQUIRES(task->lock)
{
    if (list->count < list->room) {
        ipc_info_name_t *info = &((ipc_info_name_t *)list->items)[list->count];
        *info = (ipc_info_name_t){ .iin_name = entry->name };
        if (entry->bits != 0) {
            (void)ipc_right_check(task, entry);
            info->iin_type = ipc_entry_type(entry) | ipc_request_type(entry);
            info->iin_urefs = ipc_entry_urefs(entry);
            info->iin_object = object_number(entry->object);
        }
    }
    list->count++;
}

/* Writes an entry of TASK to a list. */
typedef void (*enter_t)(struct ipc_space *task, struct ipc_entry *entry, struct item_list *list);

/* Enter the entries of the table from index FIRST on, STEP of them at most.  Returns: false if there
 * are no more. */
static bool enter_table(struct ipc_space *task, uint32_t first, struct item_list *list,
                        enter_t enter) REQUIRES(task->lock)
{
    uint32_t end = task->capacity - first > STEP ? first + STEP : task->capacity;
    for (uint32_t i = first; i < end; i++) {
        enter(task, ipc_entry_of_index(task, i), list);
    }
    return end != task->capacity;
}

/* Enter the entries with chosen names above *NAME, STEP of them at most; *NAME is the last then.
 * Returns: false if there are no more. */
static bool enter_chosen(struct ipc_space *task, mach_port_name_t *name, struct item_list *list,
                         enter_t enter) REQUIRES(task->lock)
{
    struct ipc_entry *entry = ipc_entry_next_chosen(task, *name);
    for (uint32_t i = 0; i < STEP && entry != nullptr; i++) {
        *name = entry->name;
        enter(task, entry, list);
        entry = ipc_entry_next_chosen(task, *name);
    }
    return entry != nullptr;
}

/*
 * Have ENTER enter all entries of the task that LIST is of: those of its table, then those with chosen
 * names.  Of a dead space none may be looked at.  Interrupts come in between steps: what is there all
 * the time is entered once, what comes or goes meanwhile may be.
 */
static kern_return_t list_entries(struct item_list *list, enter_t enter)
{
    struct ipc_space *task = list->source;
    mach_port_name_t name = MACH_PORT_NULL;
    bool in_table = true, has_more = true;
    for (uint32_t first = 0; has_more; first += STEP) {
        spin_lock(&task->lock);
        if (!task->is_active) {
            spin_unlock(&task->lock);
            return KERN_INVALID_TASK;
        }
        if (in_table) {
            in_table = enter_table(task, first, list, enter);
        } else {
            has_more = enter_chosen(task, &name, list, enter);
        }
        spin_unlock(&task->lock);
        sched_let_in();
    }
    return KERN_SUCCESS;
}

static kern_return_t fill_names(struct item_list *list)
{
    return list_entries(list, list_name);
}

static kern_return_t fill_slots(struct item_list *list)
{
    return list_entries(list, list_slot);
}

/* Two arrays of COUNT words each as out-of-line data. */
static kern_return_t copy_two(const uint32_t *first_words, const uint32_t *second_words,
                              uint32_t count, struct vm_map_copy **first,
                              struct vm_map_copy **second)
{
    uint64_t size = count * sizeof(first_words[0]);
    struct vm_map_copy *copy;
    kern_return_t result = vm_map_copyin_kernel(first_words, size, &copy);
    if (result != KERN_SUCCESS) {
        return result;
    }
    result = vm_map_copyin_kernel(second_words, size, second);
    if (result != KERN_SUCCESS) {
        vm_map_copy_discard(copy);
        return result;
    }
    *first = copy;
    return KERN_SUCCESS;
}

kern_return_t mach_port_names(struct ipc_space *task, struct vm_map_copy **names,
                              mach_msg_type_number_t *names_count, struct vm_map_copy **types,
                              mach_msg_type_number_t *types_count)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    struct item_list list = {
        .source = task,
        .item_size = sizeof(mach_port_name_t) + sizeof(mach_port_type_t),
        .room = __atomic_load_n(&task->entry_count, __ATOMIC_RELAXED),
    };
    kern_return_t result = list_make(&list, fill_names);
    if (result != KERN_SUCCESS) {
        return result;
    }
    const uint32_t *words = list.items;
    result = copy_two(words, words + list.room, list.count, names, types);
    if (result == KERN_SUCCESS) {
        *names_count = list.count;
        *types_count = list.count;
    }
    list_free(&list);
    return result;
}

/* LIST as out-of-line data, if MADE says that it was made; it is freed. */
static kern_return_t list_copy(struct item_list *list, kern_return_t made,
                               struct vm_map_copy **copy, mach_msg_type_number_t *count)
{
    if (made != KERN_SUCCESS) {
        return made;
    }
    kern_return_t result = vm_map_copyin_kernel(list->items, list->count * list->item_size, copy);
    if (result == KERN_SUCCESS) {
        *count = list->count;
    }
    list_free(list);
    return result;
}

kern_return_t mach_port_space_info(struct ipc_space *task, ipc_info_space_t *info,
                                   struct vm_map_copy **table, mach_msg_type_number_t *table_count,
                                   struct vm_map_copy **tree, mach_msg_type_number_t *tree_count)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    struct item_list list = {
        .source = task,
        .item_size = sizeof(ipc_info_name_t),
        .room = __atomic_load_n(&task->capacity, __ATOMIC_RELAXED),
    };
    kern_return_t result = list_copy(&list, list_make(&list, fill_slots), table, table_count);
    if (result == KERN_SUCCESS) {
        *info = (ipc_info_space_t){ .iis_genno_mask = GENERATION_MASK,
                                    .iis_table_size = list.count,
                                    .iis_table_next = list.count + IPC_ENTRY_CHUNK };
        *tree = nullptr;
        *tree_count = 0;
    }
    return result;
}

kern_return_t mach_port_space_basic_info(struct ipc_space *task, ipc_info_space_basic_t *info)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    struct item_list list = { .source = task }; /* only counts */
    kern_return_t result = list_entries(&list, list_slot);
    *info = (ipc_info_space_basic_t){
        .iisb_genno_mask = GENERATION_MASK,
        .iisb_table_size = list.count,
        .iisb_table_next = list.count + IPC_ENTRY_CHUNK,
        .iisb_table_inuse = __atomic_load_n(&task->entry_count, __ATOMIC_RELAXED),
    };
    return result;
}

static kern_return_t fill_members(struct item_list *list)
{
    struct ipc_pset *set = list->source;
    struct ipc_pset_link *link;
    ipc_pset_lock(set);
    list_for_each_entry(link, &set->members, set_link) {
        if (list->count < list->room) {
            ((mach_port_name_t *)list->items)[list->count] = link->port->receiver_name;
        }
        list->count++;
    }
    ipc_pset_unlock(set);
    return KERN_SUCCESS;
}

kern_return_t mach_port_get_set_status(struct ipc_space *task, mach_port_name_t name,
                                       struct vm_map_copy **members,
                                       mach_msg_type_number_t *members_count)
{
    struct ipc_pset *set;
    kern_return_t result = mach_port_find_set(task, name, &set);
    if (result != KERN_SUCCESS) {
        return result;
    }
    struct item_list list = { .source = set, .item_size = sizeof(mach_port_name_t) };
    result = list_copy(&list, list_make(&list, fill_members), members, members_count);
    ipc_object_release(&set->object);
    return result;
}
