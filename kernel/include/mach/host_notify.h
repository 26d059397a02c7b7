/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events of the whole machine for which host_request_notification() can be asked.
 */
#pragma once

#define HOST_NOTIFY_CALENDAR_CHANGE   0
#define HOST_NOTIFY_CALENDAR_SET      1
#define HOST_NOTIFY_TYPE_MAX          1
#define HOST_CALENDAR_CHANGED_REPLYID 950
#define HOST_CALENDAR_SET_REPLYID     951
