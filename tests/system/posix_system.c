/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What programs ask about the system and themselves: sysctl, sysconf, uname, users, names; and
 * <libkern/OSAtomic.h>.
 */
#include <CommonCrypto/CommonRandom.h>
#include <crt_externs.h>
#include <dlfcn.h>
#include <errno.h>
#include <libgen.h>
#include <libkern/OSAtomic.h>
#include <libkern/OSByteOrder.h>
#include <libkern/OSCacheControl.h>
#include <malloc/malloc.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <mach/mach.h>

#include "systest.h"

/* Darwin has none of these names, and programs for it have their own. */
typedef struct timer *timer_t;
struct itimerspec {
    timer_t timer;
};
static int timer_create(timer_t timer)
{
    struct itimerspec setting = { .timer = timer };
    return setting.timer == NULL;
}

CASE(nothing_is_loaded_at_run_time)
{
    Dl_info info;
    EXPECT(timer_create(NULL));
    EXPECT(dlerror() == NULL);
    EXPECT(dlopen("/usr/lib/libSystem.dylib", RTLD_LAZY) == NULL);
    EXPECT(strstr(dlerror(), "shared libraries") != NULL);
    EXPECT(dlerror() == NULL);
    EXPECT(dlsym(RTLD_DEFAULT, "printf") == NULL && dlerror() != NULL);
    EXPECT_EQ(dladdr(&info, &info), 0);
    EXPECT_EQ(dlclose(NULL), -1);
}

CASE(bytes_are_random)
{
    unsigned char one[32] = {}, two[32] = {};
    EXPECT_EQ(CCRandomGenerateBytes(one, sizeof(one)), kCCSuccess);
    EXPECT_EQ(CCRandomGenerateBytes(two, sizeof(two)), kCCSuccess);
    EXPECT(memcmp(one, two, sizeof(one)) != 0);
    EXPECT_EQ(CCRandomGenerateBytes(NULL, 1), kCCParamError);
    EXPECT_EQ(CCRandomGenerateBytes(NULL, 0), kCCSuccess);
}

CASE(facts_have_names)
{
    host_basic_info_data_t host = {};
    mach_msg_type_number_t count = HOST_BASIC_INFO_COUNT;
    mach_port_t port = mach_host_self();
    EXPECT_OK(host_info(port, HOST_BASIC_INFO, (host_info_t)&host, &count));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    int cpus = 0;
    uint64_t memory = 0;
    char text[64] = "";
    size_t size = sizeof(cpus);
    EXPECT_EQ(sysctlbyname("hw.ncpu", &cpus, &size, NULL, 0), 0);
    EXPECT(size == sizeof(cpus) && cpus == host.max_cpus);
    size = sizeof(memory);
    EXPECT_EQ(sysctlbyname("hw.memsize", &memory, &size, NULL, 0), 0);
    EXPECT_EQ(memory, host.max_mem);
    size = sizeof(text);
    EXPECT_EQ(sysctlbyname("kern.ostype", text, &size, NULL, 0), 0);
    EXPECT(size == strlen(text) + 1 && strcmp(text, "Mach_R") == 0);
}

CASE(facts_have_numbers)
{
    int name[] = { CTL_HW, HW_PAGESIZE };
    int page = 0;
    size_t size = sizeof(page);
    EXPECT_EQ(sysctl(name, 2, &page, &size, NULL, 0), 0);
    EXPECT_EQ(page, getpagesize());
    EXPECT_EQ((long)page, sysconf(_SC_PAGESIZE));
    name[1] = 9999;
    EXPECT(sysctl(name, 2, &page, &size, NULL, 0) == -1 && errno == ENOENT);
    EXPECT(sysctl(name, 1, &page, &size, NULL, 0) == -1 && errno == ENOENT);
}

CASE(processes_are_listed)
{
    int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_ALL, 0 };
    size_t size = 0;
    bool is_there = false;
    EXPECT_EQ(sysctl(name, 3, NULL, &size, NULL, 0), 0);
    struct kinfo_proc *list = malloc(size);
    EXPECT_EQ(sysctl(name, 4, list, &size, NULL, 0), 0);
    for (size_t i = 0; i < size / sizeof(*list); i++) {
        is_there = is_there ||
                   (list[i].kp_proc.p_pid == getpid() && list[i].kp_eproc.e_ppid == getppid() &&
                    strcmp(list[i].kp_proc.p_comm, getprogname()) == 0);
    }
    EXPECT(is_there);
    EXPECT(size > 2 * sizeof(*list));
    size = sizeof(*list);
    EXPECT(sysctl(name, 4, list, &size, NULL, 0) == -1 && errno == ENOMEM);
    free(list);
}

