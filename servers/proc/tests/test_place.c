/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths and listings of /proc.
 */
#include "check.h"
#include "node.h"
#include "process.h"

static const struct place root = { .kind = PLACE_ROOT };

static bool leads_to(struct place from, const char *path, enum place_kind kind, int32_t pid)
{
    return place_follow(&from, path) == KERN_SUCCESS && from.kind == kind && from.pid == pid;
}

static kern_return_t error_of(const char *path)
{
    struct place place = root;
    return place_follow(&place, path);
}

static void test_paths(void)
{
    CHECK(leads_to(root, "", PLACE_ROOT, 0));
    CHECK(leads_to(root, "/", PLACE_ROOT, 0));
    CHECK(leads_to(root, "./..//../.", PLACE_ROOT, 0));
    CHECK(leads_to(root, "meminfo", PLACE_MEMINFO, 0));
    CHECK(leads_to(root, "/uptime", PLACE_UPTIME, 0));
    CHECK(leads_to(root, "5", PLACE_PROCESS, 5));
    CHECK(leads_to(root, "5/", PLACE_PROCESS, 5));
    CHECK(leads_to(root, "5//status", PLACE_STATUS, 5));
    CHECK(leads_to(root, "5/../uptime", PLACE_UPTIME, 0));
    CHECK(leads_to((struct place){ PLACE_PROCESS, 5 }, "status", PLACE_STATUS, 5));
}

static void test_wrong_paths(void)
{
    char name[FS_NAME_MAX + 1];
    memset(name, 'a', sizeof(name));
    name[FS_NAME_MAX] = '\0';
    CHECK(error_of(name) == SERVER_ERROR_NAME_TOO_LONG);
    CHECK(error_of("nothing") == SERVER_ERROR_NOT_FOUND);
    CHECK(error_of("6") == SERVER_ERROR_NOT_FOUND);
    CHECK(error_of("05") == SERVER_ERROR_NOT_FOUND);
    CHECK(error_of("+5") == SERVER_ERROR_NOT_FOUND);
    CHECK(error_of("5x") == SERVER_ERROR_NOT_FOUND);
    CHECK(error_of("99999999999999999999") == SERVER_ERROR_NOT_FOUND);
    CHECK(error_of("5/meminfo") == SERVER_ERROR_NOT_FOUND);
    CHECK(error_of("meminfo/") == SERVER_ERROR_NOT_DIRECTORY);
    CHECK(error_of("meminfo/..") == SERVER_ERROR_NOT_DIRECTORY);
    CHECK(error_of("5/status/x") == SERVER_ERROR_NOT_DIRECTORY);
}

static void test_listing(void)
{
    static const char *const names[] = { "meminfo", "uptime", "processors", "5", "9" };
    struct fs_entry entry;
    unsigned count = 0;
    while (place_entry(root, count, &entry)) {
        CHECK(count < 5);
        CHECK_TEXT(entry.name, names[count]);
        struct place place = root;
        CHECK(place_follow(&place, entry.name) == KERN_SUCCESS);
        CHECK(place_number(place) == entry.node);
        CHECK((entry.type == IO_TYPE_DIRECTORY) == place_is_directory(place));
        count++;
    }
    CHECK(count == 5);
    struct place directory = { PLACE_PROCESS, 9 };
    CHECK(place_entry(directory, 0, &entry));
    CHECK_TEXT(entry.name, "status");
    CHECK(!place_entry(directory, 1, &entry));
    CHECK(!place_entry((struct place){ PLACE_STATUS, 9 }, 0, &entry));
}

void test_place(void)
{
    struct process *five = process_create(5, "", nullptr, 0);
    struct process *nine = process_create(9, "", nullptr, 0);
    CHECK(five != nullptr && nine != nullptr);
    test_paths();
    test_wrong_paths();
    test_listing();
    process_forget(five);
    process_forget(nine);
}
