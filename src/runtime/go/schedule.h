/*
 * Seeds for Go: what the edited Go runtime (go/edits/) asks of us, and what it gets.
 *
 * Under a controlled strategy the program has one P, so one goroutine runs at a time and all
 * calls below come one after the other. The edited scheduler of Go gathers who could run; the
 * strategies of core/strategy.h choose. Goroutines are named by their race context (g.racectx,
 * a struct rt_thread *); its uid, by order of creation, is what strategies and traces see.
 * Goroutines of the Go runtime itself are never shown to us: they run first.
 *
 * The Go side calls with racecall(): up to four words, results through pointers to variables of
 * its own, on g0's stack or, when already there, on the stack at hand; no allocation, no
 * write barrier, no stack growth. Without -race there is nobody to ask, so there is no seed.
 *
 *     at start          begin       which mode; once, right after __tsan_init
 *     go statement      born        after __tsan_go_start; not for system goroutines
 *     before an         point       the strategy may want another goroutine to run: then gosched
 *       operation
 *     in schedule()     pick        one of those who can run
 *     in sysmon         slice       may it go on
 *     at gopark         wait        what it is going to wait for; a point came before
 *     goready           ready       it can run again
 *     goexit            gone
 *     select            choose      which of the ready cases
 *     random numbers    random      those that the program may see
 *     nobody can run,   stuck       every goroutine that waits; reports and ends the process
 *       no timer
 *     os.Exit(1),       exit        the process ends now, but not by __tsan_fini
 *       fatal errors
 *     end of a test     leaked      goroutines that the test left behind, waiting for ever
 *     testing.tRunner   test        which test runs; inherited by goroutines started from here on
 *
 * Words that cross are 64 bits wide, so that both sides lay structs out alike.
 */
#ifndef REPRISE_RUNTIME_GO_SCHEDULE_H
#define REPRISE_RUNTIME_GO_SCHEDULE_H

#include "../rt.h"

enum rt_go_mode {
    RT_GO_OS = 0,         /* no seed: of the calls below only `test` and `exit` are made */
    RT_GO_DELAY = 1,      /* point: seeded sleeps; any number of Ps */
    RT_GO_CONTROLLED = 2, /* one P */
};

struct rt_go_begin {
    uint64_t mode;
    uint64_t seed;         /* for the Go side's own draws before there is a goroutine */
    uint64_t virtual_time; /* clocks of the program are ours (below) */
    uint64_t start_wall_s; /* virtual time begins here */
    uint64_t *steps;       /* counts points; may be read at any time, by Go's monitor */
    /* Not NULL when Go calls: it does an atomic operation once more when the word that this points
     * to afterwards isn't 0 after the call; so the goroutine can give way before it. */
    uint32_t *again;
};
RT_EXPORT void __reprise_go_begin(struct rt_go_begin *out);

RT_EXPORT void __reprise_go_born(struct rt_thread *parent, struct rt_thread *child);
RT_EXPORT void __reprise_go_gone(struct rt_thread *t);

/*
 * What to do before the operation. op is an enum core_op, plus RT_GO_PC(pc) when the caller knows
 * where the program does it: a return address into code of the program (getcallerpc() in
 * chansend1). Without one it is where the function that runs was called (for sync and the like).
 * object is an address or 0. op CORE_OP_YIELD is runtime.Gosched: the answer is always to give way.
 */
#define RT_GO_PC(pc) ((uint64_t)(pc) << 8)
enum rt_go_action {
    RT_GO_GO_ON = 0,
    RT_GO_GIVE_WAY = 1, /* call gosched: a pick follows */
    RT_GO_YIELD = 2,    /* the same: others shall go first (spinning) */
    /* larger: sleep so many nanoseconds (delay) */
};
RT_EXPORT void __reprise_go_point(struct rt_thread *t, uint64_t op, uint64_t object,
                                  uint64_t *action);

