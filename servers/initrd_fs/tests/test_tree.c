/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree of the boot archive: look-up, and archives that are not as they should be.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "tree.h"

#define BLOCK        512
#define ARCHIVE_SIZE (32 * BLOCK)

static char archive[ARCHIVE_SIZE];
static size_t used;

static void begin(void)
{
    memset(archive, 0, sizeof(archive));
    used = 0;
}

/* Append a member of TYPE ('0' file, '5' folder, '2' link) with CONTENTS. */
static void add(const char *path, char type, const char *contents)
{
    char *header = archive + used;
    unsigned sum = 0;
    size_t size = strlen(contents);
    (void)snprintf(header, 100, "%s", path);
    (void)snprintf(header + 100, 8, "0000644");
    (void)snprintf(header + 124, 12, "%011zo", size);
    (void)snprintf(header + 136, 12, "00000000007");
    memset(header + 148, ' ', 8);
    header[156] = type;
    memcpy(header + 257, "ustar\00000", 8);
    for (size_t i = 0; i < BLOCK; i++) {
        sum += (unsigned char)header[i];
    }
    (void)snprintf(header + 148, 8, "%06o", sum);
    memcpy(header + BLOCK, contents, size);
    used += BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
}

/* TREE of the first SIZE bytes of the archive. */
static struct tree_report build(struct tree *tree, size_t size)
{
    struct tree_report report;
    CHECK(tree_create(tree, archive, size, &report));
    CHECK(tree_mount(tree, "proc", "a.service"));
    return report;
}

static enum tree_result look(const struct tree *tree, const char *path, struct tree_node **node)
{
    const char *rest;
    return tree_lookup(tree->root, path, node, &rest);
}

static void test_lookup(void)
{
    struct tree tree;
    struct tree_node *node;
    struct tree_node *other;
    begin();
    add("bin/", '5', "");
    add("bin/ls", '0', "program");
    add("./a/b/c", '0', "deep");
    struct tree_report report = build(&tree, sizeof(archive));
    CHECK(report.end == USTAR_END && report.left_out == 0);
    CHECK(look(&tree, "", &node) == TREE_FOUND && node == tree.root);
    CHECK(look(&tree, "///", &node) == TREE_FOUND && node == tree.root);
    CHECK(look(&tree, "..", &node) == TREE_FOUND && node == tree.root);
    CHECK(look(&tree, "/bin/ls", &node) == TREE_FOUND && node->type == TREE_FILE);
    CHECK(node->size == 7 && memcmp(archive + node->data, "program", 7) == 0);
    CHECK(node->mode == 0644 && node->modified == 7);
    CHECK(look(&tree, "a/b/../../bin//./ls", &other) == TREE_FOUND && other == node);
    CHECK(look(&tree, "a/b/c", &node) == TREE_FOUND && node->size == 4);
    CHECK(node->number != other->number && node->number != tree.root->number);
    CHECK(look(&tree, "a/b/", &node) == TREE_FOUND && node->type == TREE_DIRECTORY);
    CHECK(look(&tree, "bin/l", &node) == TREE_NOT_FOUND);
    CHECK(look(&tree, "bin/ls/", &node) == TREE_NOT_DIRECTORY);
    CHECK(look(&tree, "bin/ls/x", &node) == TREE_NOT_DIRECTORY);
    CHECK(look(&tree, "bin/ls/..", &node) == TREE_NOT_DIRECTORY);
    tree_destroy(&tree);
}

static void test_mount(void)
{
    struct tree tree;
    struct tree_node *node;
    const char *rest = nullptr;
    begin();
    add("x", '0', "");
    (void)build(&tree, sizeof(archive));
    CHECK(tree_lookup(tree.root, "/proc", &node, &rest) == TREE_LEAVES && *rest == '\0');
    CHECK(strcmp(node->service, "a.service") == 0);
    CHECK(tree_lookup(tree.root, "proc//1/status", &node, &rest) == TREE_LEAVES);
    CHECK(strcmp(rest, "1/status") == 0);
    tree_destroy(&tree);

    begin();
    add("proc/1/status", '0', "of the archive"); /* a mount covers what is there */
    (void)build(&tree, sizeof(archive));
    CHECK(tree_lookup(tree.root, "/proc/1/status", &node, &rest) == TREE_LEAVES);
    tree_destroy(&tree);
}

static void test_long_names(void)
{
    struct tree tree;
    struct tree_node *node;
    char path[TREE_NAME_MAX + 2];
    begin();
    add("x", '0', "");
    (void)build(&tree, sizeof(archive));
    memset(path, 'n', sizeof(path));
    path[TREE_NAME_MAX] = '\0';
    CHECK(look(&tree, path, &node) == TREE_NAME_TOO_LONG);
    path[TREE_NAME_MAX - 1] = '\0';
    CHECK(look(&tree, path, &node) == TREE_NOT_FOUND);
    tree_destroy(&tree);
}

/* What is good before the damage is there; what has no place is counted. */
static void test_bad_archives(void)
{
    struct tree tree;
    struct tree_node *node;
    begin();
    add("good", '0', "1");
    size_t second = used;
    add("lost", '0', "2");
    archive[second] = 'c';
    struct tree_report report = build(&tree, sizeof(archive));
    CHECK(report.end == USTAR_BAD_CHECKSUM);
    CHECK(look(&tree, "good", &node) == TREE_FOUND);
    CHECK(look(&tree, "lost", &node) == TREE_NOT_FOUND);
    tree_destroy(&tree);

    report = build(&tree, second);
    CHECK(report.end == USTAR_TRUNCATED && look(&tree, "good", &node) == TREE_FOUND);
    tree_destroy(&tree);

    begin();
    report = build(&tree, sizeof(archive));
    CHECK(report.end == USTAR_NO_ARCHIVE && look(&tree, "", &node) == TREE_FOUND);
    tree_destroy(&tree);
}

static void test_odd_members(void)
{
    struct tree tree;
    struct tree_node *node;
    begin();
    add("f", '0', "old");
    add("f", '0', "newer");
    add("f/below", '0', "");
    add("f", '5', "");
    add("../out", '0', "");
    add("d/..", '0', "");
    add("link", '2', "");
    add("with_contents", '5', "of no use");
    add("/", '0', "a file for the root");
    add(".", '5', "");
    struct tree_report report = build(&tree, sizeof(archive));
    CHECK(report.end == USTAR_END && report.left_out == 6 && tree.root->mode == 0644);
    CHECK(look(&tree, "f", &node) == TREE_FOUND && node->size == 5);
    CHECK(look(&tree, "with_contents", &node) == TREE_FOUND && node->size == 0);
    CHECK(look(&tree, "out", &node) == TREE_NOT_FOUND);
    CHECK(look(&tree, "link", &node) == TREE_NOT_FOUND);
    tree_destroy(&tree);

    begin();
    add("/", '0', "a file for the root");
    report = build(&tree, sizeof(archive));
    CHECK(report.left_out == 1 && tree.root->size == 0 && tree.root->mode == 0555);
    tree_destroy(&tree);
}

static void test_no_archive(void)
{
    struct tree tree;
    struct tree_report report;
    CHECK(tree_create(&tree, nullptr, BLOCK, &report) && report.end == USTAR_NO_ARCHIVE);
    CHECK(tree.root->child == nullptr);
    tree_destroy(&tree);
}

int main(void)
{
    test_lookup();
    test_mount();
    test_long_names();
    test_bad_archives();
    test_odd_members();
    test_no_archive();
    return failures != 0;
}
