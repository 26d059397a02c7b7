/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Results of mach_msg. After an error of a send the caller's header and rights are as
 * docs/ipc.md says; the extra bits tell which resource failed.
 */
#pragma once

#include <mach/kern_return.h>

typedef kern_return_t mach_msg_return_t;

#define MACH_MSG_SUCCESS    0x00000000
#define MACH_MSG_MASK       0x00003e00
#define MACH_MSG_IPC_SPACE  0x00002000 /* no room for a name */
#define MACH_MSG_VM_SPACE   0x00001000 /* no room in the address space */
#define MACH_MSG_IPC_KERNEL 0x00000800 /* kernel memory short, handling a right */
#define MACH_MSG_VM_KERNEL  0x00000400 /* kernel memory short, handling memory */

#define MACH_SEND_IN_PROGRESS         0x10000001
#define MACH_SEND_INVALID_DATA        0x10000002
#define MACH_SEND_INVALID_DEST        0x10000003
#define MACH_SEND_TIMED_OUT           0x10000004
#define MACH_SEND_INVALID_VOUCHER     0x10000005
#define MACH_SEND_INTERRUPTED         0x10000007
#define MACH_SEND_MSG_TOO_SMALL       0x10000008
#define MACH_SEND_INVALID_REPLY       0x10000009
#define MACH_SEND_INVALID_RIGHT       0x1000000a
#define MACH_SEND_INVALID_NOTIFY      0x1000000b
#define MACH_SEND_INVALID_MEMORY      0x1000000c
#define MACH_SEND_NO_BUFFER           0x1000000d
#define MACH_SEND_TOO_LARGE           0x1000000e
#define MACH_SEND_INVALID_TYPE        0x1000000f
#define MACH_SEND_INVALID_HEADER      0x10000010
#define MACH_SEND_INVALID_TRAILER     0x10000011
#define MACH_SEND_INVALID_CONTEXT     0x10000012
#define MACH_SEND_INVALID_OPTIONS     0x10000013
#define MACH_SEND_INVALID_RT_OOL_SIZE 0x10000015
#define MACH_SEND_NO_GRANT_DEST       0x10000016
#define MACH_SEND_MSG_FILTERED        0x10000017

#define MACH_RCV_IN_PROGRESS       0x10004001
#define MACH_RCV_INVALID_NAME      0x10004002
#define MACH_RCV_TIMED_OUT         0x10004003
#define MACH_RCV_TOO_LARGE         0x10004004
#define MACH_RCV_INTERRUPTED       0x10004005
#define MACH_RCV_PORT_CHANGED      0x10004006
#define MACH_RCV_INVALID_NOTIFY    0x10004007
#define MACH_RCV_INVALID_DATA      0x10004008
#define MACH_RCV_PORT_DIED         0x10004009
#define MACH_RCV_IN_SET            0x1000400a
#define MACH_RCV_HEADER_ERROR      0x1000400b
#define MACH_RCV_BODY_ERROR        0x1000400c
#define MACH_RCV_INVALID_TYPE      0x1000400d
#define MACH_RCV_SCATTER_SMALL     0x1000400e
#define MACH_RCV_INVALID_TRAILER   0x1000400f
#define MACH_RCV_IN_PROGRESS_TIMED 0x10004011
#define MACH_RCV_INVALID_REPLY     0x10004012
