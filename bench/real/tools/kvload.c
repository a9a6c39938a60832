// kvload: a bounded load on a key-value server on this machine, whose answers are all checked.
//
//   kvload memcached|redis PORT [-c THREADS] [-n OPERATIONS] [-k KEYS] [-v BYTES] [-e]
//   kvload port            print a port of the loopback interface that nobody uses
//   kvload wait PORT SEC   wait until somebody listens there
//
// Each thread has its own connection, its own keys and a model of what the server must hold for
// them, so every answer about them is known beforehand. Besides, all threads count up one shared
// key and read each other's keys, and one more connection asks for statistics all the time.
// Operations go out in batches; every few thousand the thread connects anew.
//
// What is printed is the same in every run with the same options. With -e the server is allowed
// to evict: then a missing value is no mistake, and only wrong values count.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kv.h"

enum { BATCH = 16, MAX_KEY = 32, RECONNECT = 4000, MAX_VALUE = 2048 };

enum op { OP_GET, OP_SET, OP_DEL, OP_INCR, OP_FOREIGN };

static struct {
    const struct kv_protocol *proto;
    int port;
    unsigned threads, keys, value;
    unsigned long ops;
    bool evicts;
} cfg = {.threads = 8, .keys = 500, .value = 512, .ops = 20000};

struct pending {
    enum op op;
    unsigned key, owner;
    unsigned version; // what the model said when the request was written; 0: absent
};

struct worker {
    pthread_t thread;
    unsigned id;
    uint64_t random;
    unsigned *version; // the model: version of each own key, 0 when absent
    unsigned long sets, hits, misses, counted, wrong;
    bool lost;
    struct pending batch[BATCH];
    struct kv_conn conn;
    char out[BATCH * (MAX_VALUE + 128)];
};

static atomic_bool load_done;

static uint32_t draw(struct worker *w, uint32_t below)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(w->random >> 33) % below;
}

static void key_name(char *out, unsigned owner, unsigned key)
{
    snprintf(out, MAX_KEY, "t%u:k%u", owner, key);
}

// The value says whose it is, and the rest of it follows from that: a torn one shows.
static size_t make_value(char *out, unsigned owner, unsigned key, unsigned version)
{
    size_t n = (size_t)sprintf(out, "%u:%u:%u:", owner, key, version);
    size_t size = n + (key * 31 + version * 17) % cfg.value;

    memset(out + n, 'a' + (int)((key + version) % 26), size - n);
    return size;
}

static size_t write_request(struct worker *w, struct pending *p, char *out)
{
    char key[MAX_KEY], value[MAX_VALUE + 64];
    unsigned pick = draw(w, 100);

    p->op = pick < 45   ? OP_GET
            : pick < 80 ? OP_SET
            : pick < 88 ? OP_DEL
            : pick < 94 ? OP_INCR
                        : OP_FOREIGN;
    p->key = draw(w, cfg.keys);
    p->owner = p->op == OP_FOREIGN ? draw(w, cfg.threads) : w->id;
    key_name(key, p->owner, p->key);
    p->version = w->version[p->key];
    switch (p->op) {
    case OP_SET:
        p->version = ++w->version[p->key] ? w->version[p->key] : 1;
        w->version[p->key] = p->version;
        return cfg.proto->set(out, key, value, make_value(value, w->id, p->key, p->version));
    case OP_DEL:
        w->version[p->key] = 0;
        return cfg.proto->del(out, key);
    case OP_INCR:
        return cfg.proto->incr(out, "counter");
    default:
        return cfg.proto->get(out, key);
    }
}

static bool value_fits(const struct pending *p, const struct kv_reply *r)
{
    char want[MAX_VALUE + 64], text[48];
    unsigned owner, key, version;
    size_t n = r->size < sizeof text - 1 ? r->size : sizeof text - 1;

    memcpy(text, r->data, n);
    text[n] = 0;
    if (sscanf(text, "%u:%u:%u:", &owner, &key, &version) != 3)
        return false;
    if (owner != p->owner || key != p->key || (p->op == OP_GET && version != p->version))
        return false;
    return make_value(want, owner, key, version) == r->size && !memcmp(want, r->data, r->size);
}

static void check_get(struct worker *w, const struct pending *p, const struct kv_reply *r)
{
    bool own = p->op == OP_GET;

    if (r->kind == KV_VALUE && value_fits(p, r))
        w->hits += own;
    else if (r->kind == KV_ABSENT && (!own || !p->version || cfg.evicts))
        w->misses += own;
    else
        w->wrong++;
}

static void check_reply(struct worker *w, const struct pending *p, const struct kv_reply *r)
{
    switch (p->op) {
    case OP_GET:
    case OP_FOREIGN:
        check_get(w, p, r);
        break;
    case OP_SET:
        w->sets++;
        w->wrong += r->kind != KV_OK;
        break;
    case OP_DEL:
        w->wrong += r->kind == KV_ERROR;
        break;
    case OP_INCR:
        w->counted++;
        w->wrong += r->kind != KV_NUMBER && !(cfg.evicts && r->kind == KV_ABSENT);
        break;
    }
}