CASE(a_process_is_told)
{
    int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, getpid() };
    struct kinfo_proc process;
    struct timeval boot = {};
    size_t size = sizeof(boot);
    EXPECT_EQ(sysctlbyname("kern.boottime", &boot, &size, NULL, 0), 0);
    size = sizeof(process);
    EXPECT_EQ(sysctl(name, 4, &process, &size, NULL, 0), 0);
    EXPECT_EQ(size, sizeof(process));
    EXPECT_EQ(process.kp_proc.p_stat, SRUN);
    EXPECT(boot.tv_sec > 0 && process.kp_proc.p_starttime.tv_sec >= boot.tv_sec);
    name[3] = 99999;
    EXPECT_EQ(sysctl(name, 4, &process, &size, NULL, 0), 0);
    EXPECT_EQ(size, 0);
    EXPECT(sysctl(name, 3, &process, &size, NULL, 0) == -1 && errno == EINVAL);
    name[2] = 77;
    EXPECT(sysctl(name, 4, &process, &size, NULL, 0) == -1 && errno == EINVAL);
    EXPECT(sysctl(name, 4, &process, &size, name, 4) == -1 && errno == EPERM);
}

CASE(names_have_numbers)
{
    int numbers[2];
    size_t length = 2;
    struct xsw_usage swap;
    size_t size = sizeof(swap);
    EXPECT_EQ(sysctlnametomib("vm.swapusage", numbers, &length), 0);
    EXPECT_EQ(length, 2);
    EXPECT_EQ(sysctl(numbers, 2, &swap, &size, NULL, 0), 0);
    EXPECT(swap.xsu_total == 0 && swap.xsu_pagesize == vm_page_size);
    length = 1;
    EXPECT(sysctlnametomib("hw.ncpu", numbers, &length) == -1 && errno == ENOMEM);
    EXPECT(sysctlnametomib("hw.physicalcpu", numbers, &length) == -1 && errno == ENOENT);
}

CASE(arguments_are_found_outside_main)
{
    EXPECT(*_NSGetArgc() >= 1);
    EXPECT_EQ((*_NSGetArgv())[*_NSGetArgc()], NULL);
    EXPECT_EQ(strcmp(*_NSGetProgname(), getprogname()), 0);
    EXPECT_EQ((*_NSGetEnviron()), environ);
}

CASE(bytes_can_be_swapped)
{
    char bytes[9] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
    EXPECT_EQ(OSReadBigInt32(bytes, 1), 0x01020304);
    EXPECT_EQ(OSReadLittleInt64(bytes, 1), 0x0807060504030201);
    OSWriteBigInt16(bytes, 3, 0x1122);
    EXPECT(bytes[3] == 0x11 && bytes[4] == 0x22);
    EXPECT_EQ(OSSwapHostToBigInt64(1), (uint64_t)1 << 56);
    sys_icache_invalidate(bytes, sizeof(bytes));
}

CASE(what_is_filled_stays_filled)
{
    _Atomic(int) counter = 1;
    char place[4] = "abc";
    EXPECT_EQ(atomic_fetch_add(&counter, 1), 1);
    EXPECT_EQ(memset_s(place, sizeof(place), 'x', 2), 0);
    EXPECT(place[1] == 'x' && place[2] == 'c');
    EXPECT_EQ(memset_s(place, sizeof(place), 'y', 5), EOVERFLOW);
    EXPECT_EQ(place[3], 'y');
    EXPECT_EQ(memset_s(NULL, 1, 0, 1), EINVAL);
    EXPECT_EQ(memset_s(place, SIZE_T_MAX, 0, 1), EINVAL);
    char *page = valloc(1);
    EXPECT_EQ((uintptr_t)page % vm_page_size, 0);
    free(page);
}

