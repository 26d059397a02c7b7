/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doubly linked circular lists whose links live in the members.  The head is a link too, so
 * insertion and removal have no special case and cost four stores and two.  None of these functions lock.
 */
#pragma once

#include <stddef.h>

#include <lib/compiler.h>

struct list {
    struct list *next;
    struct list *previous;
};

/* Make LIST an empty list, or a link that is on no list. */
static inline void list_init(struct list *list)
{
    list->next = list;
    list->previous = list;
}

/* True if LIST holds no member; for a link, true if it is on no list. */
static inline bool list_empty(const struct list *list)
{
    return list->next == list;
}

/* Insert LINK, which is on no list, right after POSITION (a member or the head). */
static inline void list_insert_after(struct list *position, struct list *link)
{
    struct list *next = position->next;
    link->next = next;
    link->previous = position;
    next->previous = link;
    position->next = link;
}

/* Insert LINK, which is on no list, right before POSITION (a member or the head). */
static inline void list_insert_before(struct list *position, struct list *link)
{
    struct list *previous = position->previous;
    link->next = position;
    link->previous = previous;
    previous->next = link;
    position->previous = link;
}

/* Make LINK the first of LIST. */
static inline void list_insert_head(struct list *list, struct list *link)
{
    list_insert_after(list, link);
}

/* Make LINK the last of LIST. */
static inline void list_insert_tail(struct list *list, struct list *link)
{
    list_insert_before(list, link);
}

/* Take LINK off its list and leave it on no list; harmless if it is on none. */
static inline void list_remove(struct list *link)
{
    struct list *next = link->next;
    struct list *previous = link->previous;
    next->previous = previous;
    previous->next = next;
    list_init(link);
}

/* Take the first link off LIST, which is not empty.  Returns: it, on no list. */
static inline struct list *list_remove_first(struct list *list)
{
    struct list *link = list->next;
    struct list *next = link->next;
    list->next = next;
    next->previous = list;
    list_init(link);
    return link;
}

/* Take LINK, the first, off LIST; only debug builds leave it on no list. */
static inline void list_unlink_first(struct list *list, struct list *link)
{
    struct list *next = link->next;
    list->next = next;
    next->previous = list;
#ifdef MACH_R_DEBUG
    list_init(link);
#endif
}

/* Move all members of FROM to the end of TO; FROM is empty afterwards. */
static inline void list_splice_tail(struct list *to, struct list *from)
{
    if (!list_empty(from)) {
        from->next->previous = to->previous;
        from->previous->next = to;
        to->previous->next = from->next;
        to->previous = from->previous;
        list_init(from);
    }
}

/* The structure of TYPE that contains LINK as MEMBER. */
#define list_entry(link, type, member) container_of(link, type, member)

/* The first and the last structure of a LIST that is not empty. */
#define list_first_entry(list, type, member) list_entry((list)->next, type, member)
#define list_last_entry(list, type, member)  list_entry((list)->previous, type, member)

/* Visit each structure of LIST; the body must not remove the one it visits. */
#define list_for_each_entry(entry, list, member)                                                   \
    for ((entry) = list_entry((list)->next, typeof(*(entry)), member); &(entry)->member != (list); \
         (entry) = list_entry((entry)->member.next, typeof(*(entry)), member))

/*
 * Visit each structure of LIST; the body may remove the one it visits.  TEMPORARY is of ENTRY's
 * type.
 */
#define list_for_each_entry_safe(entry, temporary, list, member)                  \
    for ((entry) = list_entry((list)->next, typeof(*(entry)), member),            \
        (temporary) = list_entry((entry)->member.next, typeof(*(entry)), member); \
         &(entry)->member != (list); (entry) = (temporary),                       \
        (temporary) = list_entry((entry)->member.next, typeof(*(entry)), member))
