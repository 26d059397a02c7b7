/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How numbers of ioctl() are made: direction, size of what is passed, group, number.
 */
#pragma once

#define IOCPARM_MASK        0x1fff
#define IOCPARM_LEN(number) (((number) >> 16) & IOCPARM_MASK)
#define IOCPARM_MAX         (IOCPARM_MASK + 1)
#define IOCBASECMD(number)  ((number) & ~(IOCPARM_MASK << 16))
#define IOCGROUP(number)    (((number) >> 8) & 0xff)

#define IOC_VOID    0x20000000u
#define IOC_OUT     0x40000000u
#define IOC_IN      0x80000000u
#define IOC_INOUT   (IOC_IN | IOC_OUT)
#define IOC_DIRMASK 0xe0000000u

#define _IOC(direction, group, number, length) \
    ((direction) | (((length) & IOCPARM_MASK) << 16) | ((group) << 8) | (number))
#define _IO(group, number)         _IOC(IOC_VOID, (group), (number), 0)
#define _IOR(group, number, type)  _IOC(IOC_OUT, (group), (number), sizeof(type))
#define _IOW(group, number, type)  _IOC(IOC_IN, (group), (number), sizeof(type))
#define _IOWR(group, number, type) _IOC(IOC_INOUT, (group), (number), sizeof(type))
