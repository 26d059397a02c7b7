/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Result codes of kernel routines. Zero is success; the numbers are the classic Mach ones and never
 * change. The interface definitions say what a code means for a given routine.
 */
#pragma once

typedef int kern_return_t;

/* The routine did what was asked. */
#define KERN_SUCCESS 0
/* An address is outside the map, or nothing is mapped there. */
#define KERN_INVALID_ADDRESS 1
/* Memory is mapped but does not permit this access. */
#define KERN_PROTECTION_FAILURE 2
/* No free range or name of the kind asked for. */
#define KERN_NO_SPACE 3
/* An argument makes no sense. */
#define KERN_INVALID_ARGUMENT 4
/* The operation failed for a reason no other code tells. */
#define KERN_FAILURE 5
/* A quota is used up or the kernel is short of memory. */
#define KERN_RESOURCE_SHORTAGE 6
/* The task does not hold the receive right. */
#define KERN_NOT_RECEIVER 7
/* The caller may not do this. */
#define KERN_NO_ACCESS 8
/* A page could not be supplied: its pager is gone. */
#define KERN_MEMORY_FAILURE 9
/* A page could not be supplied: its pager reported an error. */
#define KERN_MEMORY_ERROR 10
/* The receive right already belongs to that port set. */
#define KERN_ALREADY_IN_SET 11
/* The receive right belongs to no such port set. */
#define KERN_NOT_IN_SET 12
/* The name is already in use. */
#define KERN_NAME_EXISTS 13
/* The operation was broken off before it did anything. */
#define KERN_ABORTED 14
/* The name denotes no right in the task. */
#define KERN_INVALID_NAME 15
/* The target is not a task, or not a living one. */
#define KERN_INVALID_TASK 16
/* The name denotes a right of another kind. */
#define KERN_INVALID_RIGHT 17
/* A number is outside its range. */
#define KERN_INVALID_VALUE 18
/* A count of user references would overflow. */
#define KERN_UREFS_OVERFLOW 19
/* The right given does not denote the kind of object wanted. */
#define KERN_INVALID_CAPABILITY 20
/* The task already holds a right to the port under another name. */
#define KERN_RIGHT_EXISTS 21
/* The target is not a host. */
#define KERN_INVALID_HOST 22
/* Pager protocol: the page is already there. */
#define KERN_MEMORY_PRESENT 23
/* Pager protocol: the data went elsewhere. */
#define KERN_MEMORY_DATA_MOVED 24
/* Pager protocol: start the copy again. */
#define KERN_MEMORY_RESTART_COPY 25
/* The target is not a processor set. */
#define KERN_INVALID_PROCESSOR_SET 26
/* A scheduling parameter is above the permitted limit. */
#define KERN_POLICY_LIMIT 27
/* The scheduling policy is unknown or not enabled here. */
#define KERN_INVALID_POLICY 28
/* The memory object is not usable. */
#define KERN_INVALID_OBJECT 29
/* Somebody already waits for this. */
#define KERN_ALREADY_WAITING 30
/* The default processor set cannot be destroyed. */
#define KERN_DEFAULT_SET 31
/* The exception ports are protected. */
#define KERN_EXCEPTION_PROTECTED 32
/* The target is not a ledger. */
#define KERN_INVALID_LEDGER 33
/* The target is not a memory control port. */
#define KERN_INVALID_MEMORY_CONTROL 34
/* The target is not the host's security port. */
#define KERN_INVALID_SECURITY 35
/* The thread's priority was not depressed. */
#define KERN_NOT_DEPRESSED 36
/* The object is being, or has been, destroyed. */
#define KERN_TERMINATED 37
/* Lock sets: destroyed. */
#define KERN_LOCK_SET_DESTROYED 38
/* Lock sets: the former holder died. */
#define KERN_LOCK_UNSTABLE 39
/* Lock sets: held by another thread. */
#define KERN_LOCK_OWNED 40
/* Lock sets: held by the caller. */
#define KERN_LOCK_OWNED_SELF 41
/* The semaphore was destroyed while it was waited on. */
#define KERN_SEMAPHORE_DESTROYED 42
/* The server of a call in progress was terminated. */
#define KERN_RPC_SERVER_TERMINATED 43
/* Terminate an orphaned activation. */
#define KERN_RPC_TERMINATE_ORPHAN 44
/* Let an orphaned activation go on. */
#define KERN_RPC_CONTINUE_ORPHAN 45
/* This kernel does not offer the operation. */
#define KERN_NOT_SUPPORTED 46
/* The node is down. */
#define KERN_NODE_DOWN 47
/* The thread was not waiting. */
#define KERN_NOT_WAITING 48
/* The time limit passed first. */
#define KERN_OPERATION_TIMED_OUT 49
/* Code signature is wrong. */
#define KERN_CODESIGN_ERROR 50
/* The policy cannot be changed. */
#define KERN_POLICY_STATIC 51
/* The caller's buffer is too short. */
#define KERN_INSUFFICIENT_BUFFER_SIZE 52
/* A policy module refused. */
#define KERN_DENIED 53
/* A kernel collection is missing. */
#define KERN_MISSING_KC 54
/* A kernel collection is invalid. */
#define KERN_INVALID_KC 55
/* The thing looked for does not exist. */
#define KERN_NOT_FOUND 56
/* All codes of this system are below this number. */
#define KERN_RETURN_MAX 0x100
