/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash table that only grows.
 */
#include <kern/call_results.h>

#include <stdatomic.h>
#include <stdint.h>

#include <lib/log.h>
#include <lib/panic.h>

/* There are some 300 routines with some four codes each. */
#define TABLE_SIZE 4096

/* ID and code; 0: free. */
static _Atomic uint64_t table[TABLE_SIZE];

void call_result_note(mach_msg_id_t id, kern_return_t result)
{
    uint64_t word = (uint64_t)(uint32_t)id << 32 | (uint32_t)result;
    uint64_t place = word * UINT64_C(0x9e3779b97f4a7c15) >> 32;
    for (uint32_t i = 0; i < TABLE_SIZE; i++) {
        uint64_t found = 0;
        _Atomic uint64_t *slot = &table[(place + i) % TABLE_SIZE];
        if (atomic_compare_exchange_strong(slot, &found, word) || found == word) {
            return;
        }
    }
    panic("more than %d kinds of results", TABLE_SIZE);
}

void call_results_tell(void)
{
    for (uint32_t i = 0; i < TABLE_SIZE; i++) {
        uint64_t word = atomic_load(&table[i]);
        if (word != 0) {
            log_info("result %d %d", (int)(word >> 32), (int)(uint32_t)word);
        }
    }
}
