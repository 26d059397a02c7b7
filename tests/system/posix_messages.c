/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What programs say on stderr: each message is one write, or those of several programs mix on one
 * screen.  The test is itself the object behind the descriptor, and sees what arrives.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <mach/mach.h>
#include <mach_r/io.h>
#include <mach_r/spawn.h>

#include "systest.h"

#define IO_WRITE_ID  906001
#define REPLY_OFFSET 100
#define LAST         "last\n"

/* A write, as it arrives. */
union io_message {
    __Request__io_write_t request;
    __Reply__io_write_t reply;
    char room[sizeof(__Request__io_write_t) + MAX_TRAILER_SIZE];
};

static void *talk(void *argument)
{
    (void)argument;
    fprintf(stderr, "%s: %d of %d\n", "talk", 1, 3);
    errno = ENOENT;
    perror("talk");
    errno = EACCES;
    warn("%s %d", "file", 3);
    warnc(EROFS, "%s", "disk");
    (void)write(STDERR_FILENO, LAST, strlen(LAST));
    return NULL;
}

static union io_message message;

/* The next write to PORT is in `message`. */
static bool receive_write(mach_port_t port)
{
    mach_msg_header_t *header = &message.request.Head;
    return EXPECT_OK(mach_msg(header, MACH_RCV_MSG, 0, sizeof(message), port, 0, MACH_PORT_NULL)) &&
           EXPECT_EQ(header->msgh_id, IO_WRITE_ID);
}

/* All that `message` asks to be written is. */
static bool answer_write(void)
{
    mach_msg_header_t *header = &message.request.Head;
    mach_msg_type_number_t count = message.request.dataCnt;
    header->msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
    header->msgh_local_port = MACH_PORT_NULL;
    header->msgh_id += REPLY_OFFSET;
    message.reply.NDR = NDR_record;
    message.reply.RetCode = KERN_SUCCESS;
    message.reply.written = count;
    return EXPECT_OK(mach_msg(header, MACH_SEND_MSG, sizeof(message.reply), 0, MACH_PORT_NULL, 0,
                              MACH_PORT_NULL));
}

/* The next write to PORT, answered; its text is in TEXT, of SIZE bytes, and ended. */
static bool next_write(mach_port_t port, char *text, size_t size)
{
    if (!receive_write(port) || !EXPECT(message.request.dataCnt < size)) {
        return false;
    }
    memcpy(text, message.request.data, message.request.dataCnt);
    text[message.request.dataCnt] = '\0';
    return answer_write();
}

/* Let a thread talk, and compare what arrives. */
static void listen(void)
{
    static const char *const expected[] = {
        "talk: 1 of 3\n",
        "talk: No such file or directory\n",
        "posix_messages: file 3: Permission denied\n",
        "posix_messages: disk: Read-only file system\n",
        LAST,
    };
    char text[256];
    mach_port_t port;
    pthread_t thread;
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port));
    EXPECT_OK(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND));
    int before = dup(STDERR_FILENO);
    int fd = mach_r_fd_open(port, O_WRONLY);
    EXPECT(before >= 0 && fd >= 0);
    EXPECT_EQ(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    EXPECT_EQ(pthread_create(&thread, NULL, talk, NULL), 0);
    uint32_t writes = 0;
    do {
        if (!next_write(port, text, sizeof(text))) {
            return;
        }
        const char *wanted =
            writes < sizeof(expected) / sizeof(expected[0]) ? expected[writes] : "";
        writes++;
        if (!EXPECT(strcmp(text, wanted) == 0)) {
            systest_print("# write %u is '%s'\n", writes, text);
        }
    } while (strcmp(text, LAST) != 0);
    EXPECT_EQ(writes, sizeof(expected) / sizeof(expected[0]));
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    EXPECT_EQ(dup2(before, STDERR_FILENO), STDERR_FILENO);
    EXPECT_EQ(close(before), 0);
    EXPECT_EQ(close(fd), 0);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1));
}

CASE(a_message_is_one_write)
{
    listen();
}

#define WRITERS 3

/* A thread that writes its number, and the first one at once another. */
struct writer {
    int fd;
    char number;
    pthread_t thread;
};

static void *write_number(void *argument)
{
    const struct writer *writer = argument;
    EXPECT_EQ(write(writer->fd, &writer->number, 1), 1);
    if (writer->number == 0) {
        const char last = WRITERS;
        EXPECT_EQ(write(writer->fd, &last, 1), 1);
    }
    return NULL;
}

/* True if the thread ARGUMENT waits in the kernel. */
static bool is_waiting(void *argument)
{
    thread_basic_info_data_t info;
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    return thread_info(pthread_mach_thread_np(*(pthread_t *)argument), THREAD_BASIC_INFO,
                       (thread_info_t)&info, &count) == KERN_SUCCESS &&
           info.run_state == TH_STATE_WAITING;
}

/* What threads write to one open file at a time is there one behind the other, in the order in which they
 * came. */
CASE(writes_come_one_at_a_time)
{
    mach_port_t port;
    struct writer writers[WRITERS];
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port));
    EXPECT_OK(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND));
    int fd = mach_r_fd_open(port, O_WRONLY);
    EXPECT(fd >= 0);
    for (char i = 0; i < WRITERS; i++) {
        struct writer *writer = &writers[(int)i];
        *writer = (struct writer){ .fd = fd, .number = i };
        EXPECT_EQ(pthread_create(&writer->thread, NULL, write_number, writer), 0);
        EXPECT(systest_wait(is_waiting, &writer->thread));
    }
    for (uint64_t i = 0; i <= WRITERS; i++) {
        EXPECT(receive_write(port));
        EXPECT_EQ(message.request.offset, i);
        EXPECT_EQ(message.request.data[0], i);
        EXPECT(answer_write());
    }
    for (int i = 0; i < WRITERS; i++) {
        EXPECT_EQ(pthread_join(writers[i].thread, NULL), 0);
    }
    EXPECT_EQ(close(fd), 0);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1));
}

/* Streams, the table of descriptors and a cached thread stay after their first use. */
void systest_prepare(void)
{
    listen();
}
