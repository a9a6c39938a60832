/*
 * A value is announced over a channel of the kernel: the write happens before the read of what
 * was written. The racy sender sets the value after it has announced it.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include "step.h"

volatile int value;
int ends[2]; /* read end, write end */
uint64_t word = 1;

/* The ways to get a channel (-DOPEN=...) */
static inline void open_pipe(void)
{
    if (pipe(ends))
        exit(2);
}

static inline void open_pipe2(void)
{
    if (pipe2(ends, O_CLOEXEC))
        exit(2);
}

static inline void open_socketpair(void)
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        exit(2);
}

static inline void open_eventfd(void)
{
    ends[0] = ends[1] = eventfd(0, 0);
}

static inline void open_fifo(void)
{
    if (mkfifo("fifo", 0600) || (ends[0] = open("fifo", O_RDONLY | O_NONBLOCK)) < 0)
        exit(2);
    ends[1] = open("fifo", O_WRONLY);
    fcntl(ends[0], F_SETFL, 0);
}

static inline void open_tcp(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1) ||
        getsockname(listener, (struct sockaddr *)&address, &length))
        exit(2);
    ends[1] = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(ends[1], (struct sockaddr *)&address, length))
        exit(2);
    ends[0] = accept(listener, NULL, NULL);
    close(listener);
}

static inline void open_dup(void)
{
    int original[2];

    if (pipe(original))
        exit(2);
    ends[0] = dup(original[0]);
    ends[1] = dup2(original[1], 100);
    close(original[0]);
    close(original[1]);
}

static inline void open_file(void)
{
    ends[0] = ends[1] = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
}

static inline void open_msg(void)
{
    ends[0] = ends[1] = msgget(IPC_PRIVATE, 0600);
}

/* The ways to use it (-DSEND=..., -DRECEIVE=...); RECEIVE returns 8 when it has something. */
struct iovec iov = {&word, sizeof word};
struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
struct {
    long type;
    uint64_t word;
} letter = {1, 1};

#define send_write() write(ends[1], &word, 8)
#define send_send() send(ends[1], &word, 8, 0)
#define send_sendto() sendto(ends[1], &word, 8, 0, NULL, 0)
#define send_sendmsg() sendmsg(ends[1], &message, 0)
#define send_writev() writev(ends[1], &iov, 1)
#define send_pwrite() pwrite(ends[1], &word, 8, 0)
#define send_eventfd() (eventfd_write(ends[1], 1) ? 0 : 8)
#define send_msgsnd() (msgsnd(ends[1], &letter, 8, 0) ? 0 : 8)
#define receive_read() read(ends[0], got, 8)
#define receive_recv() recv(ends[0], got, 8, 0)
#define receive_recvfrom() recvfrom(ends[0], got, 8, 0, NULL, NULL)
#define receive_recvmsg() recvmsg(ends[0], &reply, 0)
#define receive_readv() readv(ends[0], &into, 1)
#define receive_pread() pread(ends[0], got, 8, 0)
#define receive_eventfd() (eventfd_read(ends[0], got) ? 0 : 8)
#define receive_msgrcv() msgrcv(ends[0], &mail, 8, 0, 0)

static NOINLINE ssize_t receive(void)
{
    uint64_t got[1];
    struct iovec into = {got, sizeof got};
    struct msghdr reply = {.msg_iov = &into, .msg_iovlen = 1};
    struct {
        long type;
        uint64_t word;
    } mail;

    (void)got, (void)into, (void)reply, (void)mail;
    return RECEIVE();
}

static void *sender(void *arg)
{
    FIX(value = 7;)
    if (SEND() != 8)
        exit(3);
    BUG(value = 7;)
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    int seen;

    OPEN();
    pthread_create(&t, NULL, sender, NULL);
    while (receive() != 8) /* a file is empty at first */
        sched_yield();
    step_wait(1);
    seen = value;
    pthread_join(t, NULL);
    msgctl(ends[0], IPC_RMID, NULL); /* no effect on anything but a message queue */
    return seen == 7 ? 0 : 1;
}
