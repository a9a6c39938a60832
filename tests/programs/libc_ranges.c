/*
 * What libc functions read and write through their arguments, to the byte. Each function runs on
 * a region of its own and says how many bytes from its start it should have touched; main then
 * writes the last of them, which is a race, or the one behind, which is none.
 *
 * OP(name, setup, call, bytes): setup is done by main before, call by the thread, which then
 * says the number; `p` is the region, `r` the result of the call.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <iconv.h>
#include <locale.h>
#include <math.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <regex.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
#include <wordexp.h>
#include "step.h"

enum { REGION = 2048 };

/* Not instrumented: to look is not to access. */
static NOT_INSTRUMENTED long text_end(const volatile char *p)
{
    long n = 0;
    while (p[n])
        n++;
    return n + 1;
}

static FILE *text_file(const char *text)
{
    FILE *f = tmpfile();
    fputs(text, f);
    rewind(f);
    return f;
}

static FILE *null_file(void)
{
    return fopen("/dev/null", "w");
}

static int message_socket(const char *text)
{
    int fd[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, fd);
    send(fd[1], text, strlen(text), 0);
    return fd[0];
}

static int some_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int full_pipe(void)
{
    int fd[2];
    if (pipe(fd) || write(fd[1], "12345", 5) != 5)
        abort();
    return fd[0];
}

static int null_fd(void)
{
    return open("/dev/null", O_WRONLY);
}

static int full_queue(void)
{
    struct { long type; char text[5]; } message = {1, "abcd"};
    int id = msgget(IPC_PRIVATE, 0600);
    msgsnd(id, &message, 5, 0);
    return id;
}

static int ready_epoll(void)
{
    struct epoll_event e = {.events = EPOLLIN};
    int fd = epoll_create1(0);
    epoll_ctl(fd, EPOLL_CTL_ADD, full_pipe(), &e);
    return fd;
}

static const time_t some_time = 1000000000;
static const struct tm some_tm = {.tm_year = 100, .tm_mday = 1};
static const struct in_addr localhost = {0x0100007f};
static pthread_attr_t thread_attr;
static pthread_mutexattr_t mutex_attr;

static int descending(const void *a, const void *b)
{
    return *(const unsigned char *)b - *(const unsigned char *)a;
}

static _Thread_local char scratch[REGION];
static _Thread_local char *rest;
static _Thread_local volatile long kept;

#define AT(type) ((type *)(void *)p)
#define AT2(type, offset) ((type *)(void *)(p + (offset)))

#define MESSAGE(p, n) (struct msghdr){.msg_iov = &(struct iovec){p, n}, .msg_iovlen = 1}
#define SOMEWHERE (const struct sockaddr *)&somewhere, sizeof somewhere

