/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * As on Darwin nothing for programs.
 */
#pragma once

#include <sys/appleapiopts.h>
