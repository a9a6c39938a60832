#include "goroutine.h"
#include "../stack.h"
#include "../sys/sys.h"
#include "../thread.h"
#include "gorace.h"
#include <errno.h>

static struct rt_thread *first;

/* ---- the shared gates ---- */

/* Several, so that processors needn't pass one cache line to each other. */
enum { GATES = 32 };

static struct gate {
    struct rt_tls words; /* depth counts all who are inside */
} __attribute__((aligned(64))) gates[GATES];

static struct rt_tls *gate_here(void)
{
    uint64_t stack = (uint64_t)__builtin_frame_address(0) >> 13; /* tells system threads apart */
    return &gates[stack * 0x9e3779b97f4a7c15ull >> 59].words;
}

struct rt_tls *rt_go_enter_shared(void)
{
    if (core_unlikely(!rt_enabled))
        return NULL;
    struct rt_tls *gate = gate_here();
    for (;;) {
        /* seq_cst, both: who stops the world sees us inside, or we see that it stops */
        __atomic_fetch_add(&gate->depth, 1, __ATOMIC_SEQ_CST);
        if (core_likely(!__atomic_load_n(&rt_world_stopped, __ATOMIC_SEQ_CST)))
            return gate;
        __atomic_fetch_sub(&gate->depth, 1, __ATOMIC_RELEASE);
        sys_futex_wait(&rt_world_stopped, 1);
    }
}

void rt_go_leave_shared(struct rt_tls *gate)
{
    /* release: what was done inside is done for who stops the world */
    __atomic_fetch_sub(&gate->depth, 1, __ATOMIC_RELEASE);
}

/* ---- birth and end ---- */

/* What rt_thread_start is for system threads. Inside of the gate. */
static void begin(struct rt_thread *t)
{
    rt_frames_init(t, 0);
    t->own.thread = t;
    t->own.top = t->frames + 1;
    t->tls = &t->own;
    rt_event_start(t);
}

int rt_goroutines_init(void)
{
    int err = rt_registry_init();
    if (err)
        return err;
    for (int i = 0; i < GATES; i++)
        rt_gate_add(&gates[i].words);
    rt_multi = true; /* who is alone can't be told: Go's runtime has goroutines of its own */
    first = rt_registry_add(NULL, 0, RT_THREAD_DETACHED);
    begin(first);
    return 0;
}

struct rt_thread *rt_goroutine_first(void)
{
    return first;
}

RT_EXPORT void __tsan_go_start(struct rt_thread *parent, struct rt_thread **child, rt_pc pc);
RT_EXPORT void __tsan_go_end(struct rt_thread *t);
RT_EXPORT void __tsan_finalizer_goroutine(struct rt_thread *t);

/* Without a parent: by the Go runtime, ordered after nothing. */
void __tsan_go_start(struct rt_thread *parent, struct rt_thread **child, rt_pc pc)
{
    struct rt_tls *gate = rt_go_enter_shared();
    *child = first; /* never NULL: Go would take it for none */
    if (!gate)
        return;
    *child = rt_thread_create(parent ? parent : first, pc,
                              RT_THREAD_DETACHED | (parent ? 0 : RT_THREAD_NO_SYNC));
    begin(*child);
    rt_go_leave_shared(gate);
    if (core_unlikely((*child)->uid == RT_GO_MAIN))
        rt_go_expect_begin();
}

void __tsan_go_end(struct rt_thread *t)
{
    struct rt_tls *gate = rt_go_enter_shared();
    if (!gate)
        return;
    if (t != first && rt_registry_end(t))
        rt_thread_free(t);
    rt_go_leave_shared(gate);
}

void __tsan_finalizer_goroutine(struct rt_thread *t)
{
    if (!rt_go_enter(t))
        return;
    rt_thread_knows_all(t);
    rt_go_leave(t);
}
