/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of processors, as tools print them.
 */
#include <stddef.h>

#include <mach/mach_init.h>

static const struct {
    cpu_type_t type;
    cpu_subtype_t subtype;
    const char *name;
    const char *subname;
} slots[] = {
    { CPU_TYPE_X86_64, CPU_SUBTYPE_X86_64_H, "x86_64h", "Intel x86-64h Haswell" },
    { CPU_TYPE_X86_64, CPU_SUBTYPE_MULTIPLE, "x86_64", "Intel x86-64" },
    { CPU_TYPE_I386, CPU_SUBTYPE_X86_ARCH1, "i486", "Intel 80486" },
    { CPU_TYPE_I386, CPU_SUBTYPE_X86_64_H, "x86_64h", "Intel x86-64h Haswell" },
    { CPU_TYPE_I386, CPU_SUBTYPE_MULTIPLE, "i386", "Intel 80x86" },
    { CPU_TYPE_ARM64, CPU_SUBTYPE_MULTIPLE, "arm64", "ARM64" },
    { CPU_TYPE_ARM, CPU_SUBTYPE_MULTIPLE, "arm", "ARM" },
    { CPU_TYPE_POWERPC, CPU_SUBTYPE_MULTIPLE, "ppc", "PowerPC" },
    { CPU_TYPE_POWERPC64, CPU_SUBTYPE_MULTIPLE, "ppc64", "PowerPC 64-bit" },
};

void slot_name(cpu_type_t cpu_type, cpu_subtype_t cpu_subtype, char **cpu_name, char **cpu_subname)
{
    *cpu_name = (char *)"Unknown CPU";
    *cpu_subname = (char *)"";
    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        /* Multiple stands for every kind that has no line of its own. */
        if (slots[i].type == cpu_type &&
            (slots[i].subtype == cpu_subtype || slots[i].subtype == CPU_SUBTYPE_MULTIPLE)) {
            *cpu_name = (char *)slots[i].name;
            *cpu_subname = (char *)slots[i].subname;
            return;
        }
    }
}