/*
 * Who is ready stays so until it is chosen. So it is cheapest, and matters with thousands of them,
 * when the array stays from pick to pick: new ones are added at the end, and the last one moves to
 * the place of who was chosen. Any other order works, too.
 *
 * last is in ready when it can go on: it gave way, or Go took the processor away (to collect
 * garbage). In the latter case, nobody having asked for it, it is chosen again.
 */
struct rt_go_pick {
    struct rt_thread **ready; /* in any order, at least one */
    uint64_t count;
    struct rt_thread *last; /* who ran until now; NULL: it ended, or nobody did */
    uint64_t chosen;        /* result: an index into ready */
    uint64_t idle;          /* result: all who are ready only spin, so if there is a timer its time
                               has come (virtual time: jump). May be ignored */
    uint64_t timer;         /* virtual time at which the next timer is due; 0: none. From then on a
                               point is answered with GIVE_WAY, so that it is looked after */
};
RT_EXPORT void __reprise_go_pick(struct rt_go_pick *pick);

/*
 * For Go's monitor, which asks every few milliseconds whether the goroutine that runs has done so
 * for long enough; from a thread without a P. In 1 it only looks again and again at what it waits
 * for, after it was asked to give way: interrupted anywhere, it is the same. In 2 it did nothing
 * that we see for a second of processor time; where it stops follows no seed.
 */
enum rt_go_slice { RT_GO_SLICE_GOES_ON = 0, RT_GO_SLICE_LOOKS = 1, RT_GO_SLICE_OVER = 2 };
RT_EXPORT void __reprise_go_slice(uint64_t *slice);

/* t is about to be parked. reason: the runtime's words ("chan receive"), not terminated. */
RT_EXPORT void __reprise_go_wait(struct rt_thread *t, const char *reason, uint64_t length);

/* t, which waited, can run again: in goready and its like. Where nobody calls it, pick finds out,
 * which is later: who wakes another one then goes on for longer than the seed wants. */
RT_EXPORT void __reprise_go_ready(struct rt_thread *t);

/* One of count: which ready case of a select, which waiter. */
RT_EXPORT void __reprise_go_choose(struct rt_thread *t, uint64_t count, uint64_t *chosen);

/* 64 bits that follow from the seed and t's draws so far; t may be NULL. stream keeps apart what
 * the program sees from what the runtime draws for itself as often as it likes. */
enum rt_go_stream { RT_GO_PROGRAM = 0, RT_GO_RUNTIME = 1 };
RT_EXPORT void __reprise_go_random(struct rt_thread *t, uint64_t stream, uint64_t *out);

/* Something came from outside at a time of its own, so another run may differ: data from the
 * network or a pipe, the end of a long system call, a signal, while others were ready. */
RT_EXPORT void __reprise_go_external(void);

/* Virtual time in ns since begin. jump: nobody can run before that time, so it is now. */
RT_EXPORT void __reprise_go_clock(uint64_t *now);
RT_EXPORT void __reprise_go_jump(uint64_t to);

struct rt_go_waiting {
    struct rt_thread *thread;
    const char *reason;
    uint64_t reason_length;
    const rt_pc *pcs; /* its stack: return addresses, innermost first; of Go's runtime only below */
    uint64_t depth;   /* 0: not told */
};
/* Reports a deadlock and ends the process (66). */
RT_EXPORT void __reprise_go_stuck(const struct rt_go_waiting *waiting, uint64_t count);
/* Reports a goroutine leak; returns. */
RT_EXPORT void __reprise_go_leaked(const struct rt_go_waiting *waiting, uint64_t count);

/* Go's runtime is about to end the process with this status: os.Exit with another than 0, a panic
 * that nobody recovers, a fatal error. Writes the end of the sidecar and of the trace; returns. */
RT_EXPORT void __reprise_go_exit(uint64_t status);

/* The test that t runs; NULL and 0: it ended. */
RT_EXPORT void __reprise_go_test(struct rt_thread *t, const char *name, uint64_t length);

#endif