#define OPS                                                                                        \
    /* strings */                                                                                  \
    OP(stpcpy, , stpcpy(p, "hello"), 6)                                                            \
    OP(strcat, strcpy(p, "abc"), strcat(p, "def"), 7)                                              \
    OP(strncat, strcpy(p, "abc"), strncat(p, "defghi", 3), 7)                                      \
    OP(stpncpy, , stpncpy(p, "a", 9), 9)                                                           \
    OP(memccpy, , memccpy(p, "abcdef", 'c', 6), 3)                                                 \
    OP(mempcpy, , mempcpy(p, "abcdef", 6), 6)                                                      \
    OP(memrchr, , memrchr(p, 'x', 9), 9)                                                           \
    OP(memmem, , memmem(p, 9, "abc", 3), 9)                                                        \
    OP(strnlen, , strnlen(p, 9), 9)                                                                \
    OP(strchrnul, strcpy(p, "abcdef"), strchrnul(p, 'c'), 3)                                       \
    OP(strrchr, strcpy(p, "abcdef"), strrchr(p, 'c'), 7)                                           \
    OP(strspn, strcpy(p, "abcdef"), strspn(p, "abc"), 4)                                           \
    OP(strcspn, strcpy(p, "abcdef"), strcspn(p, "d"), 4)                                           \
    OP(strpbrk, strcpy(p, "abcdef"), strpbrk(p, "ed"), 4)                                          \
    OP(strncmp, strcpy(p, "abcdef"), strncmp(p, "abcxyz", 6), 4)                                   \
    OP(strncasecmp, strcpy(p, "abcdef"), strncasecmp(p, "ABCxyz", 6), 4)                           \
    OP(strcasestr, strcpy(p, "abcdef"), strcasestr(p, "BC"), 3)                                    \
    OP(strndup, strcpy(p, "abcdef"), strndup(p, 3), 3)                                             \
    OP(strtok_r, strcpy(p, "ab,cd"), strtok_r(p, ",", (char **)&rest), 3)                          \
    OP(strtol, strcpy(p, "123 "), strtol(p, NULL, 10), 4)                                          \
    OP(strtoull, strcpy(p, "77z"), strtoull(p, NULL, 0), 3)                                        \
    OP(strtod, strcpy(p, "1.25;"), strtod(p, NULL), 5)                                             \
    OP(strtol_end, , strtol("12", AT(char *), 10), 8)                                              \
    OP(strxfrm, , strxfrm(p, "abc", 9), 4)                                                         \
    OP(strerror_r, , strerror_r(-1, p, 100), text_end(p))                                          \
    OP(qsort, strcpy(p, "abcde"), (qsort(p, 5, 1, descending), 0), 5)                              \
    /* wide */                                                                                     \
    OP(wcslen, wcscpy(AT(wchar_t), L"abc"), wcslen(AT(wchar_t)), 16)                               \
    OP(wcscpy, , wcscpy(AT(wchar_t), L"abc"), 16)                                                  \
    OP(wcsncat, AT(wchar_t)[0] = 0, wcsncat(AT(wchar_t), L"abc", 2), 12)                           \
    OP(wcscmp, wcscpy(AT(wchar_t), L"abc"), wcscmp(AT(wchar_t), L"axy"), 8)                        \
    OP(wcschr, wcscpy(AT(wchar_t), L"abc"), wcschr(AT(wchar_t), L'b'), 8)                          \
    OP(wmemcpy, , wmemcpy(AT(wchar_t), L"abcd", 2), 8)                                             \
    OP(wmemset, , wmemset(AT(wchar_t), L'a', 3), 12)                                               \
    OP(mbstowcs, , mbstowcs(AT(wchar_t), "abc", 9), 16)                                            \
    OP(wcstombs, , wcstombs(p, L"abc", 9), 4)                                                      \
    OP(mbrtowc, , mbrtowc(AT(wchar_t), "a", 1, NULL), 4)                                           \
    OP(wcrtomb, , wcrtomb(p, L'a', NULL), 1)                                                       \
    /* formats */                                                                                  \
    OP(sprintf, , sprintf(p, "%d", 12345), r + 1)                                                  \
    OP(snprintf, , snprintf(p, 4, "%d", 12345), 4)                                                 \
    OP(fprintf_string, strcpy(p, "abc"), fprintf(null_file(), "%d %s", 1, p), 4)                   \
    OP(fprintf_precision, strcpy(p, "abc"), fprintf(null_file(), "%.*s", 2, p), 2)                 \
    OP(fprintf_position, strcpy(p, "abc"), fprintf(null_file(), "%2$d %1$s", p, 5), 4)             \
    OP(fprintf_wide, wcscpy(AT(wchar_t), L"ab"), fprintf(null_file(), "%ls", AT(wchar_t)), 12)     \
    OP(dprintf_format, strcpy(p, "abc"), dprintf(null_fd(), p, 1), 4)                              \
    OP(printf_count, , snprintf(scratch, 9, "a%hn", AT(short)), 2)                                 \
    OP(asprintf, , asprintf(AT(char *), "a"), 8)                                                   \
    OP(sscanf_int, , sscanf("12 34", "%d", AT(int)), 4)                                            \
    OP(sscanf_double, , sscanf("12 34", "%*d %lf", AT(double)), 8)                                 \
    OP(sscanf_string, , sscanf("12 345", "%*s %s", p), 4)                                          \
    OP(sscanf_chars, , sscanf("12345", "%3c", p), 3)                                               \
    OP(sscanf_set, , sscanf("aab", "%[a]", p), 3)                                                  \
    OP(sscanf_count, , sscanf("12", "%d%hhn", (int *)(void *)scratch, AT(signed char)), 1)         \
    OP(sscanf_input, strcpy(p, "12"), sscanf(p, "%d", (int *)(void *)scratch), 3)                  \
    OP(fscanf, , fscanf(text_file("12 "), "%hd", AT(short)), 2)                                    \
    /* streams */                                                                                  \
    OP(fgets, , fgets(p, 100, text_file("abc\ndef")), 5)                                           \
    OP(fread, , fread(p, 2, 9, text_file("abcdef")), 6)                                            \
    OP(fwrite, , fwrite(p, 2, 3, null_file()), 6)                                                  \
    OP(fputs, strcpy(p, "abc"), fputs(p, null_file()), 4)                                          \
    OP(getline_buffer, *AT(char *) = NULL, getline(AT(char *), &line_size, text_file("")), 8)      \
    OP(fopen, strcpy(p, "/dev/null"), fclose(fopen(p, "r")), 10)                                   \
    /* descriptors */                                                                              \
    OP(open, strcpy(p, "/dev/null"), close(open(p, O_RDONLY)), 10)                                 \
    OP(pipe, , pipe(AT(int)), 8)                                                                   \
    OP(read, , read(full_pipe(), p, 100), 5)                                                       \
    OP(readv, , readv(full_pipe(), &(struct iovec){p, 3}, 1), 3)                                   \
    OP(pread, , pread(fileno(text_file("abc")), p, 100, 0), r)                                     \
    OP(write, , write(null_fd(), p, 7), 7)                                                         \
    OP(writev, , writev(null_fd(), &(struct iovec){p, 7}, 1), 7)                                   \
    OP(pwrite, , pwrite(null_fd(), p, 7, 0), 7)                                                    \
    OP(poll, *AT(struct pollfd) = (struct pollfd){.fd = -1}, poll(AT(struct pollfd), 1, 0), 8)     \
    OP(select, memset(p, 0, 128), select(70, AT(fd_set), NULL, NULL, &(struct timeval){0, 0}), 16) \
    OP(epoll_wait, , epoll_wait(ready_epoll(), AT(struct epoll_event), 2, 0), 12)                  \
    OP(eventfd_read, , eventfd_read(eventfd(1, 0), AT(eventfd_t)), 8)                              \
    OP(timerfd_gettime, ,                                                                          \
       timerfd_gettime(timerfd_create(CLOCK_MONOTONIC, 0), AT(struct itimerspec)), 32)             \
    /* sockets */                                                                                  \
    OP(socketpair, , socketpair(AF_UNIX, SOCK_STREAM, 0, AT(int)), 8)                              \
    OP(recv, , recv(message_socket("abc"), p, 100, 0), 3)                                          \
    OP(recv_truncated, , recv(message_socket("abc"), p, 2, MSG_TRUNC), 2)                          \
    OP(recvfrom, , recvfrom(message_socket("abc"), p, 100, 0, NULL, NULL), 3)                      \
    OP(recvmsg, ,                                                                                  \
       recvmsg(message_socket("abc"), &MESSAGE(p, 100), 0), 3)                                     \
    OP(send, , send(message_socket(""), p, 4, MSG_DONTWAIT), 4)                                    \
    OP(sendmsg, ,                                                                                  \
       sendmsg(message_socket(""), &MESSAGE(p, 6), 0), 6)                                          \
    OP(getsockopt, , getsockopt(some_socket(), SOL_SOCKET, SO_TYPE, p, &(socklen_t){100}), 4)      \
    OP(getsockname, , getsockname(some_socket(), AT(struct sockaddr), &(socklen_t){100}), 16)      \
    OP(getsockname_length, *AT(socklen_t) = 16,                                                    \
       getsockname(some_socket(), (struct sockaddr *)(void *)scratch, AT(socklen_t)), 4)           \
    OP(msgrcv, , msgrcv(full_queue(), p, 100, 0, 0), 13)                                           \
    /* files */                                                                                    \
    OP(stat, , stat("/", AT(struct stat)), sizeof(struct stat))                                    \
    OP(stat_path, strcpy(p, "/"), stat(p, (struct stat *)(void *)scratch), 2)                      \
    OP(fstat, , fstat(0, AT(struct stat)), sizeof(struct stat))                                    \
    OP(statvfs, , statvfs("/", AT(struct statvfs)), sizeof(struct statvfs))                        \
    OP(readlink, , readlink("/proc/self/exe", p, 1000), r)                                         \
    OP(realpath, , realpath("/", p), 2)                                                            \
    OP(getcwd, , getcwd(p, 1000), text_end(p))                                                     \
    OP(glob, , glob("/", 0, NULL, AT(glob_t)), sizeof(glob_t))                                     \
    OP(wordexp, , wordexp("a", AT(wordexp_t), 0), sizeof(wordexp_t))                               \
    /* time */                                                                                     \
    OP(localtime_r, , localtime_r(&some_time, AT(struct tm)), sizeof(struct tm))                   \
    OP(gmtime_r, , gmtime_r(&some_time, AT(struct tm)), sizeof(struct tm))                         \
    OP(gmtime_argument, *AT(time_t) = 5, gmtime_r(AT(time_t), (struct tm *)(void *)scratch), 8)    \
    OP(ctime_r, , ctime_r(&some_time, p), 26)                                                      \
    OP(asctime_r, , asctime_r(&some_tm, p), 26)                                                    \
    OP(mktime, *AT(struct tm) = some_tm, mktime(AT(struct tm)), sizeof(struct tm))                 \
    OP(strftime, , strftime(p, 100, "%Y", &some_tm), 5)                                            \
    OP(strptime, strcpy(p, "2020-"), strptime(p, "%Y", (struct tm *)(void *)scratch), 4)           \
    /* system */                                                                                   \
    OP(uname, , uname(AT(struct utsname)), sizeof(struct utsname))                                 \
    OP(gethostname, , gethostname(p, 1000), text_end(p))                                           \
    OP(getresuid, , getresuid(AT(uid_t), AT2(uid_t, 4), AT2(uid_t, 8)), 12)                        \
    OP(getrlimit, , getrlimit(RLIMIT_CORE, AT(struct rlimit)), 16)                                 \
    OP(getrusage, , getrusage(RUSAGE_SELF, AT(struct rusage)), sizeof(struct rusage))              \
    OP(confstr, , (long)confstr(_CS_PATH, p, 1000), r)                                             \
    OP(mincore, , mincore((void *)((long)scratch & -4096), 4096, (unsigned char *)p), 1)           \
    OP(backtrace, , backtrace(AT(void *), 1), 8 * r)                                               \
    OP(sched_getaffinity, , sched_getaffinity(0, 128, AT(cpu_set_t)), 128)                         \
    /* threads */                                                                                  \
    OP(pthread_attr_getdetachstate, , pthread_attr_getdetachstate(&thread_attr, AT(int)), 4)       \
    OP(pthread_attr_getstacksize, , pthread_attr_getstacksize(&thread_attr, AT(size_t)), 8)        \
    OP(pthread_attr_getstack, ,                                                                    \
       pthread_attr_getstack(&thread_attr, AT(void *), AT2(size_t, 8)), 16)                        \
    OP(pthread_mutexattr_gettype, , pthread_mutexattr_gettype(&mutex_attr, AT(int)), 4)            \
    OP(pthread_getschedparam, ,                                                                    \
       pthread_getschedparam(pthread_self(), AT(int), AT2(struct sched_param, 4)), 8)              \
    OP(pthread_setcancelstate, , pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, AT(int)), 4)        \
    /* mathematics */                                                                              \
    OP(frexp, , frexp(3.5, AT(int)), 4)                                                            \
    OP(modf, , modf(3.5, AT(double)), 8)                                                           \
    OP(modff, , modff(3.5f, AT(float)), 4)                                                         \
    OP(modfl, , modfl(3.5L, AT(long double)), 16)                                                  \
    OP(remquo, , remquo(3.5, 2, AT(int)), 4)                                                       \
    OP(sincos, , (sincos(3.5, AT(double), AT2(double, 8)), 0), 16)                                 \
    OP(lgamma_r, , lgamma_r(3.5, AT(int)), 4)                                                      \
    OP(rand_r, , rand_r(AT(unsigned)), 4)                                                          \
    OP(drand48_r, , drand48_r(&(struct drand48_data){0}, AT(double)), 8)                           \
    /* databases and addresses */                                                                  \
    OP(inet_ntop, , inet_ntop(AF_INET, &localhost, p, 100), 10)                                    \
    OP(inet_pton, , inet_pton(AF_INET, "127.0.0.1", p), 4)                                         \
    OP(inet_aton, , inet_aton("127.0.0.1", AT(struct in_addr)), 4)                                 \
    OP(ether_aton_r, , ether_aton_r("1:2:3:4:5:6", AT(struct ether_addr)), 6)                      \
    OP(getpwuid_r, ,                                                                               \
       getpwuid_r(0, AT(struct passwd), scratch, 1000, &found_user), sizeof(struct passwd))        \
    OP(getgrgid_r, ,                                                                               \
       getgrgid_r(0, AT(struct group), scratch, 1000, &found_group), sizeof(struct group))         \
    OP(getaddrinfo, , getaddrinfo("127.0.0.1", NULL, &numeric, AT(struct addrinfo *)), 8)          \
    OP(getnameinfo, ,                                                                              \
       getnameinfo(SOMEWHERE, p, 100, NULL, 0, NI_NUMERICHOST), 10)                                \
    /* languages */                                                                                \
    OP(setlocale, strcpy(p, "C"), setlocale(LC_ALL, p), 2)                                         \
    OP(iconv, , (convert(p), 0), 3)                                                                \
    OP(regexec, , (match(AT(regmatch_t)), 0), 2 * sizeof(regmatch_t))                              \
    OP(regerror, , regerror(REG_BADPAT, NULL, p, 100), text_end(p))

