/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reference counts.
 */
#include <test/ktest.h>

#include <lib/refcount.h>

KTEST(refcount_last_release_is_told)
{
    struct refcount count;
    refcount_init(&count, 1);
    refcount_acquire(&count);
    EXPECT_EQ(refcount_value(&count), 2);
    EXPECT(!refcount_release(&count));
    EXPECT(refcount_acquire_if_alive(&count));
    EXPECT(!refcount_release(&count));
    EXPECT(refcount_release(&count));
    EXPECT_EQ(refcount_value(&count), 0);
    EXPECT(!refcount_acquire_if_alive(&count));
    EXPECT_EQ(refcount_value(&count), 0);
}
