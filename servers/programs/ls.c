/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ls [-l] [PATH]...: list directories, sorted, on one line each; with -l one line for each entry,
 * with its kind, permissions and size.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "usage.h"

#define USAGE "ls [-l] [PATH]..."

#define PATH_SIZE 1024

struct names {
    char **names;
    size_t count;
    size_t room;
};

static bool is_long;

static int complain(const char *name)
{
    fprintf(stderr, "ls: %s: %s\n", name, strerror(errno));
    return 1;
}

/* The number of digits of NAME if it is a number, without a zero in front; else 0. */
static size_t digit_count(const char *name)
{
    size_t digits = strspn(name, "0123456789");
    return name[0] != '0' && name[digits] == '\0' ? digits : 0;
}

/* Numbers come first, by their value; then other names, by their bytes. */
static int compare(const void *first, const void *second)
{
    const char *one = *(char *const *)first;
    const char *other = *(char *const *)second;
    size_t digits_one = digit_count(one);
    size_t digits_other = digit_count(other);
    if ((digits_one == 0) != (digits_other == 0)) {
        return digits_one == 0 ? 1 : -1;
    }
    if (digits_one != digits_other) {
        return digits_one < digits_other ? -1 : 1;
    }
    return strcmp(one, other);
}

static bool names_add(struct names *names, const char *name)
{
    if (names->count == names->room) {
        size_t room = names->room == 0 ? 32 : 2 * names->room;
        char **larger = realloc(names->names, room * sizeof(*larger));
        if (larger == NULL) {
            return false;
        }
        names->names = larger;
        names->room = room;
    }
    names->names[names->count] = strdup(name);
    return names->names[names->count] != NULL && ++names->count != 0;
}

static void names_destroy(struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->names[i]);
    }
    free(names->names);
}

/* Read all names of DIRECTORY. Returns: false with errno set. */
static bool names_read(struct names *names, DIR *directory)
{
    const struct dirent *entry;
    errno = 0;
    while ((entry = readdir(directory)) != NULL) {
        if (!names_add(names, entry->d_name)) {
            return false;
        }
    }
    if (names->count != 0) {
        qsort(names->names, names->count, sizeof(names->names[0]), compare);
    }
    return errno == 0;
}

static int print_long(const char *path, const char *name)
{
    static const char letters[] = "rwxrwxrwx";
    struct stat status;
    char mode[sizeof(letters)];
    if (stat(path, &status) != 0) {
        return complain(path);
    }
    for (size_t i = 0; i < sizeof(letters) - 1; i++) {
        mode[i] = (status.st_mode & (0400u >> i)) != 0 ? letters[i] : '-';
    }
    mode[sizeof(letters) - 1] = '\0';
    char kind = S_ISDIR(status.st_mode) ? 'd' : S_ISCHR(status.st_mode) ? 'c' : '-';
    (void)printf("%c%s %9ld  %s\n", kind, mode, (long)status.st_size, name);
    return 0;
}

static int print_names_long(const char *path, const struct names *names)
{
    char full[PATH_SIZE];
    int status = 0;
    for (size_t i = 0; i < names->count; i++) {
        (void)snprintf(full, sizeof(full), "%s/%s", path, names->names[i]);
        status |= print_long(full, names->names[i]);
    }
    return status;
}

static void print_names(const struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        (void)printf("%s%s", i == 0 ? "" : "  ", names->names[i]);
    }
    if (names->count != 0) {
        (void)putchar('\n');
    }
}

static int list_directory(const char *path)
{
    struct names names = { 0 };
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return complain(path);
    }
    int status = names_read(&names, directory) ? 0 : complain(path);
    (void)closedir(directory);
    if (is_long) {
        status |= print_names_long(path, &names);
    } else {
        print_names(&names);
    }
    names_destroy(&names);
    return status;
}

static int list(const char *path, bool with_title)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return complain(path);
    }
    if (!S_ISDIR(status.st_mode)) {
        return is_long ? print_long(path, path) : puts(path) == EOF;
    }
    if (with_title) {
        (void)printf("%s:\n", path);
    }
    return list_directory(path);
}

int main(int argc, char **argv)
{
    usage_offer(argc, argv, USAGE);
    int first = 1;
    int result = 0;
    if (argc > 1 && strcmp(argv[1], "-l") == 0) {
        is_long = true;
        first = 2;
    } else if (argc > 1 && argv[1][0] == '-' && argv[1][1] != '\0') {
        fprintf(stderr, "ls: unknown option %s\n", argv[1]);
        usage_fail(USAGE);
    }
    if (first == argc) {
        result = list(".", false);
    }
    for (int i = first; i < argc; i++) {
        result |= list(argv[i], argc - first > 1);
    }
    return result;
}
