// kv: the two text protocols of the load client, behind one small table.
//
// A protocol turns an operation into bytes and bytes into a reply; it keeps no state between
// calls but the connection's buffer. A connection belongs to one thread.

#ifndef BENCH_REAL_KV_H
#define BENCH_REAL_KV_H

#include <stdbool.h>
#include <stddef.h>

enum { KV_BUFFER = 1 << 16 };

// One connection with its receive buffer; bytes [begin, end) are received and not yet used.
struct kv_conn {
    int fd;
    size_t begin, end;
    char in[KV_BUFFER];
};

enum kv_kind { KV_OK, KV_VALUE, KV_ABSENT, KV_NUMBER, KV_ERROR };

// A parsed reply. `data` points into the connection's buffer and is good until the next read.
struct kv_reply {
    enum kv_kind kind;
    const char *data;
    size_t size;
    long number;
};

struct kv_protocol {
    const char *name;
    // Each of the four writes one request at `out` and returns its length in bytes.
    size_t (*set)(char *out, const char *key, const char *value, size_t size);
    size_t (*get)(char *out, const char *key);
    size_t (*del)(char *out, const char *key);
    size_t (*incr)(char *out, const char *key);
    // Reads one reply to any of those; false when the connection is lost or speaks nonsense.
    bool (*reply)(struct kv_conn *c, struct kv_reply *r);
    // Sends the n-th administrative command and reads its whole answer.
    bool (*admin)(struct kv_conn *c, unsigned n);
    // The number of items the server says it holds, -1 on failure.
    long (*items)(struct kv_conn *c);
};

extern const struct kv_protocol kv_memcached, kv_redis;

// Connects to 127.0.0.1:port. Returns 0 or -errno.
int kv_connect(struct kv_conn *c, int port);
void kv_close(struct kv_conn *c);
// Sends all of it. False when the connection is lost.
bool kv_send(struct kv_conn *c, const char *data, size_t size);
// One line without its CR LF, terminated by a NUL put over the CR; NULL when the connection is
// lost. Good until the next read.
char *kv_line(struct kv_conn *c);
// `size` bytes; NULL when the connection is lost or they do not fit. Good until the next read.
const char *kv_bytes(struct kv_conn *c, size_t size);

#endif
