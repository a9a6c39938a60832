/* A lock on a raw futex that gives itself back without waking anybody when it saw no waiter: it
 * has forgotten that a thread which was woken may leave others asleep. */
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "seeded.h"

enum { FREE, TAKEN, CONTENDED };

static atomic_int word;

static void lock(void)
{
    int state = FREE;
    if (atomic_compare_exchange_strong(&word, &state, TAKEN))
        return;
#ifdef FIXED
    while (atomic_exchange(&word, CONTENDED) != FREE)
        syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, CONTENDED, NULL, NULL, 0);
#else
    do {
        state = TAKEN;
        atomic_compare_exchange_strong(&word, &state, CONTENDED);
        syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, CONTENDED, NULL, NULL, 0);
        state = FREE;
    } while (!atomic_compare_exchange_strong(&word, &state, TAKEN));
#endif
}

static void unlock(void)
{
    if (atomic_exchange(&word, FREE) == CONTENDED)
        syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *visit(void *unused)
{
    (void)unused;
    lock();
    unlock();
    return NULL;
}

int main(void)
{
    together(3, visit);
    return 0;
}
