/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeping what posix_spawn() is to do: attributes and actions on files.
 */
#include "spawn_attributes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"

int posix_spawnattr_init(posix_spawnattr_t *attributes)
{
    *attributes = calloc(1, sizeof(**attributes));
    return *attributes != NULL ? 0 : ENOMEM;
}

int posix_spawnattr_destroy(posix_spawnattr_t *attributes)
{
    free(*attributes);
    *attributes = NULL;
    return 0;
}

int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags)
{
    const short known = POSIX_SPAWN_RESETIDS | POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSCHEDPARAM |
                        POSIX_SPAWN_SETSCHEDULER | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                        POSIX_SPAWN_SETEXEC | POSIX_SPAWN_START_SUSPENDED |
                        POSIX_SPAWN_CLOEXEC_DEFAULT;
    if ((flags & ~known) != 0) {
        return EINVAL;
    }
    (*attributes)->flags = flags;
    return 0;
}

int posix_spawnattr_getflags(const posix_spawnattr_t *restrict attributes, short *restrict flags)
{
    *flags = (*attributes)->flags;
    return 0;
}

/* A pair of functions for what is only kept. */
#define KEPT(name, type, member)                                                \
    int posix_spawnattr_get##name(const posix_spawnattr_t *restrict attributes, \
                                  type *restrict value)                         \
    {                                                                           \
        *value = (*attributes)->member;                                         \
        return 0;                                                               \
    }

KEPT(pgroup, pid_t, group)
KEPT(schedpolicy, int, policy)
KEPT(schedparam, struct sched_param, parameters)
KEPT(sigdefault, sigset_t, default_signals)
KEPT(sigmask, sigset_t, mask)

int posix_spawnattr_setpgroup(posix_spawnattr_t *attributes, pid_t group)
{
    (*attributes)->group = group;
    return 0;
}

int posix_spawnattr_setschedpolicy(posix_spawnattr_t *attributes, int policy)
{
    (*attributes)->policy = policy;
    return 0;
}

int posix_spawnattr_setschedparam(posix_spawnattr_t *restrict attributes,
                                  const struct sched_param *restrict parameters)
{
    (*attributes)->parameters = *parameters;
    return 0;
}

int posix_spawnattr_setsigdefault(posix_spawnattr_t *restrict attributes,
                                  const sigset_t *restrict signals)
{
    (*attributes)->default_signals = *signals;
    return 0;
}

int posix_spawnattr_setsigmask(posix_spawnattr_t *restrict attributes,
                               const sigset_t *restrict mask)
{
    (*attributes)->mask = *mask;
    return 0;
}

static int add_port(posix_spawnattr_t *attributes, struct spawn_port port)
{
    struct __posix_spawnattr *list = *attributes;
    if (list->port_count == SPAWN_PORTS_MAX) {
        return ENOMEM;
    }
    list->ports[list->port_count++] = port;
    return 0;
}

int posix_spawnattr_setspecialport_np(posix_spawnattr_t *attributes, mach_port_t port, int which)
{
    return add_port(attributes, (struct spawn_port){ .port = port, .which = which });
}

int posix_spawnattr_setexceptionports_np(posix_spawnattr_t *attributes, exception_mask_t mask,
                                         mach_port_t port, exception_behavior_t behavior,
                                         thread_state_flavor_t flavor)
{
    return add_port(attributes, (struct spawn_port){ port, -1, mask, behavior, flavor });
}

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
    *actions = calloc(1, sizeof(**actions));
    return *actions != NULL ? 0 : ENOMEM;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
    struct spawn_action *action = (*actions)->first;
    while (action != NULL) {
        struct spawn_action *next = action->next;
        free(action);
        action = next;
    }
    free(*actions);
    *actions = NULL;
    return 0;
}

static int add_action(posix_spawn_file_actions_t *actions, struct spawn_action action,
                      const char *path)
{
    if (action.fd < 0 || action.fd >= FILES_MAX || action.from < 0 || action.from >= FILES_MAX) {
        return EBADF;
    }
    struct spawn_action *added = malloc(sizeof(*added) + strlen(path) + 1);
    if (added == NULL) {
        return ENOMEM;
    }
    *added = action;
    strcpy(added->path, path);
    struct spawn_action **end = &(*actions)->first;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = added;
    return 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int fd,
                                     const char *restrict path, int flags, mode_t mode)
{
    (void)mode;
    return add_action(actions,
                      (struct spawn_action){ .kind = SPAWN_OPEN, .fd = fd, .flags = flags }, path);
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int fd)
{
    return add_action(actions, (struct spawn_action){ .kind = SPAWN_DUP2, .fd = fd, .from = from },
                      "");
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
    return add_action(actions, (struct spawn_action){ .kind = SPAWN_CLOSE, .fd = fd }, "");
}

int posix_spawn_file_actions_addinherit_np(posix_spawn_file_actions_t *actions, int fd)
{
    return posix_spawn_file_actions_adddup2(actions, fd, fd);
}
