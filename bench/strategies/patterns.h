/*
 * The classic patterns of concurrency testing, for the simulator (tests/core/sim.h): our own
 * versions of programs that the literature measures schedulers with. Each has the bug of its name
 * and fails when that shows.
 */
#ifndef REPRISE_BENCH_PATTERNS_H
#define REPRISE_BENCH_PATTERNS_H

#include "../../tests/core/sim.h"

static struct {
    struct sim_var a, b, c, d, e, f, g;
    struct sim_mutex m, n, l[4];
    struct sim_cond cond;
    struct sim_var slot[16], taken[16];
} w;

enum { THREADS_MAX = 120 };

static void clear(void)
{
    memset(&w, 0, sizeof w);
}

/* Starts count of each of up to four bodies, waits for all. */
static void cast(sim_body *const *bodies, const int *counts, int kinds)
{
    uint32_t ids[THREADS_MAX];
    int n = 0;
    for (int k = 0; k < kinds; k++)
        for (int i = 0; i < counts[k]; i++)
            ids[n++] = sim_spawn(bodies[k], NULL);
    for (int i = 0; i < n; i++)
        sim_join(ids[i]);
}

/* ---- reorder: two writes that belong together, seen in between ---- */

static void reorder_set(void *arg)
{
    sim_write(&w.a, 1);
    sim_write(&w.b, -1);
}

static void reorder_check(void *arg)
{
    if (sim_read(&w.a) == 0 && sim_read(&w.b) == 0)
        return;
    if (sim_read(&w.a) == 1 && sim_read(&w.b) == -1)
        return;
    sim_fail();
}

static void reorder(void *arg)
{
    int n = *(const int *)arg;
    clear();
    cast((sim_body *const[]){reorder_set, reorder_check}, (int[]){n - 1, 1}, 2);
}

/* ---- twostage: two locks, one after the other, for what belongs together ---- */

static void twostage_set(void *arg)
{
    sim_lock(&w.m);
    sim_write(&w.a, 1);
    sim_unlock(&w.m);
    sim_lock(&w.n);
    sim_write(&w.b, sim_read(&w.a) + 1);
    sim_unlock(&w.n);
}

static void twostage_check(void *arg)
{
    sim_lock(&w.m);
    long a = sim_read(&w.a);
    sim_unlock(&w.m);
    if (a == 0)
        return;
    sim_lock(&w.n);
    long b = sim_read(&w.b);
    sim_unlock(&w.n);
    if (b != a + 1)
        sim_fail();
}

static void twostage(void *arg)
{
    int n = *(const int *)arg;
    clear();
    cast((sim_body *const[]){twostage_set, twostage_check}, (int[]){n - 1, 1}, 2);
}

/* ---- stringbuffer: the length is asked first, then the characters, under a lock each ---- */

static void stringbuffer_delete(void *arg)
{
    sim_lock(&w.m);
    sim_write(&w.a, 0);
    sim_unlock(&w.m);
}

static void stringbuffer(void *arg)
{
    clear();
    w.a.value = 3;
    uint32_t id = sim_spawn(stringbuffer_delete, NULL);
    sim_lock(&w.n); /* the buffer that is appended to */
    long have = sim_read(&w.b);
    sim_lock(&w.m);
    long length = sim_read(&w.a);
    sim_unlock(&w.m);
    if (have + length > 16)
        sim_write(&w.c, have + length); /* grow */
    sim_lock(&w.m);
    if (sim_read(&w.a) < length)
        sim_fail();
    sim_unlock(&w.m);
    sim_write(&w.b, have + length);
    sim_unlock(&w.n);
    sim_join(id);
}

/* ---- circular buffer: who comes too early takes its number all the same ---- */

enum { ROUNDS = 7 };

static void circular_send(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        sim_lock(&w.m);
        if (sim_read(&w.a) == 0) { /* may send */
            long last = sim_read(&w.b);
            sim_write(&w.slot[last % 10], i);
            sim_write(&w.b, last + 1);
            sim_write(&w.a, 1);
        }
        sim_unlock(&w.m);
    }
}

