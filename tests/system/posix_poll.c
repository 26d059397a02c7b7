/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll() and select(): what is told at once, what has to be waited for, and what breaks the wait off.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <unistd.h>

#include "systest.h"

#define LONG_MS 1000000 /* never over in a test that is right */

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

static short poll_one(int fd, short events, int timeout)
{
    struct pollfd one = { .fd = fd, .events = events, .revents = -1 };
    int found = poll(&one, 1, timeout);
    EXPECT_EQ(found, one.revents != 0);
    return one.revents;
}

CASE(a_pipe_tells_what_can_be_done)
{
    char byte;
    open_pipe();
    EXPECT_EQ(poll_one(ends[0], POLLIN, 0), 0);
    EXPECT_EQ(poll_one(ends[0], POLLIN, 1), 0);
    EXPECT_EQ(poll_one(ends[1], POLLOUT, 0), POLLOUT);
    EXPECT_EQ(poll_one(ends[1], POLLIN, 0), 0);
    EXPECT_EQ(write(ends[1], "a", 1), 1);
    EXPECT_EQ(poll_one(ends[0], POLLIN | POLLRDNORM | POLLPRI, LONG_MS), POLLIN | POLLRDNORM);
    EXPECT_EQ(poll_one(ends[0], 0, 0), 0);
    EXPECT_EQ(read(ends[0], &byte, 1), 1);
    EXPECT_EQ(poll_one(ends[0], POLLIN, 0), 0);
    close_pipe();
}

CASE(a_full_pipe_has_no_room)
{
    static char block[4096];
    open_pipe();
    EXPECT_EQ(fcntl(ends[1], F_SETFL, O_WRONLY | O_NONBLOCK), 0);
    while (write(ends[1], block, sizeof(block)) > 0) {
    }
    while (write(ends[1], block, 1) > 0) {
    }
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_EQ(poll_one(ends[1], POLLOUT, 0), 0);
    EXPECT_EQ(read(ends[0], block, sizeof(block)), sizeof(block));
    EXPECT_EQ(poll_one(ends[1], POLLOUT, LONG_MS), POLLOUT);
    close_pipe();
}

CASE(each_end_learns_that_the_other_has_gone)
{
    open_pipe();
    EXPECT_EQ(close(ends[1]), 0);
    EXPECT_EQ(poll_one(ends[0], POLLIN, LONG_MS), POLLIN | POLLHUP);
    EXPECT_EQ(poll_one(ends[0], 0, LONG_MS), POLLHUP);
    EXPECT_EQ(close(ends[0]), 0);
    open_pipe();
    EXPECT_EQ(close(ends[0]), 0);
    EXPECT((poll_one(ends[1], POLLOUT, LONG_MS) & POLLHUP) != 0);
    EXPECT_EQ(close(ends[1]), 0);
}

static void *write_byte(void *nothing)
{
    EXPECT_EQ(write(ends[1], "a", 1), 1);
    return nothing;
}

static void *read_block(void *nothing)
{
    static char block[4096];
    EXPECT_EQ(read(ends[0], block, sizeof(block)), sizeof(block));
    return nothing;
}

static void *close_writer(void *nothing)
{
    EXPECT_EQ(close(ends[1]), 0);
    return nothing;
}

/* Begin to wait for EVENTS of FD before or after ROUTINE makes them so. Returns: what is told. */
static short wait_for(int fd, short events, void *(*routine)(void *))
{
    pthread_t thread;
    EXPECT_EQ(pthread_create(&thread, NULL, routine, NULL), 0);
    short told = poll_one(fd, events, LONG_MS);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    return told;
}

CASE(a_wait_ends_when_something_happens)
{
    char byte;
    static char block[4096];
    open_pipe();
    for (int i = 0; i < 20; i++) {
        EXPECT_EQ(wait_for(ends[0], POLLIN, write_byte), POLLIN);
        EXPECT_EQ(read(ends[0], &byte, 1), 1);
    }
    EXPECT_EQ(fcntl(ends[1], F_SETFL, O_WRONLY | O_NONBLOCK), 0);
    while (write(ends[1], block, sizeof(block)) > 0) {
    }
    EXPECT_EQ(wait_for(ends[1], POLLOUT, read_block), POLLOUT);
    while (fcntl(ends[0], F_SETFL, O_RDONLY | O_NONBLOCK) == 0 &&
           read(ends[0], block, sizeof(block)) > 0) {
    }
    EXPECT_EQ(wait_for(ends[0], POLLIN, close_writer), POLLIN | POLLHUP);
    EXPECT_EQ(close(ends[0]), 0);
}

