// The connection: a blocking socket on the loopback interface and a receive buffer.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "kv.h"

int kv_connect(struct kv_conn *c, int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    struct timeval patience = {.tv_sec = 60};
    int one = 1;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->begin = c->end = 0;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return -errno;
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0) {
        int err = errno;
        close(c->fd);
        return -err;
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    // A server that hangs must not hang the client.
    setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return 0;
}

void kv_close(struct kv_conn *c)
{
    close(c->fd);
    c->fd = -1;
}

bool kv_send(struct kv_conn *c, const char *data, size_t size)
{
    while (size) {
        ssize_t n = send(c->fd, data, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

static bool fill(struct kv_conn *c)
{
    if (c->begin) {
        memmove(c->in, c->in + c->begin, c->end - c->begin);
        c->end -= c->begin;
        c->begin = 0;
    }
    if (c->end == KV_BUFFER)
        return false;
    ssize_t n;
    do
        n = recv(c->fd, c->in + c->end, KV_BUFFER - c->end, 0);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return false;
    c->end += (size_t)n;
    return true;
}

char *kv_line(struct kv_conn *c)
{
    for (;;) {
        char *line = c->in + c->begin;
        char *stop = memmem(line, c->end - c->begin, "\r\n", 2);
        if (stop) {
            *stop = 0;
            c->begin = (size_t)(stop - c->in) + 2;
            return line;
        }
        if (!fill(c))
            return NULL;
    }
}

const char *kv_bytes(struct kv_conn *c, size_t size)
{
    while (c->end - c->begin < size)
        if (!fill(c))
            return NULL;
    const char *data = c->in + c->begin;
    c->begin += size;
    return data;
}