static void circular_receive(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        sim_lock(&w.m);
        if (sim_read(&w.a) == 1) {
            long first = sim_read(&w.c);
            if (sim_read(&w.slot[first % 10]) != i)
                sim_fail();
            sim_write(&w.c, first + 1);
            sim_write(&w.a, 0);
        }
        sim_unlock(&w.m);
    }
}

static void circular(void *arg)
{
    clear();
    cast((sim_body *const[]){circular_send, circular_receive}, (int[]){1, 1}, 2);
}

/* ---- work-stealing queue: owner and thief both take the last one ---- */

static void take(long item)
{
    if (sim_atomic_add(&w.taken[item], 1) != 0)
        sim_fail();
}

static void queue_push(long item)
{
    long tail = sim_atomic_load(&w.b);
    sim_atomic_store(&w.slot[tail % 16], item);
    sim_atomic_store(&w.b, tail + 1);
}

/* The bug: "<=" should be "<", so that the last one is taken under the lock. */
static void queue_pop(void)
{
    long tail = sim_atomic_load(&w.b) - 1;
    sim_atomic_store(&w.b, tail);
    if (sim_atomic_load(&w.a) <= tail) {
        take(sim_atomic_load(&w.slot[tail % 16]));
        return;
    }
    sim_atomic_store(&w.b, tail + 1);
    sim_lock(&w.m);
    if (sim_atomic_load(&w.a) <= tail) {
        sim_atomic_store(&w.b, tail);
        take(sim_atomic_load(&w.slot[tail % 16]));
    }
    sim_unlock(&w.m);
}

static void queue_steal(void)
{
    sim_lock(&w.m);
    long head = sim_atomic_load(&w.a);
    if (head < sim_atomic_load(&w.b)) {
        sim_atomic_store(&w.a, head + 1);
        take(sim_atomic_load(&w.slot[head % 16]));
    }
    sim_unlock(&w.m);
}

static void queue_thief(void *arg)
{
    for (int i = 0; i < 4; i++)
        queue_steal();
}

static void queue(void *arg)
{
    int thieves = *(const int *)arg;
    uint32_t ids[4];
    clear();
    for (int i = 0; i < thieves; i++)
        ids[i] = sim_spawn(queue_thief, NULL);
    for (int i = 0; i < 4; i++) {
        queue_push(2L * i);
        queue_push(2L * i + 1);
        queue_pop();
        queue_pop();
    }
    for (int i = 0; i < thieves; i++)
        sim_join(ids[i]);
}

/* ---- account: the sum is checked by who must not come last ---- */

static void account_deposit(void *arg)
{
    sim_lock(&w.m);
    sim_write(&w.a, sim_read(&w.a) + 10);
    sim_write(&w.b, 1);
    sim_unlock(&w.m);
}

static void account_withdraw(void *arg)
{
    sim_lock(&w.m);
    sim_write(&w.a, sim_read(&w.a) - 5);
    sim_write(&w.c, 1);
    sim_unlock(&w.m);
}

static void account_check(void *arg)
{
    sim_lock(&w.m);
    if (sim_read(&w.b) && sim_read(&w.c)) /* both done; the expectation is wrong */
        sim_fail();
    sim_unlock(&w.m);
}

static void account(void *arg)
{
    clear();
    cast((sim_body *const[]){account_deposit, account_withdraw, account_check}, (int[]){1, 1, 1},
         3);
}

/* ---- token ring: each takes over from the one before, if it has come by then ---- */

static void ring(struct sim_var *to, struct sim_var *from, long more, struct sim_var *flag)
{
    sim_lock(&w.m);
    sim_write(to, (sim_read(from) + more) % 4);
    sim_write(flag, 1);
    sim_unlock(&w.m);
}

static void ring_1(void *arg)
{
    ring(&w.a, &w.c, 1, &w.d);
}

static void ring_2(void *arg)
{
    ring(&w.b, &w.a, 0, &w.e);
}

static void ring_3(void *arg)
{
    ring(&w.c, &w.b, 0, &w.f);
}

static void ring_check(void *arg)
{
    sim_lock(&w.m);
    if (sim_read(&w.d) && sim_read(&w.e) && sim_read(&w.f)) {
        long b = sim_read(&w.b);
        if (sim_read(&w.a) != b || b != sim_read(&w.c))
            sim_fail();
    }
    sim_unlock(&w.m);
}

