/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes: bytes come out in order, who must wait does, and each end learns that the other has gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <mach_r/io.h>
#include <mach_r/pipe.h>
#include <mach_r/services.h>
#include <mach_r/spawn.h>

#include "systest.h"

static int ends[2]; /* read, write */

static void open_pipe(void)
{
    EXPECT_EQ(pipe(ends), 0);
}

static void close_pipe(void)
{
    EXPECT_EQ(close(ends[0]), 0);
    EXPECT_EQ(close(ends[1]), 0);
}

static void *do_nothing(void *argument)
{
    return argument;
}

void systest_prepare(void)
{
    pthread_t thread;
    EXPECT_EQ(pthread_create(&thread, NULL, do_nothing, NULL), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    (void)signal(SIGPIPE, SIG_IGN);
    open_pipe(); /* the server's memory */
    EXPECT_EQ(write(ends[1], "a", 1), 1);
    close_pipe();
}

CASE(bytes_pass)
{
    char text[8] = "";
    struct stat description;
    open_pipe();
    EXPECT_EQ(write(ends[1], "abc", 3), 3);
    EXPECT_EQ(write(ends[1], "def", 3), 3);
    EXPECT_EQ(fstat(ends[0], &description), 0);
    EXPECT(S_ISFIFO(description.st_mode));
    EXPECT_EQ(description.st_size, 6);
    EXPECT_EQ(read(ends[0], text, 4), 4);
    EXPECT_EQ(memcmp(text, "abcd", 4), 0);
    EXPECT_EQ(read(ends[0], text, sizeof(text)), 2);
    EXPECT_EQ(memcmp(text, "ef", 2), 0);
    EXPECT(lseek(ends[0], 0, SEEK_SET) == -1 && errno == ESPIPE);
    close_pipe();
}

CASE(bytes_pass_in_several_places)
{
    char first[3] = "";
    char second[8] = "";
    char text[] = "abcdef";
    struct iovec out[] = { { text, 2 }, { NULL, 0 }, { text + 2, 4 } };
    struct iovec in[] = { { first, 2 }, { second, sizeof(second) } };
    open_pipe();
    EXPECT_EQ(writev(ends[1], out, 3), 6);
    EXPECT_EQ(readv(ends[0], in, 2), 6);
    EXPECT(strcmp(first, "ab") == 0 && memcmp(second, "cdef", 4) == 0);
    EXPECT_EQ(writev(ends[1], out, 1), 2);
    EXPECT_EQ(readv(ends[0], in, 2), 2); /* what is there; it does not wait for the second place */
    EXPECT(readv(ends[0], in, 0) == -1 && errno == EINVAL);
    EXPECT(writev(ends[1], out, UIO_MAXIOV + 1) == -1 && errno == EINVAL);
    out[1].iov_len = SIZE_MAX;
    EXPECT(writev(ends[1], out, 2) == -1 && errno == EINVAL);
    EXPECT(writev(ends[0], out, 1) == -1 && errno == EBADF);
    close_pipe();
}

CASE(an_end_is_for_one_direction)
{
    char text[2];
    open_pipe();
    EXPECT(write(ends[0], "x", 1) == -1 && errno == EBADF);
    EXPECT(read(ends[1], text, 1) == -1 && errno == EBADF);
    /* The server says so too, whatever the library lets through. */
    io_data_t data;
    mach_msg_type_number_t count = sizeof(data);
    unsigned written;
    EXPECT_EQ(io_write(mach_r_fd_port(ends[0]), 0, 0, data, 1, &written), SERVER_ERROR_BAD_MODE);
    EXPECT_EQ(io_read(mach_r_fd_port(ends[1]), 0, 1, 0, data, &count), SERVER_ERROR_BAD_MODE);
    close_pipe();
}

CASE(without_writers_there_is_an_end)
{
    char text[2];
    open_pipe();
    EXPECT_EQ(write(ends[1], "a", 1), 1);
    EXPECT_EQ(close(ends[1]), 0);
    EXPECT_EQ(read(ends[0], text, 2), 1);
    EXPECT_EQ(read(ends[0], text, 2), 0);
    EXPECT_EQ(read(ends[0], text, 2), 0);
    EXPECT_EQ(close(ends[0]), 0);
}

CASE(without_readers_nothing_can_be_written)
{
    open_pipe();
    EXPECT_EQ(close(ends[0]), 0);
    EXPECT(write(ends[1], "a", 1) == -1 && errno == EPIPE);
    EXPECT_EQ(close(ends[1]), 0);
}

static ssize_t answer;
static int error_number;

static void *read_one(void *argument)
{
    answer = read(ends[0], argument, 4);
    return NULL;
}

/* Until the server has that many more requests that wait, which shows in its rights. */
static void wait_for_reader(mach_port_t end)
{
    uint64_t amount;
    for (int i = 0; i < 100; i++) {
        EXPECT_OK(io_readable(end, 0, &amount));
        (void)thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, 1);
    }
}

