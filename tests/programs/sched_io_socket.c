/*
 * Sockets, eventfds and epoll between threads: a server with epoll and its clients, messages in
 * several pieces, time limits of a socket. Prints the order in which clients were served.
 */
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "sched_check.h"

/* ---- a server and its clients ---- */

enum { CLIENTS = 3, ROUNDS = 4 };

static struct sockaddr_in place;
static char served[CLIENTS * ROUNDS + 1];
static int nserved;

static void *client(void *arg)
{
    char name = (char)('a' + (int)(long)arg), answer;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    IS(connect(fd, (struct sockaddr *)&place, sizeof place), 0);
    for (int i = 0; i < ROUNDS; i++) {
        IS(send(fd, &name, 1, 0), 1);
        IS(recv(fd, &answer, 1, 0), 1);
        IS(answer, name - 'a' + 'A');
    }
    IS(close(fd), 0);
    return NULL;
}

static void serve(int epfd, int listener)
{
    struct epoll_event events[4];
    for (int open = CLIENTS; open > 0;) {
        int n = epoll_wait(epfd, events, 4, -1);
        CHECK(n > 0);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            char byte;
            if (fd == listener) {
                struct epoll_event e = {.events = EPOLLIN, .data.fd = accept(listener, NULL, NULL)};
                CHECK(e.data.fd >= 0);
                IS(epoll_ctl(epfd, EPOLL_CTL_ADD, e.data.fd, &e), 0);
            } else if (read(fd, &byte, 1) == 1) {
                served[nserved++] = byte;
                byte = (char)(byte - 'a' + 'A');
                IS(write(fd, &byte, 1), 1);
            } else {
                IS(close(fd), 0);
                open--;
            }
        }
    }
}

static void server(void)
{
    pthread_t th[CLIENTS];
    socklen_t n = sizeof place;
    int listener = socket(AF_INET, SOCK_STREAM, 0), epfd = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = listener};

    place = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    IS(bind(listener, (struct sockaddr *)&place, sizeof place), 0);
    IS(listen(listener, 8), 0);
    IS(getsockname(listener, (struct sockaddr *)&place, &n), 0);
    IS(epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &e), 0);
    for (long i = 0; i < CLIENTS; i++)
        pthread_create(&th[i], NULL, client, (void *)i);
    serve(epfd, listener);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(th[i], NULL);
    IS(nserved, CLIENTS * ROUNDS);
    printf("%s\n", served);
    close(epfd);
    close(listener);
}

/* ---- pairs ---- */

enum { LARGE = 500000 };
static char large[LARGE], copy[LARGE];
static int ends[2];

static void *sends_large(void *arg)
{
    IS(send(ends[1], large, LARGE, 0), LARGE);
    struct iovec v[2] = {{large, 3}, {large + 3, LARGE - 3}};
    struct msghdr m = {.msg_iov = v, .msg_iovlen = 2};
    IS(sendmsg(ends[1], &m, 0), LARGE);
    IS(write(ends[1], large, LARGE), LARGE);
    return arg;
}

static void pieces(void)
{
    pthread_t th;
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    for (int i = 0; i < LARGE; i++)
        large[i] = (char)(i % 253);
    pthread_create(&th, NULL, sends_large, NULL);
    for (int i = 0; i < 3; i++) {
        memset(copy, 0, sizeof copy);
        IS(recv(ends[0], copy, LARGE, MSG_WAITALL), LARGE);
        IS(memcmp(copy, large, LARGE), 0);
    }
    IS(recv(ends[0], copy, 1, MSG_DONTWAIT), -1);
    IS(errno, EAGAIN);
    pthread_join(th, NULL);
    IS(shutdown(ends[1], SHUT_WR), 0);
    IS(recv(ends[0], copy, LARGE, MSG_WAITALL), 0);
    close(ends[0]);
    close(ends[1]);
}

/* Each message is one, whatever fits. */
static void *sends_datagrams(void *arg)
{
    for (int i = 0; i < 300; i++)
        IS(send(ends[1], large, 1000 + (size_t)i, 0), 1000 + i);
    return arg;
}

static void datagrams(void)
{
    pthread_t th;
    IS(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
    pthread_create(&th, NULL, sends_datagrams, NULL);
    for (int i = 0; i < 300; i++)
        IS(recv(ends[0], copy, LARGE, 0), 1000 + i);
    pthread_join(th, NULL);
    close(ends[0]);
    close(ends[1]);
}

static void limited(void)
{
    struct timeval limit = {.tv_usec = 30000};
    char byte;
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    IS(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    IS(recv(ends[0], &byte, 1, 0), -1);
    IS(errno, EAGAIN);
    IS(setsockopt(ends[1], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit), 0);
    ssize_t n = send(ends[1], large, LARGE, 0);
    CHECK(n > 0 && n < LARGE);
    IS(send(ends[1], large, 1000, 0), -1);
    IS(errno, EAGAIN);
    close(ends[0]);
    close(ends[1]);
}

/* ---- an eventfd as a semaphore ---- */

static int sem;
static int inside, most;

static void *enters(void *arg)
{
    eventfd_t one;
    for (int i = 0; i < 5; i++) {
        IS(eventfd_read(sem, &one), 0);
        int n = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
        CHECK(n <= 2);
        if (n > __atomic_load_n(&most, __ATOMIC_SEQ_CST))
            __atomic_store_n(&most, n, __ATOMIC_SEQ_CST);
        sched_yield();
        __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
        IS(eventfd_write(sem, 1), 0);
    }
    return arg;
}

static void semaphore(void)
{
    pthread_t th[4];
    sem = eventfd(2, EFD_SEMAPHORE);
    for (int i = 0; i < 4; i++)
        pthread_create(&th[i], NULL, enters, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(th[i], NULL);
    struct pollfd p = {.fd = sem, .events = POLLIN | POLLOUT};
    IS(poll(&p, 1, -1), 1);
    IS(p.revents, POLLIN | POLLOUT);
    close(sem);
}

int main(void)
{
    server();
    pieces();
    datagrams();
    limited();
    semaphore();
    return 0;
}
