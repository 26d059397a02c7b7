/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making quotas.
 */
#include <mem/quota.h>

#include <lib/assert.h>
#include <mem/zone.h>

#define KIB UINT64_C(1024)
#define MIB (KIB * 1024)

/* What a task may use unless somebody has lowered it. */
static const uint64_t system_limits[QUOTA_KINDS] = {
    [QUOTA_PORTS] = 128 * KIB,
    [QUOTA_QUEUED_BYTES] = 16 * MIB,
    [QUOTA_KERNEL_BYTES] = 32 * MIB,
    [QUOTA_THREADS] = 1024,
};

static struct zone quota_zone;

void quota_init(void)
{
    zone_init(&quota_zone, "quotas", sizeof(struct quota));
}

struct quota *quota_create(const struct quota *parent)
{
    struct quota *quota = zone_alloc_zeroed(&quota_zone);
    if (quota == nullptr) {
        return nullptr;
    }
    refcount_init(&quota->references, 1);
    for (uint32_t i = 0; i < QUOTA_KINDS; i++) {
        quota->kinds[i].limit = parent != nullptr ? parent->kinds[i].limit : system_limits[i];
    }
    return quota;
}

void quota_free(struct quota *quota)
{
    for (uint32_t i = 0; i < QUOTA_KINDS; i++) {
        debug_assert(quota->kinds[i].used == 0);
    }
    zone_free(&quota_zone, quota);
}