static _Thread_local size_t line_size;
static _Thread_local struct passwd *found_user;
static _Thread_local struct group *found_group;
static const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST};
static const struct sockaddr_in somewhere = {.sin_family = AF_INET, .sin_addr = {0x0100007f}};

static void convert(char *to)
{
    char from[] = "abc", *in = from;
    size_t in_bytes = 3, out_bytes = 100;
    iconv_t cd = iconv_open("LATIN1", "UTF-8");
    iconv(cd, &in, &in_bytes, &to, &out_bytes);
    iconv_close(cd);
}

static void match(regmatch_t *m)
{
    regex_t re;
    regcomp(&re, "b", 0);
    regexec(&re, "abc", 2, m, 0);
    regfree(&re);
}

#define OP(name, setup, call, bytes)                                                               \
    static NOINLINE long run_##name(char *p)                                                       \
    {                                                                                              \
        long r = (long)(call);                                                                     \
        kept = r; /* a call without effect would not be made */                                    \
        return (long)(bytes);                                                                      \
    }                                                                                              \
    static void setup_##name(char *p)                                                              \
    {                                                                                              \
        (void)p;                                                                                   \
        setup;                                                                                     \
    }
OPS
#undef OP

static const struct op {
    const char *name;
    void (*setup)(char *p);
    long (*run)(char *p);
} ops[] = {
#define OP(name, setup, call, bytes) {#name, setup_##name, run_##name},
    OPS
#undef OP
};