CASE(wrong_questions)
{
    char text[4];
    size_t size = sizeof(text);
    EXPECT(sysctlbyname("hw.nothing", text, &size, NULL, 0) == -1 && errno == ENOENT);
    EXPECT(sysctlbyname("", text, &size, NULL, 0) == -1 && errno == ENOENT);
    EXPECT(sysctlbyname("kern.version", text, &size, NULL, 0) == -1 && errno == ENOMEM);
    EXPECT(sysctlbyname("hw.ncpu", NULL, NULL, text, 4) == -1 && errno == EPERM);
    EXPECT_EQ(sysctlbyname("kern.version", NULL, &size, NULL, 0), 0);
    EXPECT(size > sizeof(text));
    EXPECT(sysconf(-1) == -1 && errno == EINVAL);
    EXPECT(gethostname(text, 2) == -1 && errno == ENAMETOOLONG);
}

CASE(the_system_has_a_name)
{
    struct utsname names;
    EXPECT_EQ(uname(&names), 0);
    EXPECT_EQ(strcmp(names.sysname, "Mach_R"), 0);
    EXPECT_EQ(strcmp(names.machine, "x86_64"), 0);
    EXPECT(names.release[0] >= '0' && names.release[0] <= '9');
    EXPECT(strstr(names.version, names.release) != NULL);
    EXPECT_EQ(sysconf(_SC_NPROCESSORS_ONLN) >= 1, true);
    EXPECT_EQ(getuid(), 0); /* tests are privileged */
    EXPECT_EQ(getegid(), 0);
}

CASE(time_that_was_used_grows)
{
    struct rusage before, after;
    EXPECT_EQ(getrusage(RUSAGE_SELF, &before), 0);
    do {
        EXPECT_EQ(getrusage(RUSAGE_SELF, &after), 0);
    } while (after.ru_utime.tv_sec == before.ru_utime.tv_sec &&
             after.ru_utime.tv_usec + after.ru_stime.tv_usec ==
                 before.ru_utime.tv_usec + before.ru_stime.tv_usec);
    EXPECT(after.ru_utime.tv_usec < 1000000);
    EXPECT(after.ru_maxrss >= (long)vm_page_size);
    EXPECT(after.ru_nvcsw >= before.ru_nvcsw);
    EXPECT(getrusage(RUSAGE_CHILDREN, &after) == -1 && errno == EINVAL);
    sync();
}

CASE(open_files_can_be_limited)
{
    struct rlimit before, limit;
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    int fd = dup(0);
    EXPECT(fd > 0 && before.rlim_cur > (rlim_t)fd);
    EXPECT_EQ(close(fd), 0);
    limit = (struct rlimit){ (rlim_t)fd, before.rlim_max };
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT(dup(0) == -1 && errno == EMFILE);
    EXPECT(dup2(0, fd) == -1 && errno == EBADF);
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(dup(0), fd);
    EXPECT_EQ(close(fd), 0);
}

CASE(other_limits_are_told)
{
    struct rlimit limit;
    EXPECT_EQ(getrlimit(RLIMIT_STACK, &limit), 0);
    EXPECT_EQ(limit.rlim_cur, pthread_get_stacksize_np(pthread_self()));
    EXPECT_EQ(setrlimit(RLIMIT_STACK, &limit), 0);
    limit.rlim_cur--;
    EXPECT(setrlimit(RLIMIT_STACK, &limit) == -1 && errno == EINVAL);
    limit.rlim_max += 2;
    EXPECT(setrlimit(RLIMIT_STACK, &limit) == -1 && errno == EPERM);
    limit = (struct rlimit){ 2, 1 };
    EXPECT(setrlimit(RLIMIT_NOFILE, &limit) == -1 && errno == EINVAL);
    EXPECT_EQ(getrlimit(RLIMIT_AS, &limit), 0);
    EXPECT_EQ(limit.rlim_cur, RLIM_INFINITY);
    EXPECT_EQ(getrlimit(RLIMIT_CORE, &limit), 0);
    EXPECT_EQ(limit.rlim_max, 0);
    EXPECT(getrlimit(RLIM_NLIMITS, &limit) == -1 && errno == EINVAL);
}

CASE(parts_of_paths)
{
    static const struct {
        const char *path, *base, *directory;
    } paths[] = {
        { "/a/b", "b", "/a" }, { "/a/b//", "b", "/a" }, { "a", "a", "." },
        { "/", "/", "/" },     { "///", "/", "/" },     { "/a", "a", "/" },
        { "", ".", "." },      { "a//b", "b", "a" },    { "a/", "a", "." },
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        EXPECT_EQ(strcmp(basename((char *)paths[i].path), paths[i].base), 0);
        EXPECT_EQ(strcmp(dirname((char *)paths[i].path), paths[i].directory), 0);
    }
    EXPECT_EQ(strcmp(basename(NULL), "."), 0);
    EXPECT_EQ(strcmp(getprogname(), "posix_system"), 0);
    setprogname("/x/other");
    EXPECT_EQ(strcmp(getprogname(), "other"), 0);
}

