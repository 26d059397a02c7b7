/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two sides of a red-black tree mirror each other, so every function takes the side as a number
 * and says `!side` for the other one: each case is written once.  A missing child counts as black.
 */
#include <lib/rbtree.h>

#define RED ((uintptr_t)1)

static struct rbtree_node *node_parent(const struct rbtree_node *node)
{
    return (struct rbtree_node *)(node->parent_and_color & ~RED);
}

static bool node_is_red(const struct rbtree_node *node)
{
    return node != nullptr && (node->parent_and_color & RED) != 0;
}

static void node_set_parent(struct rbtree_node *node, struct rbtree_node *parent)
{
    node->parent_and_color = (uintptr_t)parent | (node->parent_and_color & RED);
}

static void node_set_red(struct rbtree_node *node)
{
    node->parent_and_color |= RED;
}

static void node_set_black(struct rbtree_node *node)
{
    node->parent_and_color &= ~RED;
}

static enum rbtree_side node_side(const struct rbtree_node *node, const struct rbtree_node *parent)
{
    return parent->child[RBTREE_RIGHT] == node ? RBTREE_RIGHT : RBTREE_LEFT;
}

/* Make what PARENT (or the root) says about OLD true of NEW. */
static void replace_child(struct rbtree *tree, struct rbtree_node *parent,
                          const struct rbtree_node *old, struct rbtree_node *new)
{
    if (parent == nullptr) {
        tree->root = new;
    } else {
        parent->child[node_side(old, parent)] = new;
    }
}

/* Let NODE's child on the other side take its place, and NODE go down to SIDE. */
static void rotate(struct rbtree *tree, struct rbtree_node *node, enum rbtree_side side)
{
    struct rbtree_node *up = node->child[!side];
    struct rbtree_node *parent = node_parent(node);

    node->child[!side] = up->child[side];
    if (up->child[side] != nullptr) {
        node_set_parent(up->child[side], node);
    }
    replace_child(tree, parent, node, up);
    node_set_parent(up, parent);
    up->child[side] = node;
    node_set_parent(node, up);
}

void rbtree_insert_at(struct rbtree *tree, struct rbtree_node *node, struct rbtree_node *parent,
                      enum rbtree_side side)
{
    node->parent_and_color = (uintptr_t)parent | RED;
    node->child[RBTREE_LEFT] = nullptr;
    node->child[RBTREE_RIGHT] = nullptr;
    if (parent == nullptr) {
        tree->root = node;
    } else {
        parent->child[side] = node;
    }

    /* Only NODE may have a red parent; push that up until it has none. */
    while (node_is_red(parent)) {
        struct rbtree_node *grandparent = node_parent(parent);
        enum rbtree_side parent_side = node_side(parent, grandparent);
        struct rbtree_node *uncle = grandparent->child[!parent_side];
        if (node_is_red(uncle)) {
            node_set_black(parent);
            node_set_black(uncle);
            node_set_red(grandparent);
            node = grandparent;
            parent = node_parent(node);
            continue;
        }
        if (node_side(node, parent) != parent_side) {
            rotate(tree, parent, parent_side);
            parent = node;
        }
        node_set_black(parent);
        node_set_red(grandparent);
        rotate(tree, grandparent, !parent_side);
        break;
    }
    node_set_black(tree->root);
}

void rbtree_insert(struct rbtree *tree, struct rbtree_node *node,
                   bool (*less)(const struct rbtree_node *a, const struct rbtree_node *b))
{
    struct rbtree_node *parent = nullptr;
    enum rbtree_side side = RBTREE_LEFT;
    struct rbtree_node *next = tree->root;
    while (next != nullptr) {
        parent = next;
        side = less(node, parent) ? RBTREE_LEFT : RBTREE_RIGHT;
        next = parent->child[side];
    }
    rbtree_insert_at(tree, node, parent, side);
}

/* The subtree on SIDE of PARENT lacks one black node on every path; give it back. */
static void remove_rebalance(struct rbtree *tree, struct rbtree_node *parent, enum rbtree_side side)
{
    while (parent != nullptr && !node_is_red(parent->child[side])) {
        struct rbtree_node *sibling = parent->child[!side];
        if (node_is_red(sibling)) {
            node_set_black(sibling);
            node_set_red(parent);
            rotate(tree, parent, side);
            sibling = parent->child[!side];
        }
        if (!node_is_red(sibling->child[0]) && !node_is_red(sibling->child[1])) {
            node_set_red(sibling);
            struct rbtree_node *node = parent;
            parent = node_parent(node);
            if (parent == nullptr || node_is_red(node)) {
                node_set_black(node);
                return;
            }
            side = node_side(node, parent);
            continue;
        }
        if (!node_is_red(sibling->child[!side])) {
            node_set_black(sibling->child[side]);
            node_set_red(sibling);
            rotate(tree, sibling, !side);
            sibling = parent->child[!side];
        }
        sibling->parent_and_color =
            (uintptr_t)node_parent(sibling) | (parent->parent_and_color & RED);
        node_set_black(parent);
        node_set_black(sibling->child[!side]);
        rotate(tree, parent, side);
        return;
    }
    struct rbtree_node *red = parent != nullptr ? parent->child[side] : tree->root;
    if (red != nullptr) {
        node_set_black(red);
    }
}

