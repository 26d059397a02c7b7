/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vouchers: what recipes make of them, what can be read in them, and how they end.
 */
#include <string.h>

#include <mach/mach_vm.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "voucher_recipes.h"

#define SELF  mach_task_self()
#define DATA  MACH_VOUCHER_ATTR_KEY_USER_DATA
#define TEST  MACH_VOUCHER_ATTR_KEY_TEST
#define STORE MACH_VOUCHER_ATTR_USER_DATA_STORE

void systest_prepare(void)
{
    task_warm_up();
}

CASE(user_data_is_kept)
{
    static const mach_voucher_attr_recipe_data_t expected = { .key = DATA,
                                                              .command = STORE,
                                                              .content_size = 6 };
    mach_voucher_t voucher = voucher_with("hello");
    uint8_t recipe[128];
    mach_msg_type_number_t size = sizeof(recipe);
    EXPECT_EQ(port_type(voucher), MACH_PORT_TYPE_SEND);
    EXPECT(voucher_has(voucher, DATA, "hello"));
    EXPECT(voucher_has(voucher, TEST, NULL));
    EXPECT_OK(mach_voucher_extract_attr_recipe(voucher, DATA, recipe, &size));
    EXPECT_EQ(size, sizeof(expected) + 6);
    EXPECT(memcmp(recipe, &expected, sizeof(expected)) == 0);
    EXPECT(memcmp(recipe + sizeof(expected), "hello", 6) == 0);
    voucher_drop(voucher);
    EXPECT_EQ(port_type(voucher), 0);
}

CASE(equal_vouchers_are_one)
{
    mach_voucher_t first = voucher_with("same");
    mach_voucher_t second = voucher_with("same");
    mach_voucher_t other = voucher_with("samE");
    mach_voucher_t longer = voucher_with("same ");
    mach_voucher_t test;
    uint64_t vouchers = systest_count("vouchers");
    EXPECT_EQ(first, second);
    EXPECT_EQ(port_refs(first, MACH_PORT_RIGHT_SEND), 2);
    EXPECT(other != first && longer != first && longer != other);
    EXPECT_OK(create_by(step_of(TEST, STORE, 0, "same"), &test));
    EXPECT(test != first);
    EXPECT_EQ(systest_count("vouchers"), vouchers + 1);
    EXPECT_EQ(systest_count("voucher values"), vouchers + 1);
    EXPECT(voucher_has(test, TEST, "same") && voucher_has(test, DATA, NULL));
    voucher_drop(first);
    EXPECT(voucher_has(second, DATA, "same"));
    voucher_drop(second);
    voucher_drop(other);
    voucher_drop(longer);
    voucher_drop(test);
}

/* The voucher that has what COMMAND makes of KEY of PREVIOUS, beginning with what BASE has. */
static mach_voucher_t derive(mach_voucher_t base, mach_voucher_attr_recipe_command_t command,
                             mach_voucher_attr_key_t key, mach_voucher_t previous)
{
    const mach_voucher_attr_recipe_data_t steps[] = {
        { .key = MACH_VOUCHER_ATTR_KEY_ALL,
          .command = MACH_VOUCHER_ATTR_COPY,
          .previous_voucher = base },
        { .key = key, .command = command, .previous_voucher = previous },
    };
    uint8_t recipe[sizeof(steps)];
    memcpy(recipe, steps, sizeof(steps));
    mach_voucher_t voucher = MACH_VOUCHER_NULL;
    mach_port_t host = mach_host_self();
    EXPECT_OK(host_create_mach_voucher(host, recipe, sizeof(recipe), &voucher));
    EXPECT_OK(mach_port_deallocate(SELF, host));
    return voucher;
}

