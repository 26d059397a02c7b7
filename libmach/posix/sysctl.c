/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <sys/sysctl.h> and uname(): a table of names, with a function for each value, over the calls about
 * the host.
 */
#include <sys/sysctl.h>

#include <cpuid.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <mach/mach_host.h>
#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/mach_time.h>
#include <mach/startup.h>
#include <mach/vm_page_size.h>

#include "errors.h"
#include "files.h"
#include "sysctl_structures.h"

#define OS_TYPE           "Mach_R"
#define HOST_NAME         "localhost"
#define MACHINE           "x86_64"
#define BYTE_ORDER_NUMBER 1234

static host_basic_info_data_t host_facts(void)
{
    host_basic_info_data_t info = {};
    mach_msg_type_number_t count = HOST_BASIC_INFO_COUNT;
    mach_port_t host = mach_host_self();
    (void)host_info(host, HOST_BASIC_INFO, (host_info_t)&info, &count);
    (void)mach_port_deallocate(mach_task_self_, host);
    return info;
}

static uint64_t max_cpus(void)
{
    return (uint64_t)host_facts().max_cpus;
}

static uint64_t active_cpus(void)
{
    return (uint64_t)host_facts().avail_cpus;
}

static uint64_t memory_size(void)
{
    return host_facts().max_mem;
}

static uint64_t cpu_type(void)
{
    return (uint64_t)host_facts().cpu_type;
}

static uint64_t cpu_subtype(void)
{
    return (uint64_t)host_facts().cpu_subtype;
}

static uint64_t page_size(void)
{
    return vm_page_size;
}

static uint64_t timebase_frequency(void)
{
    mach_timebase_info_data_t base;
    (void)mach_timebase_info(&base);
    return UINT64_C(1000000000) * base.denom / base.numer;
}

static uint64_t byte_order(void)
{
    return BYTE_ORDER_NUMBER;
}

static uint64_t argument_max(void)
{
    return STARTUP_SIZE_MAX;
}

/* The kernel's whole line, such as "NAME kernel vRELEASE". */
static const char *version(void)
{
    static kernel_version_t text;
    mach_port_t host = mach_host_self();
    if (text[0] == '\0') {
        (void)host_kernel_version(host, text);
    }
    (void)mach_port_deallocate(mach_task_self_, host);
    return text;
}

/* What stands behind the last "v" of it. */
static const char *release(void)
{
    const char *mark = strrchr(version(), 'v');
    return mark == NULL ? version() : mark + 1;
}

static const char *os_type(void)
{
    return OS_TYPE;
}

static const char *host_name(void)
{
    return HOST_NAME;
}

static const char *machine(void)
{
    return MACHINE;
}

static const char *processor_name(void)
{
    static union {
        unsigned int word[12];
        char text[48];
    } brand;
    for (unsigned int part = 0; part < 3; part++) {
        unsigned int *word = &brand.word[4 * part];
        __cpuid(0x80000002 + part, word[0], word[1], word[2], word[3]);
    }
    return brand.text + strspn(brand.text, " ");
}

/* One name: a number of WIDTH bytes, a text (WIDTH 0), or a structure (WIDTH 0). */
static const struct fact {
    const char *name;
    int level;  /* CTL_*; 0: it has no number */
    int number; /* in that level */
    size_t width;
    uint64_t (*value)(void);
    const char *(*text)(void);
    size_t (*structure)(void *); /* fills it; its size */
} facts[] = {
    { "kern.ostype", CTL_KERN, KERN_OSTYPE, 0, NULL, os_type, NULL },
    { "kern.osrelease", CTL_KERN, KERN_OSRELEASE, 0, NULL, release, NULL },
    { "kern.version", CTL_KERN, KERN_VERSION, 0, NULL, version, NULL },
    { "kern.hostname", CTL_KERN, KERN_HOSTNAME, 0, NULL, host_name, NULL },
    { "kern.argmax", CTL_KERN, KERN_ARGMAX, 4, argument_max, NULL, NULL },
    { "hw.machine", CTL_HW, HW_MACHINE, 0, NULL, machine, NULL },
    { "hw.model", CTL_HW, HW_MODEL, 0, NULL, machine, NULL },
    { "hw.ncpu", CTL_HW, HW_NCPU, 4, max_cpus, NULL, NULL },
    { "hw.activecpu", CTL_HW, HW_AVAILCPU, 4, active_cpus, NULL, NULL },
    { "hw.physicalcpu", 0, 0, 4, active_cpus, NULL, NULL },
    { "hw.physicalcpu_max", 0, 0, 4, max_cpus, NULL, NULL },
    { "hw.logicalcpu", 0, 0, 4, active_cpus, NULL, NULL },
    { "hw.logicalcpu_max", 0, 0, 4, max_cpus, NULL, NULL },
    { "hw.memsize", CTL_HW, HW_MEMSIZE, 8, memory_size, NULL, NULL },
    { "hw.physmem", CTL_HW, HW_PHYSMEM, 8, memory_size, NULL, NULL },
    { "hw.pagesize", 0, 0, 8, page_size, NULL, NULL },
    { "", CTL_HW, HW_PAGESIZE, 4, page_size, NULL, NULL },
    { "hw.byteorder", CTL_HW, HW_BYTEORDER, 4, byte_order, NULL, NULL },
    { "hw.cputype", 0, 0, 4, cpu_type, NULL, NULL },
    { "hw.cpusubtype", 0, 0, 4, cpu_subtype, NULL, NULL },
    { "hw.tbfrequency", 0, 0, 8, timebase_frequency, NULL, NULL },
    { "machdep.cpu.brand_string", 0, 0, 0, NULL, processor_name, NULL },
    { "kern.boottime", CTL_KERN, KERN_BOOTTIME, .structure = sysctl_boot_time },
    { "kern.clockrate", CTL_KERN, KERN_CLOCKRATE, .structure = sysctl_clock_rate },
    { "vm.swapusage", CTL_VM, VM_SWAPUSAGE, .structure = sysctl_swap_usage },
};

