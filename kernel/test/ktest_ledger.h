/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ledger around a test: what each zone has in use.
 */
#pragma once

/* Note what is in use. */
void ktest_ledger_begin(void);

/* Expect the same again. */
void ktest_ledger_end(void);