static void token_ring(void *arg)
{
    clear();
    w.a.value = w.c.value = 1;
    w.b.value = 2;
    cast((sim_body *const[]){ring_1, ring_2, ring_3, ring_check}, (int[]){1, 1, 1, 1}, 4);
}

/* ---- bluetooth driver: the stop comes between the look at the flag and the count ---- */

static void driver_add(void *arg)
{
    if (sim_read(&w.a)) /* stopping */
        return;
    sim_atomic_add(&w.b, 1);
    if (sim_read(&w.c)) /* stopped, while we work */
        sim_fail();
    if (sim_atomic_add(&w.b, -1) == 1)
        sim_write(&w.d, 1);
}

static void driver(void *arg)
{
    clear();
    w.b.value = 1;
    uint32_t id = sim_spawn(driver_add, NULL);
    sim_write(&w.a, 1);
    if (sim_atomic_add(&w.b, -1) == 1)
        sim_write(&w.d, 1);
    while (!sim_read(&w.d)) /* the event */
        sim_yield();
    sim_write(&w.c, 1);
    sim_join(id);
}

/* ---- wrong lock: one side holds another lock than the rest ---- */

static void wrong_lock_a(void *arg)
{
    sim_lock(&w.m);
    long x = sim_read(&w.a);
    sim_write(&w.a, sim_read(&w.a) + 1);
    if (sim_read(&w.a) != x + 1)
        sim_fail();
    sim_unlock(&w.m);
}

static void wrong_lock_b(void *arg)
{
    sim_lock(&w.n);
    sim_write(&w.a, sim_read(&w.a) + 1);
    sim_unlock(&w.n);
}

static void wrong_lock(void *arg)
{
    clear();
    cast((sim_body *const[]){wrong_lock_a, wrong_lock_b}, (int[]){1, 7}, 2);
}

/* ---- what the real programs of this kind add: a queue that must fill, a start long before ---- */

/* Fails when the producer finds the buffer full: a deep state. */
static void deep_producer(void *arg)
{
    for (int i = 0; i < 16; i++)
        if (sim_atomic_add(&w.a, 1) == 12)
            sim_fail();
}

static void deep_consumer(void *arg)
{
    for (int i = 0; i < 60; i++) {
        long n = sim_atomic_load(&w.a);
        if (n > 0)
            sim_atomic_cas(&w.a, n, n - 1);
    }
}

static void deep_queue(void *arg)
{
    clear();
    cast((sim_body *const[]){deep_producer, deep_consumer}, (int[]){1, 2}, 2);
}

/* A lost update in the middle of long work. */
static void late_update(void *arg)
{
    struct sim_var *own = arg;
    for (int i = 0; i < 300; i++)
        sim_write(own, i);
    sim_write(&w.a, sim_read(&w.a) + 1);
    for (int i = 0; i < 300; i++)
        sim_write(own, i);
}

static void late(void *arg)
{
    clear();
    uint32_t a = sim_spawn(late_update, &w.b), b = sim_spawn(late_update, &w.c);
    sim_join(a);
    sim_join(b);
    if (w.a.value != 2)
        sim_fail();
}

/* ---- all of them ---- */

static const struct pattern {
    const char *name;
    sim_body *program;
    int arg;
    double published; /* mean number of schedules to the first failure; 0: none known */
} patterns[] = {
    {"reorder, 3 threads", reorder, 3, 6},
    {"reorder, 10 threads", reorder, 10, 17},
    {"reorder, 100 threads", reorder, 100, 194},
    {"two-stage lock, 2 threads", twostage, 2, 4},
    {"two-stage lock, 20 threads", twostage, 20, 6},
    {"two-stage lock, 100 threads", twostage, 100, 454},
    {"stringbuffer", stringbuffer, 0, 8},
    {"work-stealing queue", queue, 1, 6},
    {"the same with 2 thieves", queue, 2, 7},
    {"wrong lock", wrong_lock, 0, 7},
    {"circular buffer", circular, 0, 3},
    {"bluetooth driver", driver, 0, 9},
    {"account", account, 0, 2},
    {"token ring", token_ring, 0, 5},
    {"queue that must fill", deep_queue, 0, 0},
    {"lost update in long work", late, 0, 0},
};

#endif