CASE(values_are_copied_and_removed)
{
    mach_voucher_t data = voucher_with("data");
    mach_voucher_t other = voucher_with("other");
    mach_voucher_t test;
    mach_voucher_t empty;
    EXPECT_OK(create_by(step_of(TEST, STORE, 0, "test"), &test));
    EXPECT_OK(create_by(step_of(DATA, STORE, 0, NULL), &empty));
    EXPECT(MACH_PORT_VALID(empty) && voucher_has(empty, DATA, NULL));

    mach_voucher_t both = derive(data, MACH_VOUCHER_ATTR_COPY, TEST, test);
    EXPECT(voucher_has(both, DATA, "data") && voucher_has(both, TEST, "test"));
    const struct {
        mach_voucher_t made;
        mach_voucher_t expected;
    } cases[] = {
        { derive(both, MACH_VOUCHER_ATTR_COPY, DATA, MACH_VOUCHER_NULL), both },
        { derive(both, MACH_VOUCHER_ATTR_COPY, MACH_VOUCHER_ATTR_KEY_ALL, test), test },
        { derive(both, MACH_VOUCHER_ATTR_COPY, DATA, test), test },
        { derive(both, MACH_VOUCHER_ATTR_REMOVE, DATA, MACH_VOUCHER_NULL), test },
        { derive(both, MACH_VOUCHER_ATTR_REMOVE, DATA, data), test },
        { derive(both, MACH_VOUCHER_ATTR_REMOVE, DATA, other), both },
        { derive(both, MACH_VOUCHER_ATTR_REMOVE, MACH_VOUCHER_ATTR_KEY_ALL, test), data },
        { derive(both, MACH_VOUCHER_ATTR_REMOVE, MACH_VOUCHER_ATTR_KEY_ALL, MACH_VOUCHER_NULL),
          empty },
        { derive(both, MACH_VOUCHER_ATTR_REDEEM, DATA, MACH_VOUCHER_NULL), both },
        { derive(test, MACH_VOUCHER_ATTR_REDEEM, DATA, data), both },
        { derive(both, MACH_VOUCHER_ATTR_REDEEM, DATA, test), test },
        { derive(both, MACH_VOUCHER_ATTR_COPY, MACH_VOUCHER_ATTR_KEY_ATM, test), both },
    };
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        EXPECT_EQ(cases[i].made, cases[i].expected);
        voucher_drop(cases[i].made);
    }
    voucher_drop(both);
    voucher_drop(empty);
    voucher_drop(test);
    voucher_drop(other);
    voucher_drop(data);
}

CASE(all_recipes_make_the_voucher_again)
{
    mach_voucher_t data = voucher_with("data");
    mach_voucher_t test;
    mach_voucher_t again = MACH_VOUCHER_NULL;
    EXPECT_OK(create_by(step_of(TEST, STORE, 0, "test"), &test));
    mach_voucher_t both = derive(data, MACH_VOUCHER_ATTR_COPY, TEST, test);
    uint8_t recipe[128];
    uint8_t seen[128];
    mach_msg_type_number_t size = sizeof(recipe);
    mach_msg_type_number_t seen_size = sizeof(seen);
    mach_port_t host = mach_host_self();
    EXPECT_OK(mach_voucher_extract_all_attr_recipes(both, recipe, &size));
    EXPECT_EQ(size, 2 * (sizeof(mach_voucher_attr_recipe_data_t) + 5));
    EXPECT_OK(host_create_mach_voucher(host, recipe, size, &again));
    EXPECT_EQ(again, both);
    EXPECT_OK(mach_voucher_debug_info(SELF, both, seen, &seen_size));
    EXPECT(seen_size == size && memcmp(seen, recipe, size) == 0);
    size = 2 * (sizeof(mach_voucher_attr_recipe_data_t) + 5) - 1;
    EXPECT_EQ(mach_voucher_extract_all_attr_recipes(both, recipe, &size), KERN_NO_SPACE);
    size = 0;
    EXPECT_EQ(mach_voucher_extract_all_attr_recipes(both, recipe, &size), KERN_NO_SPACE);
    size = 1;
    EXPECT_EQ(mach_voucher_debug_info(SELF, both, recipe, &size), KERN_NO_SPACE);
    EXPECT_EQ(mach_voucher_debug_info(SELF, MACH_PORT_NULL, recipe, &size), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_voucher_debug_info(SELF, host, recipe, &size), KERN_FAILURE);
    EXPECT_EQ(mach_voucher_debug_info(host, both, recipe, &size), KERN_INVALID_TASK);
    EXPECT_OK(mach_port_deallocate(SELF, host));
    voucher_drop(again);
    voucher_drop(both);
    voucher_drop(test);
    voucher_drop(data);
}