CASE(a_reader_waits_for_bytes_or_the_end)
{
    pthread_t reader;
    char text[4] = "";
    open_pipe();
    EXPECT_EQ(pthread_create(&reader, NULL, read_one, text), 0);
    wait_for_reader(mach_r_fd_port(ends[0]));
    EXPECT_EQ(write(ends[1], "xyz", 3), 3);
    EXPECT_EQ(pthread_join(reader, NULL), 0);
    EXPECT_EQ(answer, 3);
    EXPECT_EQ(memcmp(text, "xyz", 3), 0);
    EXPECT_EQ(pthread_create(&reader, NULL, read_one, text), 0);
    wait_for_reader(mach_r_fd_port(ends[0]));
    EXPECT_EQ(close(ends[1]), 0);
    EXPECT_EQ(pthread_join(reader, NULL), 0);
    EXPECT_EQ(answer, 0);
    EXPECT_EQ(close(ends[0]), 0);
}

#define MUCH (5 * PIPE_CAPACITY + 777)

static void *write_much(void *argument)
{
    static char data[MUCH];
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (char)(i % 251);
    }
    answer = write(ends[1], data, sizeof(data));
    error_number = errno;
    return argument;
}

CASE(a_writer_waits_for_room)
{
    pthread_t writer;
    char text[1000];
    size_t done = 0, wrong = 0;
    ssize_t count;
    open_pipe();
    EXPECT_EQ(pthread_create(&writer, NULL, write_much, NULL), 0);
    while (done < MUCH && (count = read(ends[0], text, sizeof(text))) > 0) {
        for (ssize_t i = 0; i < count; i++) {
            wrong += text[i] != (char)(done++ % 251);
        }
    }
    EXPECT_EQ(pthread_join(writer, NULL), 0);
    EXPECT_EQ(answer, MUCH);
    EXPECT_EQ(done, MUCH);
    EXPECT_EQ(wrong, 0);
    close_pipe();
}

CASE(a_waiting_writer_learns_that_nobody_reads)
{
    pthread_t writer;
    char text[1];
    open_pipe();
    EXPECT_EQ(pthread_create(&writer, NULL, write_much, NULL), 0);
    EXPECT_EQ(read(ends[0], text, 1), 1);
    EXPECT_EQ(close(ends[0]), 0);
    EXPECT_EQ(pthread_join(writer, NULL), 0);
    EXPECT(answer < MUCH);
    EXPECT(write(ends[1], "a", 1) == -1 && errno == EPIPE);
    EXPECT_EQ(close(ends[1]), 0);
}

CASE(who_does_not_want_to_wait_need_not)
{
    static char data[PIPE_CAPACITY];
    char text[1];
    open_pipe();
    EXPECT_EQ(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    EXPECT_EQ(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    EXPECT(read(ends[0], text, 1) == -1 && errno == EAGAIN);
    EXPECT_EQ(write(ends[1], data, sizeof(data)), (ssize_t)sizeof(data));
    EXPECT(write(ends[1], "a", 1) == -1 && errno == EAGAIN);
    EXPECT_EQ(read(ends[0], text, 1), 1);
    EXPECT_EQ(write(ends[1], "a", 1), 1);
    close_pipe();
}

CASE(bytes_of_a_dead_reader_are_kept)
{
    mach_port_t reply;
    char text[4];
    open_pipe();
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &reply));
    EXPECT_OK(io_read_send(mach_r_fd_port(ends[0]), 0, 4, 0, reply));
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), reply, MACH_PORT_RIGHT_RECEIVE, -1));
    EXPECT_EQ(write(ends[1], "abc", 3), 3);
    EXPECT_EQ(read(ends[0], text, 4), 3);
    close_pipe();
}

CASE(only_the_service_makes_pipes)
{
    mach_port_t output, input;
    open_pipe();
    EXPECT_EQ(pipe_create(mach_r_fd_port(ends[0]), &output, &input), SERVER_ERROR_NOT_SUPPORTED);
    close_pipe();
}
