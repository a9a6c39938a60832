/*
 * A Go scheduler in small, without Go: goroutines that are lists of steps ask the runtime for Go
 * what schedule.h says, and print who did what.
 *
 *     sim [tidy|shuffled] WORKERS ROUNDS     workers count under one lock
 *     sim stuck                              two of three wait for ever, and then main
 */
#include "core/op.h"
#include "runtime/go/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void __tsan_init(struct rt_thread **t, void **proc, void (*callback)(uintptr_t, void *));
void __tsan_fini(void);
void __tsan_go_start(struct rt_thread *parent, struct rt_thread **child, uintptr_t pc);
void __tsan_go_end(struct rt_thread *t);

enum { MAX = 4000 };
enum at { TO_LOCK, LOCKED, DONE };

static struct worker {
    struct rt_thread *thread;
    enum at at;
    int rounds;
    bool waits;
} workers[MAX];

static struct rt_thread *ready[MAX];
static struct worker *who[MAX]; /* beside it */
static uint64_t nready;
static struct worker *holder; /* of the lock */
static char lock;
static bool shuffled;
static unsigned dice = 1;

static void no_symbols(uintptr_t command, void *context)
{
    (void)command, (void)context;
}

static void add(struct worker *w)
{
    ready[nready] = w->thread;
    who[nready++] = w;
}

static void swap(uint64_t a, uint64_t b)
{
    struct rt_thread *t = ready[a];
    struct worker *w = who[a];
    ready[a] = ready[b], who[a] = who[b];
    ready[b] = t, who[b] = w;
}

/* The order of the array is Go's affair. */
static void shuffle(void)
{
    for (uint64_t i = nready; i > 1; i--)
        swap(i - 1, (dice = dice * 1103515245 + 12345) / 65536 % i);
}

static struct worker *pick(struct worker *last)
{
    if (shuffled)
        shuffle();
    struct rt_go_pick p = {.ready = ready, .count = nready, .last = last ? last->thread : NULL};
    __reprise_go_pick(&p);
    struct worker *next = who[p.chosen];
    swap(p.chosen, --nready);
    return next;
}

static bool gives_way(struct worker *w, enum core_op op)
{
    uint64_t action;
    __reprise_go_point(w->thread, op | RT_GO_PC(1000 + op), (uint64_t)(uintptr_t)&lock, &action);
    return action != RT_GO_GO_ON;
}

static void unlock(void)
{
    uint64_t waiting = 0, chosen;
    for (int i = 0; i < MAX; i++)
        waiting += workers[i].waits;
    holder = NULL;
    if (!waiting)
        return;
    __reprise_go_choose(NULL, waiting, &chosen); /* nobody's: 0 */
    for (int i = 0; i < MAX; i++)
        if (workers[i].waits && chosen-- == 0) {
            workers[i].waits = false;
            __reprise_go_ready(workers[i].thread);
            add(&workers[i]);
            return;
        }
}

/* One step after the point that it came to. False: it waits, or has ended. */
static bool step(struct worker *w)
{
    static const char reason[] = "sync.Mutex.Lock";
    if (w->at == TO_LOCK && holder) {
        w->waits = true;
        __reprise_go_wait(w->thread, reason, sizeof reason - 1);
        return false;
    }
    if (w->at == TO_LOCK) {
        holder = w;
        w->at = LOCKED;
        return true;
    }
    printf("%d ", (int)(w - workers));
    unlock();
    w->at = --w->rounds ? TO_LOCK : DONE;
    if (w->at != DONE)
        return true;
    __reprise_go_gone(w->thread);
    __tsan_go_end(w->thread);
    return false;
}

static void run(void)
{
    struct worker *w = NULL;
    while (nready) {
        w = pick(w);
        bool runs = true, first = true;
        while (runs && (first || !gives_way(w, w->at == TO_LOCK ? CORE_OP_LOCK : CORE_OP_UNLOCK))) {
            first = false;
            runs = step(w);
        }
        if (runs)
            add(w);
        else if (w->at == DONE)
            w = NULL;
    }
    printf("\n");
}

static struct rt_thread *born(struct rt_thread *parent)
{
    struct rt_thread *t;
    __tsan_go_start(parent, &t, 42);
    __reprise_go_born(parent, t);
    return t;
}

static void stuck(struct rt_thread *main_goroutine)
{
    struct rt_go_waiting w[3];
    for (int i = 0; i < 3; i++) {
        const char *reason = i ? "chan receive" : "select";
        w[2 - i] = (struct rt_go_waiting){.thread = i ? born(main_goroutine) : main_goroutine,
                                          .reason = reason,
                                          .reason_length = strlen(reason)};
    }
    __reprise_go_stuck(w, 3);
}

int main(int argc, char **argv)
{
    struct rt_go_begin begin = {0};
    struct rt_thread *starter;
    void *proc;
    __tsan_init(&starter, &proc, no_symbols);
    __reprise_go_begin(&begin);
    if (begin.mode != RT_GO_CONTROLLED)
        return 3;
    workers[0].thread = born(starter);
    if (argc == 2)
        stuck(workers[0].thread);
    if (argc != 4)
        return 2;
    shuffled = strcmp(argv[1], "shuffled") == 0;
    int n = atoi(argv[2]);
    for (int i = 0; i < n && i < MAX; i++) {
        workers[i].rounds = atoi(argv[3]);
        if (i)
            workers[i].thread = born(workers[0].thread);
        add(&workers[i]);
    }
    run();
    fflush(stdout);
    __tsan_fini();
}
