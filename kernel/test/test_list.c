/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists.
 */
#include <test/ktest.h>

#include <lib/list.h>

struct member {
    struct list link;
    int number;
};

/* The numbers of LIST as digits of a decimal, first member first; checks the backward links too. */
static int list_digits(const struct list *list)
{
    int forward = 0;
    int backward = 0;
    int scale = 1;
    const struct member *member;
    list_for_each_entry(member, list, link) {
        forward = forward * 10 + member->number;
    }
    for (const struct list *link = list->previous; link != list; link = link->previous) {
        backward += scale * list_entry(link, const struct member, link)->number;
        scale *= 10;
    }
    EXPECT_EQ(forward, backward);
    return forward;
}

KTEST(list_insert_keeps_order)
{
    struct list list;
    struct member members[4] = {
        { .number = 1 }, { .number = 2 }, { .number = 3 }, { .number = 4 }
    };
    list_init(&list);
    EXPECT(list_empty(&list));
    list_insert_tail(&list, &members[1].link);
    list_insert_head(&list, &members[0].link);
    list_insert_tail(&list, &members[3].link);
    list_insert_before(&members[3].link, &members[2].link);
    EXPECT(!list_empty(&list));
    EXPECT_EQ(list_digits(&list), 1234);
    EXPECT_EQ(list_first_entry(&list, struct member, link), &members[0]);
    EXPECT_EQ(list_last_entry(&list, struct member, link), &members[3]);
}

KTEST(list_remove_leaves_rest_and_unlinks)
{
    struct list list;
    struct member members[3] = { { .number = 1 }, { .number = 2 }, { .number = 3 } };
    list_init(&list);
    for (int i = 0; i < 3; i++) {
        list_insert_tail(&list, &members[i].link);
    }
    list_remove(&members[1].link);
    EXPECT_EQ(list_digits(&list), 13);
    EXPECT(list_empty(&members[1].link));
    list_remove(&members[1].link);
    EXPECT_EQ(list_digits(&list), 13);
}

KTEST(list_for_each_safe_allows_removal)
{
    struct list list;
    struct member members[3] = { { .number = 1 }, { .number = 2 }, { .number = 3 } };
    struct member *member;
    struct member *next;
    list_init(&list);
    for (int i = 0; i < 3; i++) {
        list_insert_tail(&list, &members[i].link);
    }
    list_for_each_entry_safe(member, next, &list, link) {
        if (member->number != 2) {
            list_remove(&member->link);
        }
    }
    EXPECT_EQ(list_digits(&list), 2);
}

KTEST(list_splice_moves_all)
{
    struct list to;
    struct list from;
    struct member members[4] = {
        { .number = 1 }, { .number = 2 }, { .number = 3 }, { .number = 4 }
    };
    list_init(&to);
    list_init(&from);
    list_splice_tail(&to, &from);
    EXPECT(list_empty(&to));
    list_insert_tail(&to, &members[0].link);
    list_insert_tail(&to, &members[1].link);
    list_insert_tail(&from, &members[2].link);
    list_insert_tail(&from, &members[3].link);
    list_splice_tail(&to, &from);
    EXPECT_EQ(list_digits(&to), 1234);
    EXPECT(list_empty(&from));
}