#define FACT_COUNT (sizeof(facts) / sizeof(facts[0]))

/* Copy SIZE bytes of a value out. */
static int put(const void *value, size_t size, void *old, size_t *old_size)
{
    if (old == NULL) {
        if (old_size != NULL) {
            *old_size = size;
        }
        return 0;
    }
    if (old_size == NULL || *old_size < size) {
        return fail_errno(ENOMEM);
    }
    memcpy(old, value, size);
    *old_size = size;
    return 0;
}

static int answer(const struct fact *fact, void *old, size_t *old_size, const void *new_value)
{
    if (fact == NULL) {
        return fail_errno(ENOENT);
    }
    if (new_value != NULL) {
        return fail_errno(EPERM);
    }
    if (fact->structure != NULL) {
        union sysctl_structure structure = {};
        size_t size = fact->structure(&structure);
        return put(&structure, size, old, old_size);
    }
    if (fact->width == 0) {
        const char *text = fact->text();
        return put(text, strlen(text) + 1, old, old_size);
    }
    /* The low bytes come first: a shorter number is the beginning of the longer. */
    uint64_t value = fact->value();
    return put(&value, fact->width, old, old_size);
}

static const struct fact *find(const char *name)
{
    const struct fact *found = NULL;
    for (size_t i = 0; i < FACT_COUNT && found == NULL; i++) {
        found = name[0] != '\0' && strcmp(facts[i].name, name) == 0 ? &facts[i] : NULL;
    }
    return found;
}

int sysctlbyname(const char *name, void *old, size_t *old_size, void *new_value,
                 [[maybe_unused]] size_t new_size)
{
    return answer(find(name), old, old_size, new_value);
}

int sysctlnametomib(const char *name, int *numbers, size_t *length)
{
    const struct fact *found = find(name);
    if (found == NULL || found->level == 0) {
        return fail_errno(ENOENT);
    }
    if (*length < 2) {
        return fail_errno(ENOMEM);
    }
    numbers[0] = found->level;
    numbers[1] = found->number;
    *length = 2;
    return 0;
}

int sysctl(int *name, unsigned int length, void *old, size_t *old_size, void *new_value,
           [[maybe_unused]] size_t new_size)
{
    const struct fact *found = NULL;
    if (length >= 3 && name[0] == CTL_KERN && name[1] == KERN_PROC) {
        return new_value != NULL ? fail_errno(EPERM)
                                 : sysctl_processes(name + 2, length - 2, old, old_size);
    }
    for (size_t i = 0; i < FACT_COUNT && found == NULL && length == 2; i++) {
        bool is_it = facts[i].level != 0 && facts[i].level == name[0] && facts[i].number == name[1];
        found = is_it ? &facts[i] : NULL;
    }
    return answer(found, old, old_size, new_value);
}

int uname(struct utsname *names)
{
    strlcpy(names->sysname, os_type(), sizeof(names->sysname));
    strlcpy(names->nodename, host_name(), sizeof(names->nodename));
    strlcpy(names->release, release(), sizeof(names->release));
    strlcpy(names->version, version(), sizeof(names->version));
    strlcpy(names->machine, machine(), sizeof(names->machine));
    return 0;
}

int gethostname(char *name, size_t size)
{
    return strlcpy(name, host_name(), size) < size ? 0 : fail_errno(ENAMETOOLONG);
}

int getpagesize(void)
{
    return (int)vm_page_size;
}

long sysconf(int name)
{
    switch (name) {
    case _SC_PAGESIZE: return (long)vm_page_size;
    case _SC_NPROCESSORS_CONF: return (long)max_cpus();
    case _SC_NPROCESSORS_ONLN: return (long)active_cpus();
    case _SC_PHYS_PAGES: return (long)(memory_size() / vm_page_size);
    case _SC_ARG_MAX: return STARTUP_SIZE_MAX;
    case _SC_OPEN_MAX: return FILES_MAX;
    case _SC_CLK_TCK: return CLOCKS_PER_SEC;
    case _SC_MONOTONIC_CLOCK: return 1;
    default: return fail_errno(EINVAL);
    }
}
