/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's marks of when a call appeared. Here every call that is declared is there.
 */
#pragma once

#define DEPRECATED_ATTRIBUTE
#define UNAVAILABLE_ATTRIBUTE
#define WEAK_IMPORT_ATTRIBUTE
#define DEPRECATED_MSG_ATTRIBUTE(text)
