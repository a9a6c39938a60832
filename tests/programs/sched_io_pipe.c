/*
 * Pipes between threads: several writers and readers, buffers larger than a pipe takes, vectors,
 * an end that is closed meanwhile. Prints the order in which bytes came out, which is the
 * schedule's and nothing else's.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/uio.h>
#include "sched_check.h"

static int in[2], out[2];

static void *writes_name(void *arg)
{
    char name = (char)('a' + (int)(long)arg);
    for (int i = 0; i < 10; i++)
        IS(write(in[1], &name, 1), 1);
    return NULL;
}

static void *passes_on(void *arg)
{
    char byte;
    while (read(in[0], &byte, 1) == 1)
        IS(write(out[1], &byte, 1), 1);
    return arg;
}

static void many(void)
{
    enum { WRITERS = 3, READERS = 2, BYTES = 10 * WRITERS };
    pthread_t th[WRITERS + READERS];
    char order[BYTES + 1] = "";
    int counts[WRITERS] = {0};

    IS(pipe(in) | pipe2(out, O_CLOEXEC), 0);
    for (long i = 0; i < WRITERS; i++)
        pthread_create(&th[i], NULL, writes_name, (void *)i);
    for (long i = 0; i < READERS; i++)
        pthread_create(&th[WRITERS + i], NULL, passes_on, NULL);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(th[i], NULL);
    close(in[1]);
    for (int i = 0; i < READERS; i++)
        pthread_join(th[WRITERS + i], NULL);
    close(out[1]);
    for (int n = 0; n < BYTES;) {
        ssize_t r = read(out[0], order + n, sizeof order - 1 - (size_t)n);
        CHECK(r > 0);
        n += (int)r;
    }
    IS(read(out[0], order, 1), 0);
    for (int i = 0; i < BYTES; i++)
        counts[order[i] - 'a']++;
    for (int i = 0; i < WRITERS; i++)
        IS(counts[i], 10);
    printf("%s\n", order);
    close(in[0]);
    close(out[0]);
}

/* ---- more than a pipe takes ---- */

enum { LARGE = 200000 };
static char large[LARGE];

static void *writes_large(void *arg)
{
    struct iovec v[3] = {{large, 1}, {large + 1, 99999}, {large + 100000, LARGE - 100000}};
    IS(write(in[1], large, LARGE), LARGE);
    IS(writev(in[1], v, 3), LARGE);
    IS(close(in[1]), 0);
    return arg;
}

static void much(void)
{
    static char buffer[7001];
    pthread_t th;
    ssize_t n;
    long total = 0, sum = 0;

    IS(pipe(in), 0);
    for (int i = 0; i < LARGE; i++)
        large[i] = (char)(i % 251);
    pthread_create(&th, NULL, writes_large, NULL);
    while ((n = read(in[0], buffer, sizeof buffer)) > 0)
        for (ssize_t i = 0; i < n; i++, total++)
            sum += buffer[i] == (char)(total % LARGE % 251);
    IS(n, 0);
    IS(pthread_join(th, NULL), 0);
    IS(total, 2 * LARGE);
    IS(sum, total);
    close(in[0]);
}

/* ---- nobody reads any more ---- */

static void *closes(void *arg)
{
    close(in[0]);
    return arg;
}

static void broken(void)
{
    pthread_t th;
    ssize_t n;
    signal(SIGPIPE, SIG_IGN);
    IS(pipe(in), 0);
    pthread_create(&th, NULL, closes, NULL);
    while ((n = write(in[1], large, LARGE)) > 0) /* part of it, perhaps, then nothing */
        ;
    IS(n, -1);
    IS(errno, EPIPE);
    pthread_join(th, NULL);
    close(in[1]);
}

/* ---- those that don't want to wait ---- */

static void without_waiting(void)
{
    char byte;
    IS(pipe2(in, O_NONBLOCK), 0);
    IS(read(in[0], &byte, 1), -1);
    IS(errno, EAGAIN);
    ssize_t n = write(in[1], large, LARGE);
    CHECK(n > 0 && n < LARGE);
    IS(write(in[1], large, LARGE), -1);
    IS(errno, EAGAIN);
    IS(read(-1, &byte, 1), -1);
    IS(errno, EBADF);
    IS(write(12345, &byte, 1), -1);
    IS(errno, EBADF);
    close(in[0]);
    close(in[1]);
}

/* ---- a read that is cancelled ---- */

static void *reads_for_ever(void *arg)
{
    char byte;
    read(in[0], &byte, 1);
    CHECK(!"came back");
    return arg;
}

static void cancelled(void)
{
    pthread_t th;
    void *result;
    IS(pipe(in), 0);
    pthread_create(&th, NULL, reads_for_ever, NULL);
    IS(pthread_cancel(th), 0);
    IS(pthread_join(th, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
    close(in[0]);
    close(in[1]);
}

/* ---- a read that a signal comes in ---- */

static volatile int handled;
static int wake_end;

static void on_signal(int sig)
{
    __atomic_store_n(&handled, sig, __ATOMIC_SEQ_CST);
    if (sig == SIGUSR2)
        write(wake_end, "x", 1);
}

static void *sends_both(void *arg)
{
    pthread_t reader = *(pthread_t *)arg;
    while (__atomic_load_n(&handled, __ATOMIC_SEQ_CST) != SIGUSR1)
        pthread_kill(reader, SIGUSR1), usleep(1000);
    pthread_kill(reader, SIGUSR2);
    return NULL;
}

/* SIGUSR1 ends it, SIGUSR2 lets it go on and writes. */
static void interrupted(void)
{
    struct sigaction ends = {.sa_handler = on_signal};
    struct sigaction goes_on = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    pthread_t th, me = pthread_self();
    char byte;
    IS(pipe(in), 0);
    wake_end = in[1];
    sigaction(SIGUSR1, &ends, NULL);
    sigaction(SIGUSR2, &goes_on, NULL);
    pthread_create(&th, NULL, sends_both, &me);
    ssize_t n;
    while ((n = read(in[0], &byte, 1)) < 0)
        IS(errno, EINTR);
    IS(n, 1);
    pthread_join(th, NULL);
    close(in[0]);
    close(in[1]);
}

int main(void)
{
    many();
    much();
    broken();
    without_waiting();
    cancelled();
    interrupted();
    return 0;
}