/* Two waits on one end: taking one back leaves the other. */
CASE(a_wait_that_is_over_leaves_others)
{
    pthread_t thread;
    open_pipe();
    EXPECT_EQ(poll_one(ends[0], POLLIN, 1), 0);
    EXPECT_EQ(pthread_create(&thread, NULL, write_byte, NULL), 0);
    struct pollfd two[] = { { .fd = ends[0], .events = POLLIN },
                            { .fd = ends[0], .events = POLLIN },
                            { .fd = -1, .events = POLLIN, .revents = -1 } };
    EXPECT(poll(two, 3, LONG_MS) >= 1); /* one, if the byte came between the looks at the two */
    EXPECT_EQ(poll(two, 3, LONG_MS), 2);
    EXPECT(two[0].revents == POLLIN && two[1].revents == POLLIN && two[2].revents == 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    close_pipe();
}

CASE(files_are_always_ready)
{
    int file = open("/etc/init.conf", O_RDONLY);
    int directory = open("/etc", O_RDONLY);
    EXPECT_EQ(poll_one(file, POLLIN, LONG_MS), POLLIN);
    EXPECT_EQ(poll_one(directory, POLLIN | POLLOUT, LONG_MS), POLLIN | POLLOUT);
    EXPECT_EQ(poll_one(STDOUT_FILENO, POLLOUT, LONG_MS), POLLOUT);
    EXPECT_EQ(close(file), 0);
    EXPECT_EQ(close(directory), 0);
    EXPECT_EQ(poll_one(file, POLLIN, LONG_MS), POLLNVAL);
    EXPECT(poll(NULL, 100000, 0) == -1 && errno == EINVAL);
    EXPECT_EQ(poll(NULL, 0, 1), 0);
}

CASE(select_tells_the_same)
{
    fd_set reading, writing, exceptional;
    struct timeval long_time = { LONG_MS, 0 }, wrong = { 0, -1 }, none = { 0, 0 };
    open_pipe();
    FD_ZERO(&reading);
    FD_SET(ends[0], &reading);
    FD_COPY(&reading, &writing);
    EXPECT_EQ(select(ends[1] + 1, &reading, NULL, NULL, &none), 0);
    EXPECT(!FD_ISSET(ends[0], &reading));
    FD_ZERO(&writing);
    FD_SET(ends[0], &reading);
    FD_SET(ends[1], &writing);
    FD_COPY(&reading, &exceptional);
    EXPECT_EQ(select(ends[1] + 1, &reading, &writing, &exceptional, &long_time), 1);
    EXPECT(!FD_ISSET(ends[0], &reading) && FD_ISSET(ends[1], &writing));
    EXPECT(!FD_ISSET(ends[0], &exceptional));
    EXPECT(select(ends[1] + 1, NULL, NULL, NULL, &wrong) == -1 && errno == EINVAL);
    EXPECT(select(-1, NULL, NULL, NULL, &none) == -1 && errno == EINVAL);
    EXPECT_EQ(write(ends[1], "a", 1), 1);
    FD_SET(ends[0], &reading);
    EXPECT_EQ(select(ends[1] + 1, &reading, NULL, NULL, NULL), 1);
    EXPECT(FD_ISSET(ends[0], &reading));
    close_pipe();
    EXPECT(select(ends[1] + 1, &reading, NULL, NULL, NULL) == -1 && errno == EBADF);
}

static int handled;

static void note(int number)
{
    (void)number;
    handled++;
}

/* The signal comes when the thread lets it through, which is before it waits. */
CASE(a_signal_ends_a_wait)
{
    sigset_t blocked, former;
    struct timespec long_time = { LONG_MS, 0 };
    (void)signal(SIGUSR1, note);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    EXPECT_EQ(sigprocmask(SIG_BLOCK, &blocked, &former), 0);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(handled, 0);
    EXPECT(pselect(0, NULL, NULL, NULL, &long_time, &former) == -1 && errno == EINTR);
    EXPECT_EQ(handled, 1);
    EXPECT_EQ(sigprocmask(SIG_SETMASK, &former, &blocked), 0);
    EXPECT(sigismember(&blocked, SIGUSR1));
    (void)signal(SIGUSR1, SIG_DFL);
}

static uint32_t is_polling;

static void *poll_for_ever(void *nothing)
{
    struct pollfd one = { .fd = ends[0], .events = POLLIN };
    __atomic_store_n(&is_polling, 1, __ATOMIC_RELEASE);
    (void)poll(&one, 1, -1);
    EXPECT(!"poll() returned");
    return nothing;
}

CASE(a_thread_that_polls_can_be_cancelled)
{
    pthread_t thread;
    void *result = NULL;
    open_pipe();
    is_polling = 0;
    EXPECT_EQ(pthread_create(&thread, NULL, poll_for_ever, NULL), 0);
    while (__atomic_load_n(&is_polling, __ATOMIC_ACQUIRE) == 0) {
        (void)sched_yield();
    }
    EXPECT_EQ(pthread_cancel(thread), 0);
    EXPECT_EQ(pthread_join(thread, &result), 0);
    EXPECT(result == PTHREAD_CANCELED);
    close_pipe();
}

CASE(ioctl_tells_how_much_there_is)
{
    int amount = -1;
    int on = 1;
    char byte;
    open_pipe();
    EXPECT_EQ(ioctl(ends[0], FIONREAD, &amount), 0);
    EXPECT_EQ(amount, 0);
    EXPECT_EQ(write(ends[1], "abc", 3), 3);
    EXPECT_EQ(ioctl(ends[0], FIONREAD, &amount), 0);
    EXPECT_EQ(amount, 3);
    EXPECT(ioctl(ends[0], TIOCGWINSZ, &amount) == -1 && errno == ENOTTY);
    EXPECT(ioctl(ends[0], 1, &amount) == -1 && errno == ENOTTY);
    EXPECT_EQ(ioctl(ends[0], FIOCLEX), 0);
    EXPECT_EQ(ioctl(ends[0], FIONBIO, &on), 0);
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(read(ends[0], &byte, 1), 1);
    }
    EXPECT(read(ends[0], &byte, 1) == -1 && errno == EAGAIN);
    close_pipe();
    EXPECT(ioctl(ends[0], FIONREAD, &amount) == -1 && errno == EBADF);
}

/* Memory of servers and of the library, and ports, that stay. */
void systest_prepare(void)
{
    struct timespec no_time = { 0, 0 };
    sigset_t none;
    sigemptyset(&none);
    (void)signal(SIGUSR1, note);
    EXPECT_EQ(raise(SIGUSR1), 0);
    (void)signal(SIGUSR1, SIG_DFL);
    handled = 0;
    EXPECT_EQ(pselect(0, NULL, NULL, NULL, &no_time, &none), 0);
    open_pipe();
    EXPECT_EQ(wait_for(ends[0], POLLIN, write_byte), POLLIN);
    close_pipe();
}
