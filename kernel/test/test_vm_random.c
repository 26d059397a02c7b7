/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random operations on a few maps, against a model that is an array of pages: what each shows, what
 * may be done with it, and which pages are the same memory.  The model knows nothing of objects,
 * shadows or marks; after each operation some pages, and now and then all, must be as it says.
 */
#include <test/test_vm.h>

#define MAPS  4
#define SPACE 24 /* pages of each map that the model covers */
#define CELLS (MAPS * SPACE)
#define STEPS 6000

/* One page of memory, with the pages that show it. */
struct model_cell {
    unsigned char value;
    uint32_t users;
};

struct model_page {
    bool is_mapped;
    vm_prot_t protection;
    vm_inherit_t inheritance;
    uint32_t cell;
};

static struct vm_map *maps[MAPS];
static struct model_page model[MAPS][SPACE];
static struct model_cell cells[CELLS];
static uint32_t seed;

/* A number below LIMIT (xorshift, Marsaglia 2003). */
static uint32_t pick(uint32_t limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % limit;
}

static virt_addr_t address_of(uint32_t page)
{
    return TEST_ADDRESS + PAGES(page);
}

/* A cell that nobody uses, showing VALUE. */
static uint32_t new_cell(unsigned char value)
{
    uint32_t cell = 0;
    while (cells[cell].users != 0) {
        cell++;
    }
    cells[cell] = (struct model_cell){ value, 1 };
    return cell;
}

static void model_unmap(struct model_page *page)
{
    if (page->is_mapped) {
        cells[page->cell].users--;
    }
    page->is_mapped = false;
}

/* Let PAGE show VALUE in memory of its own. */
static void model_set(struct model_page *page, unsigned char value)
{
    cells[page->cell].users--;
    page->cell = new_cell(value);
}

static unsigned char model_value(const struct model_page *page)
{
    return cells[page->cell].value;
}

/* True if all COUNT pages from PAGE on are mapped with PROTECTION. */
static bool model_allows(const struct model_page *page, uint32_t count, vm_prot_t protection)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!page[i].is_mapped || (protection & ~page[i].protection) != 0) {
            return false;
        }
    }
    return true;
}

/* A range of one map. */
struct range {
    uint32_t map;
    uint32_t first;
    uint32_t count;
    virt_addr_t address;
    uint64_t size;
    struct model_page *pages;
};

static struct range pick_range(void)
{
    uint32_t map = pick(MAPS);
    uint32_t first = pick(SPACE);
    uint32_t count = 1 + pick(SPACE - first < 8 ? SPACE - first : 8);
    return (struct range){ map, first, count, address_of(first), PAGES(count), &model[map][first] };
}

static void random_allocate(void)
{
    struct range range = pick_range();
    mach_vm_address_t address = range.address;
    EXPECT_EQ(mach_vm_allocate(maps[range.map], &address, range.size, VM_FLAGS_OVERWRITE),
              KERN_SUCCESS);
    for (uint32_t i = 0; i < range.count; i++) {
        model_unmap(&range.pages[i]);
        range.pages[i] = (struct model_page){ true, VM_PROT_DEFAULT, VM_INHERIT_COPY, new_cell(0) };
    }
}

static void random_deallocate(void)
{
    struct range range = pick_range();
    EXPECT_EQ(mach_vm_deallocate(maps[range.map], range.address, range.size), KERN_SUCCESS);
    for (uint32_t i = 0; i < range.count; i++) {
        model_unmap(&range.pages[i]);
    }
}

static void random_protect(void)
{
    static const vm_prot_t choices[] = { VM_PROT_DEFAULT, VM_PROT_DEFAULT, VM_PROT_READ,
                                         VM_PROT_NONE };
    struct range range = pick_range();
    vm_prot_t protection = choices[pick(ARRAY_SIZE(choices))];
    bool is_mapped = model_allows(range.pages, range.count, VM_PROT_NONE);
    EXPECT_EQ(mach_vm_protect(maps[range.map], range.address, range.size, 0, protection),
              is_mapped ? KERN_SUCCESS : KERN_INVALID_ADDRESS);
    for (uint32_t i = 0; is_mapped && i < range.count; i++) {
        range.pages[i].protection = protection;
    }
}

