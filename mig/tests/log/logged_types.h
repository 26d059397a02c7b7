/* SPDX-License-Identifier: BSD-2-Clause */
/* C types of logged.defs. */
#pragma once

typedef char *char_array;
