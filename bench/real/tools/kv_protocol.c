// The two protocols: memcached's text protocol and Redis's RESP2.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kv.h"

static size_t append(char *out, size_t at, const char *data, size_t size)
{
    memcpy(out + at, data, size);
    return at + size;
}

// ---- memcached

static size_t mc_set(char *out, const char *key, const char *value, size_t size)
{
    size_t n = (size_t)sprintf(out, "set %s 0 3600 %zu\r\n", key, size);

    n = append(out, n, value, size);
    return append(out, n, "\r\n", 2);
}

static size_t mc_get(char *out, const char *key)
{
    return (size_t)sprintf(out, "get %s\r\n", key);
}

static size_t mc_del(char *out, const char *key)
{
    return (size_t)sprintf(out, "delete %s\r\n", key);
}

static size_t mc_incr(char *out, const char *key)
{
    return (size_t)sprintf(out, "incr %s 1\r\n", key);
}

// A hit is three parts on the wire: the VALUE line, the bytes with CR LF, and END.
static bool mc_value(struct kv_conn *c, struct kv_reply *r, const char *line)
{
    const char *last = strrchr(line, ' ');
    static const char end[] = "\r\nEND\r\n";

    r->kind = KV_VALUE;
    r->size = last ? strtoul(last, NULL, 10) : 0;
    r->data = kv_bytes(c, r->size + sizeof end - 1);
    return r->data && !memcmp(r->data + r->size, end, sizeof end - 1);
}

static bool mc_reply(struct kv_conn *c, struct kv_reply *r)
{
    const char *line = kv_line(c);

    if (!line)
        return false;
    if (!strncmp(line, "VALUE ", 6))
        return mc_value(c, r, line);
    if (!strcmp(line, "STORED") || !strcmp(line, "DELETED"))
        r->kind = KV_OK;
    else if (!strcmp(line, "END") || !strcmp(line, "NOT_FOUND"))
        r->kind = KV_ABSENT;
    else if (*line >= '0' && *line <= '9')
        r->kind = KV_NUMBER, r->number = strtol(line, NULL, 10);
    else
        r->kind = KV_ERROR;
    return true;
}

static bool mc_admin(struct kv_conn *c, unsigned n)
{
    static const char *const commands[] = {
        "stats\r\n", "stats items\r\n", "stats slabs\r\n", "stats settings\r\n", "stats conns\r\n",
    };
    const char *cmd = commands[n % (sizeof commands / sizeof *commands)];

    if (!kv_send(c, cmd, strlen(cmd)))
        return false;
    for (const char *line; (line = kv_line(c));)
        if (!strcmp(line, "END"))
            return true;
    return false;
}

static long mc_items(struct kv_conn *c)
{
    static const char name[] = "STAT curr_items ";
    long items = -1;

    if (!kv_send(c, "stats\r\n", 7))
        return -1;
    for (const char *line; (line = kv_line(c));) {
        if (!strncmp(line, name, sizeof name - 1))
            items = strtol(line + sizeof name - 1, NULL, 10);
        if (!strcmp(line, "END"))
            return items;
    }
    return -1;
}

const struct kv_protocol kv_memcached = {
    .name = "memcached",
    .set = mc_set,
    .get = mc_get,
    .del = mc_del,
    .incr = mc_incr,
    .reply = mc_reply,
    .admin = mc_admin,
    .items = mc_items,
};

// ---- Redis

static size_t resp_key(char *out, const char *verb, const char *key)
{
    return (size_t)sprintf(out, "*2\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n", strlen(verb), verb,
                           strlen(key), key);
}

static size_t resp_set(char *out, const char *key, const char *value, size_t size)
{
    size_t n =
        (size_t)sprintf(out, "*3\r\n$3\r\nSET\r\n$%zu\r\n%s\r\n$%zu\r\n", strlen(key), key, size);

    n = append(out, n, value, size);
    return append(out, n, "\r\n", 2);
}

static size_t resp_get(char *out, const char *key)
{
    return resp_key(out, "GET", key);
}

// UNLINK, not DEL: the value is freed by another thread of the server.
static size_t resp_del(char *out, const char *key)
{
    return resp_key(out, "UNLINK", key);
}

static size_t resp_incr(char *out, const char *key)
{
    return resp_key(out, "INCR", key);
}

static bool resp_reply(struct kv_conn *c, struct kv_reply *r)
{
    const char *line = kv_line(c);

    if (!line)
        return false;
    r->number = strtol(line + 1, NULL, 10);
    switch (*line) {
    case '+':
        r->kind = KV_OK;
        return true;
    case ':':
        r->kind = KV_NUMBER;
        return true;
    case '$':
        r->kind = r->number < 0 ? KV_ABSENT : KV_VALUE;
        if (r->kind == KV_ABSENT)
            return true;
        r->size = (size_t)r->number;
        r->data = kv_bytes(c, r->size + 2);
        return r->data;
    default:
        r->kind = KV_ERROR;
        return true;
    }
}

static bool resp_admin(struct kv_conn *c, unsigned n)
{
    static const char *const commands[] = {"INFO\r\n", "DBSIZE\r\n", "MEMORY DOCTOR\r\n"};
    const char *cmd = commands[n % (sizeof commands / sizeof *commands)];
    struct kv_reply r;

    return kv_send(c, cmd, strlen(cmd)) && resp_reply(c, &r);
}

static long resp_items(struct kv_conn *c)
{
    struct kv_reply r;

    if (!kv_send(c, "DBSIZE\r\n", 8) || !resp_reply(c, &r) || r.kind != KV_NUMBER)
        return -1;
    return r.number;
}

const struct kv_protocol kv_redis = {
    .name = "redis",
    .set = resp_set,
    .get = resp_get,
    .del = resp_del,
    .incr = resp_incr,
    .reply = resp_reply,
    .admin = resp_admin,
    .items = resp_items,
};