CASE(recipes_that_are_refused)
{
    mach_voucher_t voucher = voucher_with("data");
    mach_port_t port = port_create_with_send();
    const struct {
        struct one_step step;
        kern_return_t expected;
    } cases[] = {
        { step_of(MACH_VOUCHER_ATTR_KEY_ATM, STORE, 0, "x"), KERN_INVALID_ARGUMENT },
        { step_of(MACH_VOUCHER_ATTR_KEY_BANK, 610, 0, NULL), KERN_INVALID_ARGUMENT },
        { step_of(MACH_VOUCHER_ATTR_KEY_NONE, STORE, 0, "x"), KERN_INVALID_ARGUMENT },
        { step_of(9, STORE, 0, "x"), KERN_INVALID_ARGUMENT },
        { step_of(MACH_VOUCHER_ATTR_KEY_ALL, STORE, 0, "x"), KERN_INVALID_ARGUMENT },
        { step_of(DATA, MACH_VOUCHER_ATTR_NOOP, 0, NULL), KERN_INVALID_ARGUMENT },
        { step_of(DATA, MACH_VOUCHER_ATTR_AUTO_REDEEM, 0, NULL), KERN_INVALID_ARGUMENT },
        { step_of(DATA, MACH_VOUCHER_ATTR_SEND_PREPROCESS, 0, NULL), KERN_INVALID_ARGUMENT },
        { step_of(DATA, MACH_VOUCHER_ATTR_SET_VALUE_HANDLE, 0, "1234567"),
          KERN_INVALID_CAPABILITY },
        { step_of(DATA, MACH_VOUCHER_ATTR_COPY, voucher, "x"), KERN_INVALID_ARGUMENT },
        { step_of(9, MACH_VOUCHER_ATTR_COPY, voucher, NULL), KERN_INVALID_ARGUMENT },
        { step_of(DATA, MACH_VOUCHER_ATTR_REMOVE, 0, "x"), KERN_INVALID_ARGUMENT },
        { step_of(9, MACH_VOUCHER_ATTR_REMOVE, 0, NULL), KERN_INVALID_ARGUMENT },
        { step_of(9, MACH_VOUCHER_ATTR_REDEEM, 0, NULL), KERN_INVALID_ARGUMENT },
        { step_of(MACH_VOUCHER_ATTR_KEY_ALL, MACH_VOUCHER_ATTR_REDEEM, voucher, NULL),
          KERN_INVALID_ARGUMENT },
        { step_of(DATA, STORE, port, "x"), KERN_INVALID_CAPABILITY },
        { step_of(DATA, STORE, MACH_PORT_DEAD, "x"), KERN_INVALID_CAPABILITY },
        { step_of(DATA, STORE, 0x1234, "x"), KERN_INVALID_CAPABILITY },
    };
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        mach_voucher_t made = 0x77;
        EXPECT_EQ(create_by(cases[i].step, &made), cases[i].expected);
        EXPECT_EQ(made, 0x77);
    }
    port_destroy_with_send(port);
    voucher_drop(voucher);
}