CASE(random_numbers_differ)
{
    uint64_t numbers[4] = {};
    EXPECT_EQ(getentropy(numbers, sizeof(numbers)), 0);
    EXPECT(numbers[0] != numbers[1] && numbers[1] != numbers[2] && numbers[3] != 0);
    char odd[7] = {};
    EXPECT_EQ(getentropy(odd, 5), 0);
    EXPECT(odd[5] == 0 && odd[6] == 0);
    EXPECT(getentropy(numbers, 257) == -1 && errno == EIO);
    EXPECT(arc4random() != arc4random() || arc4random() != arc4random());
    EXPECT(arc4random_uniform(3) < 3);
}

CASE(aligned_memory)
{
    void *memory = NULL;
    EXPECT_EQ(posix_memalign(&memory, 4096, 100), 0);
    EXPECT_EQ((uintptr_t)memory & 4095, 0);
    EXPECT(malloc_size(memory) >= 100);
    free(memory);
    EXPECT_EQ(posix_memalign(&memory, 24, 100), EINVAL);
    EXPECT_EQ(posix_memalign(&memory, 2, 100), EINVAL);
}

CASE(atomic_operations)
{
    volatile int32_t word = 5;
    volatile int64_t wide = 5;
    volatile uint32_t bits = 0xf0;
    uint8_t bytes[2] = {};
    EXPECT_EQ(OSAtomicAdd32(3, &word), 8);
    EXPECT_EQ(OSAtomicIncrement32Barrier(&word), 9);
    EXPECT_EQ(OSAtomicDecrement64(&wide), 4);
    EXPECT_EQ(OSAtomicOr32(0x0f, &bits), 0xff);
    EXPECT_EQ(OSAtomicAnd32Orig(0x0f, &bits), 0xff);
    EXPECT_EQ(OSAtomicXor32(0x01, &bits), 0x0e);
    EXPECT(OSAtomicCompareAndSwap32(9, 10, &word) && word == 10);
    EXPECT(!OSAtomicCompareAndSwap32Barrier(9, 11, &word) && word == 10);
    EXPECT(!OSAtomicTestAndSet(9, bytes) && bytes[1] == 0x40);
    EXPECT(OSAtomicTestAndSet(9, bytes));
    EXPECT(OSAtomicTestAndClear(9, bytes) && bytes[1] == 0);
}

static OSSpinLock lock = OS_SPINLOCK_INIT;
static int guarded;

static void *add_under_lock(void *argument)
{
    for (int i = 0; i < 10000; i++) {
        OSSpinLockLock(&lock);
        guarded++;
        OSSpinLockUnlock(&lock);
    }
    return argument;
}

CASE(spin_locks_exclude)
{
    pthread_t threads[2];
    guarded = 0;
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(pthread_create(&threads[i], NULL, add_under_lock, NULL), 0);
    }
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(pthread_join(threads[i], NULL), 0);
    }
    EXPECT_EQ(guarded, 20000);
    EXPECT(OSSpinLockTry(&lock) && !OSSpinLockTry(&lock));
    OSSpinLockUnlock(&lock);
}

struct element {
    int number;
    void *link;
};

CASE(lists_give_back_what_came_last)
{
    OSQueueHead list = OS_ATOMIC_QUEUE_INIT;
    struct element one = { .number = 1 }, two = { .number = 2 };
    OSAtomicEnqueue(&list, &one, offsetof(struct element, link));
    OSAtomicEnqueue(&list, &two, offsetof(struct element, link));
    EXPECT_EQ(OSAtomicDequeue(&list, offsetof(struct element, link)), &two);
    EXPECT_EQ(OSAtomicDequeue(&list, offsetof(struct element, link)), &one);
    EXPECT_EQ(OSAtomicDequeue(&list, offsetof(struct element, link)), NULL);
}

/* What is made once: ports to wait on, the heap, the state of random numbers. */
void systest_prepare(void)
{
    pthread_t thread;
    (void)arc4random();
    free(malloc(10000));
    if (pthread_create(&thread, NULL, add_under_lock, NULL) == 0) {
        (void)pthread_join(thread, NULL);
    }
}