#ifdef PARALLEL /* all of them in several threads, on memory of their own: silent */
static void *runner(void *arg)
{
    for (size_t k = 0; k < sizeof ops / sizeof *ops; k++) {
        char *region = malloc(REGION);
        memset(region, 'x', REGION);
        ops[k].setup(region);
        ops[k].run(region);
        free(region);
    }
    return arg;
}

int main(void)
{
    pthread_t t[4];

    pthread_attr_init(&thread_attr);
    pthread_mutexattr_init(&mutex_attr);
    for (int k = 0; k < 4; k++)
        pthread_create(&t[k], NULL, runner, NULL);
    for (int k = 0; k < 4; k++)
        pthread_join(t[k], NULL);
    return 0;
}
#else
static const struct op *volatile current;
static char *region;
static long end;

static void *runner(void *arg)
{
    long n = current->run(region);

    __atomic_store_n(&end, n, __ATOMIC_RELAXED);
    step_set(step_now + 1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_attr_init(&thread_attr);
    pthread_mutexattr_init(&mutex_attr);
    for (size_t k = 0; k < sizeof ops / sizeof *ops; k++) {
        region = malloc(REGION);
        memset(region, 'x', REGION);
        ops[k].setup(region);
        current = &ops[k];
        step_set(0);
        pthread_create(&t, NULL, runner, NULL);
        step_wait(1);
        long n = __atomic_load_n(&end, __ATOMIC_RELAXED);
        fprintf(stderr, "%s %ld\n", ops[k].name, n);
        ((volatile char *)region)[n BUG(-1)] = 'y';
        pthread_join(t, NULL);
    }
    return 0;
}
#endif
