/* SPDX-License-Identifier: BSD-2-Clause */
#include "voucher_recipes.h"

#include <string.h>

#include "systest.h"

struct one_step step_of(mach_voucher_attr_key_t key, mach_voucher_attr_recipe_command_t command,
                        mach_voucher_name_t previous, const char *text)
{
    struct one_step step = { .key = key, .command = command, .previous = previous };
    if (text != NULL) {
        step.content_size = (uint32_t)strlen(text) + 1;
        memcpy(step.content, text, step.content_size);
    }
    return step;
}

kern_return_t create_by(struct one_step step, mach_voucher_t *voucher)
{
    mach_port_t host = mach_host_self();
    kern_return_t result =
        host_create_mach_voucher(host, (uint8_t *)&step, step_size(&step), voucher);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    return result;
}

mach_voucher_t voucher_with(const char *text)
{
    mach_voucher_t voucher = MACH_VOUCHER_NULL;
    EXPECT_OK(create_by(step_of(MACH_VOUCHER_ATTR_KEY_USER_DATA, MACH_VOUCHER_ATTR_USER_DATA_STORE,
                                MACH_VOUCHER_NULL, text),
                        &voucher));
    EXPECT(MACH_PORT_VALID(voucher));
    return voucher;
}

bool voucher_has(mach_voucher_t voucher, mach_voucher_attr_key_t key, const char *text)
{
    uint8_t content[CONTENT_MAX];
    mach_msg_type_number_t size = sizeof(content);
    if (!EXPECT_OK(mach_voucher_extract_attr_content(voucher, key, content, &size))) {
        return false;
    }
    return text == NULL ? size == 0 : size == strlen(text) + 1 && memcmp(content, text, size) == 0;
}

void voucher_drop(mach_voucher_t voucher)
{
    EXPECT_OK(mach_voucher_deallocate(voucher));
}