/* Put SUCCESSOR, whose old place is already filled, into NODE's place with NODE's colour. */
static void take_place(struct rbtree *tree, struct rbtree_node *node, struct rbtree_node *successor)
{
    replace_child(tree, node_parent(node), node, successor);
    *successor = *node;
    for (int side = RBTREE_LEFT; side <= RBTREE_RIGHT; side++) {
        if (successor->child[side] != nullptr) {
            node_set_parent(successor->child[side], successor);
        }
    }
}

void rbtree_remove(struct rbtree *tree, struct rbtree_node *node)
{
    /*
     * The node that leaves its place has at most one child: NODE itself, or its successor, which
     * then replaces it.
     */
    struct rbtree_node *leaving = node;
    if (node->child[RBTREE_LEFT] != nullptr && node->child[RBTREE_RIGHT] != nullptr) {
        leaving = rbtree_next(node);
    }
    struct rbtree_node *child = leaving->child[leaving->child[RBTREE_LEFT] == nullptr];
    struct rbtree_node *parent = node_parent(leaving);
    enum rbtree_side side = parent != nullptr ? node_side(leaving, parent) : RBTREE_LEFT;
    bool was_red = node_is_red(leaving);

    if (child != nullptr) {
        node_set_parent(child, parent);
    }
    replace_child(tree, parent, leaving, child);
    if (leaving != node) {
        take_place(tree, node, leaving);
        if (parent == node) {
            parent = leaving;
        }
    }
    if (!was_red) {
        remove_rebalance(tree, parent, side);
    }
}

/* The outermost node on SIDE below NODE. */
static struct rbtree_node *outermost(struct rbtree_node *node, enum rbtree_side side)
{
    while (node != nullptr && node->child[side] != nullptr) {
        node = node->child[side];
    }
    return node;
}

struct rbtree_node *rbtree_first(const struct rbtree *tree)
{
    return outermost(tree->root, RBTREE_LEFT);
}

struct rbtree_node *rbtree_last(const struct rbtree *tree)
{
    return outermost(tree->root, RBTREE_RIGHT);
}

/* The neighbour of NODE on SIDE. */
static struct rbtree_node *neighbour(const struct rbtree_node *node, enum rbtree_side side)
{
    if (node->child[side] != nullptr) {
        return outermost(node->child[side], !side);
    }
    struct rbtree_node *parent = node_parent(node);
    while (parent != nullptr && parent->child[side] == node) {
        node = parent;
        parent = node_parent(node);
    }
    return parent;
}

struct rbtree_node *rbtree_next(const struct rbtree_node *node)
{
    return neighbour(node, RBTREE_RIGHT);
}

struct rbtree_node *rbtree_previous(const struct rbtree_node *node)
{
    return neighbour(node, RBTREE_LEFT);
}

/*
 * The number of black nodes from NODE down to any leaf, -1 if that is not one number or the links
 * are wrong.
 */
static int black_height(const struct rbtree_node *node, const struct rbtree_node *parent)
{
    if (node == nullptr) {
        return 0;
    }
    if (node_parent(node) != parent || (node_is_red(node) && node_is_red(parent))) {
        return -1;
    }
    int left = black_height(node->child[RBTREE_LEFT], node);
    int right = black_height(node->child[RBTREE_RIGHT], node);
    if (left < 0 || left != right) {
        return -1;
    }
    return left + (node_is_red(node) ? 0 : 1);
}

bool rbtree_check(const struct rbtree *tree,
                  bool (*less)(const struct rbtree_node *a, const struct rbtree_node *b))
{
    if (node_is_red(tree->root) || black_height(tree->root, nullptr) < 0) {
        return false;
    }
    const struct rbtree_node *node = rbtree_first(tree);
    while (node != nullptr) {
        const struct rbtree_node *next = rbtree_next(node);
        if (next != nullptr && less(next, node)) {
            return false;
        }
        node = next;
    }
    return true;
}
