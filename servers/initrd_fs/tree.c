/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes are allocated one by one with their names behind them. A directory's children are a list:
 * boot archives are small, and a look-up compares no more names than a person would read.
 */
#include "tree.h"

#include <stdlib.h>
#include <string.h>

#define DIRECTORY_MODE 0555u

/* Names are handled as they stand in their path: not terminated. */
struct name {
    const char *start;
    size_t length;
};

static bool name_is(struct name name, const char *text)
{
    return strlen(text) == name.length && memcmp(text, name.start, name.length) == 0;
}

/* The name at *PATH, behind slashes; *PATH moves behind it. Empty: the path is at its end. */
static struct name next_name(const char **path)
{
    struct name name = { .start = *path + strspn(*path, "/") };
    name.length = strcspn(name.start, "/");
    *path = name.start + name.length;
    return name;
}

static struct tree_node *find_child(const struct tree_node *directory, struct name name)
{
    struct tree_node *child = directory->child;
    while (child != nullptr && !name_is(name, child->name)) {
        child = child->sibling;
    }
    return child;
}

/* A new node at the end of DIRECTORY; null DIRECTORY: the root. */
static struct tree_node *add_node(struct tree *tree, struct tree_node *directory, struct name name,
                                  enum tree_type type)
{
    struct tree_node *node = calloc(1, sizeof(*node) + name.length + 1);
    if (node == nullptr) {
        return nullptr;
    }
    char *text = (char *)(node + 1);
    memcpy(text, name.start, name.length);
    node->name = text;
    node->type = type;
    node->mode = DIRECTORY_MODE;
    node->number = ++tree->count;
    node->parent = directory == nullptr ? node : directory;
    if (directory != nullptr) {
        struct tree_node **link = &directory->child;
        while (*link != nullptr) {
            link = &(*link)->sibling;
        }
        *link = node;
    }
    return node;
}

/* What became of a member. */
enum placing {
    PLACED,
    LEFT_OUT,
    NO_MEMORY,
};

/* Find or make the directories of PATH, down to its last name, which goes to *LAST. */
static enum placing enter_folders(struct tree *tree, const char *path, struct tree_node **folder,
                                  struct name *last)
{
    *folder = tree->root;
    *last = next_name(&path);
    for (struct name next; (next = next_name(&path)).length != 0; *last = next) {
        struct tree_node *child = find_child(*folder, *last);
        if (child == nullptr) {
            child = add_node(tree, *folder, *last, TREE_DIRECTORY);
        }
        if (child == nullptr) {
            return NO_MEMORY;
        }
        if (child->type != TREE_DIRECTORY || name_is(*last, "..") || name_is(*last, ".")) {
            return LEFT_OUT;
        }
        *folder = child;
    }
    return name_is(*last, "..") || name_is(*last, ".") ? LEFT_OUT : PLACED;
}

static void fill(struct tree_node *node, const struct ustar_member *member)
{
    node->mode = member->mode;
    node->modified = member->modified;
    node->data = member->data;
    node->size = member->type == USTAR_FILE ? member->size : 0;
}

/* A member that comes twice counts as it comes last, as with tar. */
static enum placing place(struct tree *tree, const struct ustar_member *member)
{
    struct tree_node *folder;
    struct name name;
    enum tree_type type = member->type == USTAR_DIRECTORY ? TREE_DIRECTORY : TREE_FILE;
    if (member->type == USTAR_OTHER) {
        return LEFT_OUT;
    }
    if (member->path[0] == '\0' && type == TREE_DIRECTORY) {
        fill(tree->root, member);
        return PLACED;
    }
    if (member->path[0] == '\0') {
        return LEFT_OUT;
    }
    enum placing placing = enter_folders(tree, member->path, &folder, &name);
    if (placing != PLACED) {
        return placing;
    }
    struct tree_node *node = find_child(folder, name);
    if (node == nullptr) {
        node = add_node(tree, folder, name, type);
    }
    if (node == nullptr) {
        return NO_MEMORY;
    }
    if (node->type != type) {
        return LEFT_OUT;
    }
    fill(node, member);
    return PLACED;
}

bool tree_create(struct tree *tree, const void *archive, size_t size, struct tree_report *report)
{
    struct ustar ustar;
    struct ustar_member member;
    *tree = (struct tree){};
    *report = (struct tree_report){ .end = USTAR_NO_ARCHIVE };
    tree->root = add_node(tree, nullptr, (struct name){ "", 0 }, TREE_DIRECTORY);
    if (tree->root == nullptr || archive == nullptr) {
        return tree->root != nullptr;
    }
    ustar_begin(&ustar, archive, size);
    while ((report->end = ustar_next(&ustar, &member)) == USTAR_MEMBER) {
        enum placing placing = place(tree, &member);
        if (placing == NO_MEMORY) {
            return false;
        }
        report->left_out += placing == LEFT_OUT;
    }
    return true;
}

/* Children first; the tree is as deep as a path has names. */
static void destroy_node(struct tree_node *node)
{
    struct tree_node *child = node->child;
    while (child != nullptr) {
        struct tree_node *next = child->sibling;
        destroy_node(child);
        child = next;
    }
    free(node);
}

void tree_destroy(struct tree *tree)
{
    if (tree->root != nullptr) {
        destroy_node(tree->root);
    }
    *tree = (struct tree){};
}

bool tree_mount(struct tree *tree, const char *name, const char *service)
{
    struct name text = { name, strlen(name) };
    struct tree_node *node = find_child(tree->root, text);
    if (node == nullptr) {
        node = add_node(tree, tree->root, text, TREE_MOUNT);
    }
    if (node == nullptr) {
        return false;
    }
    node->type = TREE_MOUNT;
    node->service = service;
    return true;
}

/* One step. Returns: TREE_FOUND; TREE_NOT_FOUND; TREE_NAME_TOO_LONG. */
static enum tree_result step(struct tree_node **node, struct name name)
{
    if (name.length >= TREE_NAME_MAX) {
        return TREE_NAME_TOO_LONG;
    }
    if (name_is(name, "..")) {
        *node = (*node)->parent;
    } else if (!name_is(name, ".")) {
        struct tree_node *child = find_child(*node, name);
        if (child == nullptr) {
            return TREE_NOT_FOUND;
        }
        *node = child;
    }
    return TREE_FOUND;
}

enum tree_result tree_lookup(struct tree_node *directory, const char *path, struct tree_node **node,
                             const char **rest)
{
    *node = directory;
    while ((*node)->type != TREE_MOUNT) {
        bool has_slash = *path == '/';
        struct name name = next_name(&path);
        if ((has_slash || name.length != 0) && (*node)->type != TREE_DIRECTORY) {
            return TREE_NOT_DIRECTORY;
        }
        if (name.length == 0) {
            return TREE_FOUND;
        }
        enum tree_result result = step(node, name);
        if (result != TREE_FOUND) {
            return result;
        }
    }
    *rest = path + strspn(path, "/");
    return TREE_LEAVES;
}