static void random_inherit(void)
{
    struct range range = pick_range();
    vm_inherit_t inheritance = pick(3);
    bool is_mapped = model_allows(range.pages, range.count, VM_PROT_NONE);
    EXPECT_EQ(mach_vm_inherit(maps[range.map], range.address, range.size, inheritance),
              is_mapped ? KERN_SUCCESS : KERN_INVALID_ADDRESS);
    for (uint32_t i = 0; is_mapped && i < range.count; i++) {
        range.pages[i].inheritance = inheritance;
    }
}

/* Write a page, as user code or as the kernel does. */
static void random_write(void)
{
    struct range range = pick_range();
    unsigned char value = (unsigned char)pick(256);
    bool is_allowed = model_allows(range.pages, 1, VM_PROT_WRITE);
    kern_return_t result = pick(2) == 0
                               ? test_write(maps[range.map], range.address, value)
                               : vm_map_write_bytes(maps[range.map], range.address, &value, 1);
    EXPECT_EQ(result == KERN_SUCCESS, is_allowed);
    if (is_allowed) {
        cells[range.pages->cell].value = value;
    }
}

/* Replace a map by a fork of another one, or of itself. */
static void random_fork(void)
{
    uint32_t from = pick(MAPS);
    uint32_t to = pick(MAPS);
    struct vm_map *child = vm_map_fork(maps[from]);
    struct model_page forked[SPACE];
    for (uint32_t i = 0; i < SPACE; i++) {
        forked[i] = model[from][i];
        if (forked[i].inheritance == VM_INHERIT_NONE) {
            forked[i].is_mapped = false;
        } else if (forked[i].is_mapped && forked[i].inheritance == VM_INHERIT_SHARE) {
            cells[forked[i].cell].users++;
        }
    }
    unsigned char values[SPACE];
    for (uint32_t i = 0; i < SPACE; i++) {
        values[i] = model_value(&model[from][i]);
    }
    for (uint32_t i = 0; i < SPACE; i++) {
        model_unmap(&model[to][i]);
    }
    for (uint32_t i = 0; i < SPACE; i++) {
        if (forked[i].is_mapped && forked[i].inheritance == VM_INHERIT_COPY) {
            forked[i].cell = new_cell(values[i]);
        }
        model[to][i] = forked[i];
    }
    vm_map_deallocate(maps[to]);
    maps[to] = child;
}

/* Copy a range over another one of the same or another map. */
static void random_overwrite(void)
{
    struct range from = pick_range();
    struct range to = pick_range();
    uint32_t count = from.count < to.count ? from.count : to.count;
    bool may_read = model_allows(from.pages, count, VM_PROT_READ);
    bool may_write = model_allows(to.pages, count, VM_PROT_WRITE);
    struct vm_map_copy *copy;
    EXPECT_EQ(vm_map_copyin(maps[from.map], from.address, PAGES(count), false, &copy) ==
                  KERN_SUCCESS,
              may_read);
    if (!may_read) {
        return;
    }
    unsigned char values[SPACE];
    for (uint32_t i = 0; i < count; i++) {
        values[i] = model_value(&from.pages[i]);
    }
    kern_return_t result = vm_map_copy_overwrite(maps[to.map], to.address, copy);
    EXPECT_EQ(result == KERN_SUCCESS, may_write);
    if (result != KERN_SUCCESS) {
        vm_map_copy_discard(copy);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        cells[to.pages[i].cell].value = values[i];
    }
}

