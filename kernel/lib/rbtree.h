/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Red-black trees whose nodes live in the members (Cormen et al., Introduction to Algorithms,
 * chapter 13): every operation costs at most twice the logarithm of the number of members.  None of
 * these functions lock.
 *
 *     static bool entry_less(const struct rbtree_node *a, const struct rbtree_node *b);
 *     static int entry_compare(uint64_t key, const struct rbtree_node *node);
 *
 *     rbtree_insert(&map->tree, &entry->node, entry_less);
 *     node = rbtree_lookup(&map->tree, address, entry_compare);
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <lib/compiler.h>

enum rbtree_side {
    RBTREE_LEFT,
    RBTREE_RIGHT,
};

struct rbtree_node {
    uintptr_t parent_and_color;   /* the parent's address; bit 0: the node is red */
    struct rbtree_node *child[2]; /* by enum rbtree_side */
};

struct rbtree {
    struct rbtree_node *root;
};

static_assert(sizeof(struct rbtree_node) == 24);

/* Make TREE an empty tree. */
static inline void rbtree_init(struct rbtree *tree)
{
    tree->root = nullptr;
}

/* True if TREE has no member. */
static inline bool rbtree_empty(const struct rbtree *tree)
{
    return tree->root == nullptr;
}

/*
 * Insert NODE, which is in no tree, where LESS says.  Equal members stay in the order of their
 * insertion. LESS(a, b) is true if a comes before b.
 */
void rbtree_insert(struct rbtree *tree, struct rbtree_node *node,
                   bool (*less)(const struct rbtree_node *a, const struct rbtree_node *b));

/*
 * The half of an insertion that a caller with a search loop of its own needs: hang NODE under
 * PARENT (null: the tree is empty) on SIDE, where there is no child, and restore the balance.
 */
void rbtree_insert_at(struct rbtree *tree, struct rbtree_node *node, struct rbtree_node *parent,
                      enum rbtree_side side);

/* Take NODE out of TREE. */
void rbtree_remove(struct rbtree *tree, struct rbtree_node *node);

/* The first and the last member; null if TREE is empty. */
struct rbtree_node *rbtree_first(const struct rbtree *tree);
struct rbtree_node *rbtree_last(const struct rbtree *tree);

/* The members after and before NODE; null at the end. */
struct rbtree_node *rbtree_next(const struct rbtree_node *node);
struct rbtree_node *rbtree_previous(const struct rbtree_node *node);

/*
 * The member whose key is KEY, or null.  COMPARE is negative, zero or positive as KEY comes before,
 * at or after the node's.  Inline, so that a constant COMPARE becomes part of the loop.
 */
static inline struct rbtree_node *rbtree_lookup(const struct rbtree *tree, uint64_t key,
                                                int (*compare)(uint64_t key,
                                                               const struct rbtree_node *node))
{
    struct rbtree_node *node = tree->root;
    while (node != nullptr) {
        int order = compare(key, node);
        if (order == 0) {
            return node;
        }
        node = node->child[order > 0];
    }
    return nullptr;
}

/* The member that is equal to NODE, which need not be one, or null; COMPARE(a, b) is negative, zero or positive
 * as a comes before, with or after b. */
static inline struct rbtree_node *rbtree_find(const struct rbtree *tree,
                                              const struct rbtree_node *node,
                                              int (*compare)(const struct rbtree_node *a,
                                                             const struct rbtree_node *b))
{
    struct rbtree_node *member = tree->root;
    while (member != nullptr) {
        int order = compare(node, member);
        if (order == 0) {
            return member;
        }
        member = member->child[order > 0];
    }
    return nullptr;
}

/* The last member whose key is not above KEY, or null; COMPARE as for rbtree_lookup(). */
static inline struct rbtree_node *rbtree_lookup_nearest(
    const struct rbtree *tree, uint64_t key,
    int (*compare)(uint64_t key, const struct rbtree_node *node))
{
    struct rbtree_node *nearest = nullptr;
    struct rbtree_node *node = tree->root;
    while (node != nullptr) {
        int order = compare(key, node);
        if (order >= 0) {
            nearest = node;
        }
        node = node->child[order >= 0];
    }
    return nearest;
}

/*
 * True if TREE is ordered by LESS, balanced, and its links agree.  For tests: visits all members.
 */
bool rbtree_check(const struct rbtree *tree,
                  bool (*less)(const struct rbtree_node *a, const struct rbtree_node *b));

/* The structure of TYPE that contains NODE as MEMBER. */
#define rbtree_entry(node, type, member) container_of(node, type, member)
