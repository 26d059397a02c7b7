/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects as sets of pages, and shadow chains: what they show, and that they stay short.
 */
#include <test/test_vm.h>

#include <vm/vm_shadow.h>

/* Put a page that begins with VALUE at page INDEX of OBJECT. */
static bool put_page(struct vm_object *object, uint64_t index, unsigned char value)
{
    struct vm_page *page = vm_page_allocate_zeroed();
    if (page == nullptr) {
        return false;
    }
    *(unsigned char *)vm_page_data(page) = value;
    mutex_lock(&object->lock);
    vm_object_insert_page(object, page, PAGES(index));
    mutex_unlock(&object->lock);
    return true;
}

/* The byte that OBJECT shows at the beginning of page INDEX. */
static int shown(struct vm_object *object, uint64_t index)
{
    unsigned char byte;
    return vm_object_read(object, PAGES(index), &byte, 1) == KERN_SUCCESS ? byte : -1;
}

KTEST(vm_object_pages_in_any_order)
{
    struct vm_object *object = vm_object_create(PAGES(64));
    for (uint64_t i = 0; i < 64; i++) {
        EXPECT(put_page(object, i * 37 % 64, (unsigned char)(i * 37 % 64)));
    }
    vm_object_check(object);
    for (uint64_t i = 0; i < 64; i++) {
        EXPECT_EQ(shown(object, i), i);
    }
    vm_object_free_range(object, PAGES(10), PAGES(5));
    vm_object_free_range(object, PAGES(60), PAGES(1000));
    vm_object_check(object);
    EXPECT_EQ(object->resident_count, 55);
    EXPECT_EQ(vm_object_count_resident(object, PAGES(8), PAGES(8)), 3);
    EXPECT_EQ(shown(object, 9), 9);
    EXPECT_EQ(shown(object, 10), 0);
    vm_object_release(object);
}

KTEST(vm_object_shadow_shows_what_is_behind)
{
    struct vm_object *back = vm_object_create(PAGES(8));
    EXPECT(put_page(back, 2, 2) && put_page(back, 3, 3));
    vm_object_reference(back);
    struct vm_object *front = vm_object_shadow(back, PAGES(2), PAGES(2));
    EXPECT(put_page(front, 1, 30));
    EXPECT_EQ(shown(front, 0), 2);
    EXPECT_EQ(shown(front, 1), 30);
    EXPECT_EQ(shown(back, 3), 3);
    vm_object_release(front);
    EXPECT(vm_object_is_sole(back));
    vm_object_release(back);
}

KTEST(vm_object_collapse_merges_a_private_shadow)
{
    struct vm_object *back = vm_object_create(PAGES(8));
    for (uint64_t i = 0; i < 8; i++) {
        EXPECT(put_page(back, i, (unsigned char)i));
    }
    uint64_t free_before = vm_page_free_count();
    struct vm_object *middle = vm_object_shadow(back, PAGES(1), PAGES(6));
    struct vm_object *front = vm_object_shadow(middle, PAGES(1), PAGES(4));
    EXPECT(put_page(front, 1, 100));
    EXPECT_EQ(vm_object_chain_length(front), 1);
    EXPECT_EQ(shown(front, 0), 2);
    EXPECT_EQ(vm_object_chain_length(front), 0);
    EXPECT_EQ(shown(front, 1), 100);
    EXPECT_EQ(shown(front, 2), 4);
    EXPECT_EQ(shown(front, 3), 5);
    vm_object_check(front);
    /* Of the eight pages, three are seen; one more was made. */
    EXPECT_EQ(front->resident_count, 4);
    EXPECT_EQ(vm_page_free_count(), free_before + 5 - 1);
    vm_object_release(front);
}

KTEST(vm_object_hidden_shadow_is_left_out)
{
    struct vm_object *back = vm_object_create(PAGES(4));
    EXPECT(put_page(back, 0, 1) && put_page(back, 1, 2));
    vm_object_reference(back);
    struct vm_object *middle = vm_object_shadow(back, 0, PAGES(4));
    EXPECT(put_page(middle, 0, 11) && put_page(middle, 1, 12));
    vm_object_reference(middle);
    struct vm_object *front = vm_object_shadow(middle, 0, PAGES(4));
    EXPECT(middle->shadow == nullptr);
    EXPECT(vm_object_is_sole(back));
    EXPECT_EQ(shown(front, 1), 12);
    EXPECT_EQ(shown(front, 2), 0);
    vm_object_release(front);
    vm_object_release(middle);
    vm_object_release(back);
}

KTEST(vm_object_copy_pages_takes_what_the_chain_shows)
{
    struct vm_object *back = vm_object_create(PAGES(8));
    EXPECT(put_page(back, 3, 3) && put_page(back, 4, 4) && put_page(back, 7, 7));
    vm_object_reference(back);
    struct vm_object *front = vm_object_shadow(back, PAGES(1), PAGES(6));
    EXPECT(put_page(front, 2, 33));
    struct vm_object *copy = nullptr;
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        kern_return_t result = vm_object_copy_pages(front, PAGES(1), PAGES(4), &copy);
        EXPECT_EQ(result, ktest_failure_happened() ? KERN_RESOURCE_SHORTAGE : KERN_SUCCESS);
        if (result != KERN_SUCCESS) {
            continue;
        }
        vm_object_check(copy);
        EXPECT_EQ(copy->resident_count, 2);
        EXPECT_EQ(shown(copy, 0), 0);
        EXPECT_EQ(shown(copy, 1), 33);
        EXPECT_EQ(shown(copy, 2), 4);
        vm_object_release(copy);
    }
    vm_object_release(front);
    vm_object_release(back);
}

KTEST(vm_object_long_chain_is_freed_without_recursion)
{
    struct vm_object *object = vm_object_create(PAGES(1));
    for (uint32_t i = 0; i < 10000; i++) {
        struct vm_object *front = vm_object_shadow(object, 0, PAGES(1));
        if (!EXPECT(front != nullptr)) {
            break;
        }
        object = front;
    }
    vm_object_release(object);
}
