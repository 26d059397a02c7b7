/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a right to a task or a thread allows.  Each kind of access is a port of its own, whose kind of
 * object is so many after IPC_KOBJECT_TASK or IPC_KOBJECT_THREAD, and allows what those after it do.  The
 * numbers are those of TASK_FLAVOR_* for programs.
 */
#pragma once

enum object_access {
    ACCESS_CONTROL, /* everything */
    ACCESS_READ,    /* to see memory, rights and registers, to stop and to continue */
    ACCESS_INSPECT, /* to see figures, and which threads there are */
    ACCESS_NAME,    /* of tasks: to ask task_info() */
};