/* Send a range to another map, moved or not, look at it there, and drop it. */
static void random_transfer(void)
{
    struct range from = pick_range();
    struct vm_map *receiver = maps[pick(MAPS)];
    bool destroy = pick(4) == 0;
    struct vm_map_copy *copy;
    virt_addr_t arrived = 0;
    kern_return_t result = vm_map_copyin(maps[from.map], from.address, from.size, destroy, &copy);
    bool may_read = model_allows(from.pages, from.count, VM_PROT_READ);
    EXPECT_EQ(result == KERN_SUCCESS, may_read);
    if (result != KERN_SUCCESS) {
        return;
    }
    EXPECT_EQ(vm_map_copyout(receiver, &arrived, copy), KERN_SUCCESS);
    for (uint32_t i = 0; i < from.count; i++) {
        EXPECT_EQ(test_read(receiver, arrived + PAGES(i)), model_value(&from.pages[i]));
        if (destroy) {
            model_unmap(&from.pages[i]);
        }
    }
    EXPECT_EQ(test_write(receiver, arrived, 0xff), KERN_SUCCESS);
    EXPECT_EQ(mach_vm_deallocate(receiver, arrived, from.size), KERN_SUCCESS);
}

/* Map a range elsewhere too, shared or as a copy. */
static void random_remap(void)
{
    struct range from = pick_range();
    struct range to = pick_range();
    uint32_t count = from.count < to.count ? from.count : to.count;
    bool copy = pick(2) == 0;
    if (from.map == to.map && from.first < to.first + count && to.first < from.first + count) {
        return;
    }
    mach_vm_address_t address = to.address;
    vm_prot_t protection;
    vm_prot_t maximum;
    kern_return_t result =
        mach_vm_remap(maps[to.map], &address, PAGES(count), 0, VM_FLAGS_OVERWRITE, maps[from.map],
                      from.address, copy, &protection, &maximum, VM_INHERIT_COPY);
    bool is_mapped = model_allows(from.pages, count, VM_PROT_NONE);
    EXPECT_EQ(result, is_mapped ? KERN_SUCCESS : KERN_INVALID_ADDRESS);
    for (uint32_t i = 0; is_mapped && i < count; i++) {
        model_unmap(&to.pages[i]);
        to.pages[i] = from.pages[i];
        to.pages[i].inheritance = VM_INHERIT_COPY;
        cells[from.pages[i].cell].users++;
        if (copy) {
            model_set(&to.pages[i], model_value(&from.pages[i]));
        }
    }
}

/* Expect page INDEX of a map to be as the model says. */
static void expect_page(uint32_t map, uint32_t index)
{
    const struct model_page *page = &model[map][index];
    bool is_readable = page->is_mapped && (page->protection & VM_PROT_READ) != 0;
    EXPECT_EQ(test_read(maps[map], address_of(index)), is_readable ? model_value(page) : -1);
}

static void expect_all(void)
{
    for (uint32_t map = 0; map < MAPS; map++) {
        vm_map_check(maps[map]);
        for (uint32_t i = 0; i < SPACE; i++) {
            expect_page(map, i);
        }
    }
}

static void random_step(void)
{
    static void (*const steps[])(void) = {
        random_allocate, random_deallocate, random_protect,  random_inherit,
        random_write,    random_write,      random_write,    random_write,
        random_fork,     random_overwrite,  random_transfer, random_remap,
    };
    steps[pick(ARRAY_SIZE(steps))]();
    for (uint32_t i = 0; i < 4; i++) {
        expect_page(pick(MAPS), pick(SPACE));
    }
}

static void run_random(uint32_t start)
{
    seed = start;
    memset(model, 0, sizeof(model));
    memset(cells, 0, sizeof(cells));
    for (uint32_t i = 0; i < MAPS; i++) {
        maps[i] = vm_map_create();
    }
    for (uint32_t i = 0; i < STEPS; i++) {
        random_step();
        if (i % 50 == 0) {
            expect_all();
        }
    }
    expect_all();
    for (uint32_t i = 0; i < MAPS; i++) {
        vm_map_deallocate(maps[i]);
    }
}

KTEST(vm_random_operations_match_the_model)
{
    run_random(1);
    run_random(0x2545f491);
}
