/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Red-black trees, against what a sorted array would say, with the walker after each step.
 */
#include <test/ktest.h>

#include <lib/rbtree.h>

#define MEMBERS 200

struct member {
    struct rbtree_node node;
    uint64_t key;
    uint32_t order; /* of insertion */
    bool is_in;
};

static struct member members[MEMBERS];

static struct member *member_of(const struct rbtree_node *node)
{
    return rbtree_entry(node, struct member, node);
}

static bool member_less(const struct rbtree_node *a, const struct rbtree_node *b)
{
    return member_of(a)->key < member_of(b)->key;
}

static int member_compare(uint64_t key, const struct rbtree_node *node)
{
    uint64_t other = member_of(node)->key;
    return key < other ? -1 : key > other;
}

/* A generator with a fixed start: each run is the same. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* How many members TREE has, which stand in order both ways. */
static uint32_t tree_count(const struct rbtree *tree)
{
    uint32_t forward = 0;
    uint32_t backward = 0;
    const struct rbtree_node *last = nullptr;
    for (const struct rbtree_node *node = rbtree_first(tree); node != nullptr;
         node = rbtree_next(node)) {
        EXPECT(last == nullptr || member_of(last)->key <= member_of(node)->key);
        last = node;
        forward++;
    }
    EXPECT_EQ(last, rbtree_last(tree));
    for (const struct rbtree_node *node = rbtree_last(tree); node != nullptr;
         node = rbtree_previous(node)) {
        backward++;
    }
    EXPECT_EQ(forward, backward);
    return forward;
}

static void members_insert_all(struct rbtree *tree, uint32_t seed, uint32_t key_range)
{
    rbtree_init(tree);
    for (uint32_t i = 0; i < MEMBERS; i++) {
        members[i].key = next_random(&seed) % key_range;
        members[i].order = i;
        members[i].is_in = true;
        rbtree_insert(tree, &members[i].node, member_less);
        if (!EXPECT(rbtree_check(tree, member_less))) {
            return;
        }
    }
}

KTEST(rbtree_insert_keeps_order_and_balance)
{
    struct rbtree tree;
    members_insert_all(&tree, 1, 1000000);
    EXPECT_EQ(tree_count(&tree), MEMBERS);
}

KTEST(rbtree_equal_members_stay_in_order_of_insertion)
{
    struct rbtree tree;
    members_insert_all(&tree, 2, 5);
    const struct rbtree_node *node = rbtree_first(&tree);
    const struct rbtree_node *next;
    for (; (next = rbtree_next(node)) != nullptr; node = next) {
        EXPECT(member_of(node)->key < member_of(next)->key ||
               member_of(node)->order < member_of(next)->order);
    }
}

KTEST(rbtree_remove_in_any_order)
{
    struct rbtree tree;
    uint32_t seed = 3;
    members_insert_all(&tree, seed, 300);
    for (uint32_t left = MEMBERS; left > 0; left--) {
        struct member *member = &members[next_random(&seed) % MEMBERS];
        while (!member->is_in) {
            member = member == &members[MEMBERS - 1] ? &members[0] : member + 1;
        }
        rbtree_remove(&tree, &member->node);
        member->is_in = false;
        if (!EXPECT(rbtree_check(&tree, member_less))) {
            return;
        }
    }
    EXPECT(rbtree_empty(&tree));
    EXPECT_EQ(rbtree_first(&tree), nullptr);
    EXPECT_EQ(rbtree_last(&tree), nullptr);
}

KTEST(rbtree_lookup_finds_exact_and_nearest)
{
    struct rbtree tree;
    rbtree_init(&tree);
    EXPECT_EQ(rbtree_lookup(&tree, 5, member_compare), nullptr);
    EXPECT_EQ(rbtree_lookup_nearest(&tree, 5, member_compare), nullptr);
    for (uint32_t i = 0; i < MEMBERS; i++) {
        members[i].key = 10 + 10 * i;
        rbtree_insert(&tree, &members[i].node, member_less);
    }
    for (uint32_t i = 0; i < MEMBERS; i++) {
        uint64_t key = members[i].key;
        EXPECT_EQ(rbtree_lookup(&tree, key, member_compare), &members[i].node);
        EXPECT_EQ(rbtree_lookup(&tree, key + 1, member_compare), nullptr);
        EXPECT_EQ(rbtree_lookup_nearest(&tree, key, member_compare), &members[i].node);
        EXPECT_EQ(rbtree_lookup_nearest(&tree, key + 9, member_compare), &members[i].node);
    }
    EXPECT_EQ(rbtree_lookup_nearest(&tree, 9, member_compare), nullptr);
}