CASE(recipes_that_end_too_early)
{
    struct one_step step = step_of(DATA, STORE, 0, "12345678");
    mach_port_t host = mach_host_self();
    mach_voucher_t voucher = 0x77;
    for (uint32_t size = 1; size < step_size(&step); size++) {
        EXPECT_EQ(host_create_mach_voucher(host, (uint8_t *)&step, size, &voucher),
                  KERN_INVALID_ARGUMENT);
    }
    EXPECT_EQ(host_create_mach_voucher(host, (uint8_t *)&step, step_size(&step) + 1, &voucher),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(voucher, 0x77);
    EXPECT_OK(host_create_mach_voucher(host, (uint8_t *)&step, 0, &voucher));
    EXPECT_EQ(voucher, MACH_VOUCHER_NULL);
    EXPECT_OK(mach_port_deallocate(SELF, host));
}

CASE(content_has_to_fit)
{
    mach_voucher_t voucher = voucher_with("12345");
    uint8_t bytes[64];
    const uint32_t head = sizeof(mach_voucher_attr_recipe_data_t);
    mach_msg_type_number_t size = 5;
    EXPECT_EQ(mach_voucher_extract_attr_content(voucher, DATA, bytes, &size), KERN_NO_SPACE);
    size = 6;
    EXPECT_OK(mach_voucher_extract_attr_content(voucher, DATA, bytes, &size));
    EXPECT_EQ(size, 6);
    size = 0;
    EXPECT_OK(mach_voucher_extract_attr_content(voucher, DATA, bytes, &size));
    EXPECT_EQ(size, 0);
    size = head - 1;
    EXPECT_EQ(mach_voucher_extract_attr_recipe(voucher, DATA, bytes, &size), KERN_NO_SPACE);
    size = head + 5;
    EXPECT_EQ(mach_voucher_extract_attr_recipe(voucher, DATA, bytes, &size), KERN_NO_SPACE);
    size = head;
    EXPECT_OK(mach_voucher_extract_attr_recipe(voucher, DATA, bytes, &size));
    EXPECT_EQ(size, head);
    for (mach_voucher_attr_key_t key = 0; key < 12; key++) {
        size = key == DATA ? head + 6 : 1;
        EXPECT_OK(mach_voucher_extract_attr_recipe(voucher, key, bytes, &size));
        EXPECT_EQ(size, key == DATA ? head + 6 : 0);
    }
    voucher_drop(voucher);
}

CASE(importance_says_whose)
{
    static const char words[] = "Importance for pid ";
    mach_voucher_t voucher = MACH_VOUCHER_NULL;
    mach_voucher_t again = MACH_VOUCHER_NULL;
    const struct one_step self =
        step_of(MACH_VOUCHER_ATTR_KEY_IMPORTANCE, MACH_VOUCHER_ATTR_IMPORTANCE_SELF, 0, NULL);
    struct one_step shown = {};
    uint32_t number = 0;
    char text[64];
    mach_msg_type_number_t size = sizeof(text);
    EXPECT_OK(create_by(self, &voucher));
    EXPECT_OK(create_by(self, &again));
    EXPECT_EQ(voucher, again);
    EXPECT_OK(mach_voucher_extract_attr_content(voucher, MACH_VOUCHER_ATTR_KEY_IMPORTANCE,
                                                (uint8_t *)text, &size));
    EXPECT(memcmp(text, words, sizeof(words) - 1) == 0 && size > sizeof(words));
    EXPECT_EQ(size, strlen(text) + 1);
    size = 11;
    EXPECT_OK(mach_voucher_extract_attr_content(voucher, MACH_VOUCHER_ATTR_KEY_IMPORTANCE,
                                                (uint8_t *)text, &size));
    EXPECT(size == 11 && strcmp(text, "Importance") == 0);
    size = 0;
    EXPECT_EQ(mach_voucher_extract_attr_content(voucher, MACH_VOUCHER_ATTR_KEY_IMPORTANCE,
                                                (uint8_t *)text, &size),
              KERN_NO_SPACE);
    size = sizeof(shown);
    EXPECT_OK(mach_voucher_extract_attr_recipe(voucher, MACH_VOUCHER_ATTR_KEY_IMPORTANCE,
                                               (uint8_t *)&shown, &size));
    EXPECT_EQ(shown.command, MACH_VOUCHER_ATTR_NOOP);
    EXPECT_EQ(create_by(shown, &again), KERN_INVALID_ARGUMENT);
    shown.content_size = 0;
    EXPECT_EQ(create_by(shown, &again), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(create_by(step_of(shown.key, MACH_VOUCHER_ATTR_IMPORTANCE_SELF, 0, "x"), &again),
              KERN_INVALID_ARGUMENT);

    size = 0;
    const mach_voucher_attr_key_t key = MACH_VOUCHER_ATTR_KEY_IMPORTANCE;
    uint8_t *in = (uint8_t *)&number;
    EXPECT_EQ(mach_voucher_attr_command(voucher, key, MACH_VOUCHER_IMPORTANCE_ATTR_DROP_EXTERNAL,
                                        in, 4, in, &size),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_voucher_attr_command(voucher, key, MACH_VOUCHER_IMPORTANCE_ATTR_ADD_EXTERNAL, in,
                                        4, in, &size),
              KERN_NOT_SUPPORTED);
    EXPECT_EQ(mach_voucher_attr_command(voucher, key, MACH_VOUCHER_IMPORTANCE_ATTR_ADD_EXTERNAL, in,
                                        3, in, &size),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_voucher_attr_command(voucher, DATA, 1, in, 4, in, &size), KERN_FAILURE);
    EXPECT_EQ(mach_voucher_attr_command(voucher, TEST, 1, in, 4, in, &size), KERN_FAILURE);
    EXPECT_EQ(mach_voucher_attr_command(voucher, MACH_VOUCHER_ATTR_KEY_BANK, 1, in, 4, in, &size),
              KERN_INVALID_ARGUMENT);
    voucher_drop(voucher);
    voucher_drop(voucher);
}

CASE(managers_cannot_be_registered)
{
    mach_port_t host = mach_host_self();
    mach_voucher_attr_key_t key;
    mach_port_t control;
    EXPECT_EQ(host_register_mach_voucher_attr_manager(host, SELF, 0, &key, &control), MIG_BAD_ID);
    EXPECT_EQ(host_register_well_known_mach_voucher_attr_manager(host, SELF, 0, DATA, &control),
              MIG_BAD_ID);
    EXPECT_OK(mach_port_deallocate(SELF, host));
}