static bool do_batch(struct worker *w)
{
    size_t n = 0;

    for (int i = 0; i < BATCH; i++)
        n += write_request(w, &w->batch[i], w->out + n);
    if (!kv_send(&w->conn, w->out, n))
        return false;
    for (int i = 0; i < BATCH; i++) {
        struct kv_reply r = {0};
        if (!cfg.proto->reply(&w->conn, &r))
            return false;
        check_reply(w, &w->batch[i], &r);
    }
    return true;
}

static void *work(void *arg)
{
    struct worker *w = arg;

    w->lost = kv_connect(&w->conn, cfg.port) < 0;
    for (unsigned long i = 0; i < cfg.ops && !w->lost; i += BATCH) {
        if (i && i % RECONNECT < BATCH) {
            kv_close(&w->conn);
            w->lost = kv_connect(&w->conn, cfg.port) < 0;
        }
        w->lost = w->lost || !do_batch(w);
    }
    return NULL;
}

static void *ask_statistics(void *arg)
{
    struct kv_conn *c = arg;

    for (unsigned n = 0; !atomic_load(&load_done) && cfg.proto->admin(c, n); n++)
        usleep(5000);
    return NULL;
}

static struct worker *start_workers(void)
{
    struct worker *w = calloc(cfg.threads, sizeof *w);

    if (!w)
        return NULL;
    for (unsigned i = 0; i < cfg.threads; i++) {
        w[i].id = i;
        w[i].random = i * 7919 + 1;
        w[i].version = calloc(cfg.keys, sizeof *w[i].version);
        if (!w[i].version || pthread_create(&w[i].thread, NULL, work, &w[i]))
            return NULL;
    }
    return w;
}

static int print_sums(const struct worker *w, long items)
{
    struct worker sum = {0};
    long kept = 1; // the shared counter

    for (unsigned i = 0; i < cfg.threads; i++) {
        sum.sets += w[i].sets;
        sum.hits += w[i].hits;
        sum.misses += w[i].misses;
        sum.counted += w[i].counted;
        sum.wrong += w[i].wrong;
        sum.lost |= w[i].lost;
        for (unsigned k = 0; k < cfg.keys; k++)
            kept += w[i].version[k] != 0;
    }
    printf("sets %lu, counted %lu, wrong %lu, lost %d\n", sum.sets, sum.counted, sum.wrong,
           sum.lost);
    if (!cfg.evicts)
        printf("hits %lu, misses %lu, items %ld of %ld\n", sum.hits, sum.misses, items, kept);
    return sum.wrong || sum.lost || (!cfg.evicts && items != kept);
}

static int load(void)
{
    static struct kv_conn admin;
    struct kv_reply r = {0};
    char text[128];
    pthread_t asker;

    if (kv_connect(&admin, cfg.port) < 0) {
        fprintf(stderr, "kvload: nobody listens on port %d\n", cfg.port);
        return 1;
    }
    size_t n = cfg.proto->set(text, "counter", "0", 1);
    if (!kv_send(&admin, text, n) || !cfg.proto->reply(&admin, &r) || r.kind != KV_OK)
        return 1;
    struct worker *w = start_workers();
    if (!w || pthread_create(&asker, NULL, ask_statistics, &admin))
        return 1;
    for (unsigned i = 0; i < cfg.threads; i++)
        pthread_join(w[i].thread, NULL);
    atomic_store(&load_done, true);
    pthread_join(asker, NULL);
    return print_sums(w, cfg.proto->items(&admin));
}

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) ||
        getsockname(fd, (struct sockaddr *)&at, &size))
        return 1;
    return printf("%d\n", ntohs(at.sin_port)) < 0;
}

static int wait_port(int port, int seconds)
{
    static struct kv_conn c;

    for (int i = 0; i < seconds * 20; i++) {
        if (kv_connect(&c, port) == 0)
            return 0;
        usleep(50000);
    }
    fprintf(stderr, "kvload: nobody listened on port %d for %d seconds\n", port, seconds);
    return 1;
}

static int usage(void)
{
    fprintf(stderr, "kvload: usage: kvload memcached|redis PORT [-c THREADS] [-n OPERATIONS] "
                    "[-k KEYS] [-v BYTES] [-e] | port | wait PORT SECONDS\n");
    return 2;
}

static bool parse(int argc, char **argv)
{
    int opt;

    while ((opt = getopt(argc, argv, "c:n:k:v:e")) != -1) {
        switch (opt) {
        case 'c':
            cfg.threads = (unsigned)atoi(optarg);
            break;
        case 'n':
            cfg.ops = strtoul(optarg, NULL, 10);
            break;
        case 'k':
            cfg.keys = (unsigned)atoi(optarg);
            break;
        case 'v':
            cfg.value = (unsigned)atoi(optarg);
            break;
        case 'e':
            cfg.evicts = true;
            break;
        default:
            return false;
        }
    }
    return cfg.threads && cfg.keys && cfg.value && cfg.value <= MAX_VALUE;
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "port"))
        return free_port();
    if (argc == 4 && !strcmp(argv[1], "wait"))
        return wait_port(atoi(argv[2]), atoi(argv[3]));
    if (argc < 3)
        return usage();
    cfg.proto = !strcmp(argv[1], "redis")       ? &kv_redis
                : !strcmp(argv[1], "memcached") ? &kv_memcached
                                                : NULL;
    cfg.port = atoi(argv[2]);
    if (!cfg.proto || !parse(argc - 2, argv + 2))
        return usage();
    return load();
}
