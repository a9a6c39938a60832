/*
 * Eight threads print their number: an order that a seed decides.
 *
 * Each thread comes to an injection point with its number as context, then prints. Without a seed
 * the order is the kernel's. With one, each thread first waits for
 * FNV-1a-64(seed, "i=N") % GRMAX, so they print in the order of these delays, in every run.
 *
 *   build   reprise cc -g ex01.c -o ex01          (with `cc` it runs, too, and takes no seed)
 *   run     ./ex01                                some order
 *           GRSEED=foo GRMAX=100ms ./ex01         the same order every time
 *           GRSEED=bar GRMAX=100ms ./ex01         another order, the same every time
 *           GRSEED=foo GRDEBUG=1 ./ex01           the delays on stderr
 *           reprise run --seed foo -- ./ex01      one thread at a time, the seed decides: nobody
 *                                                 waits, and the point is a schedule point
 *   without ./ex01 plain                          no injection points: GRSEED changes nothing
 *
 * go/main.go is the same program in Go; a seed gives it the same order.
 */
#include <pthread.h>
#include <reprise/reprise.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 8 };

static int plain;

static void *print_number(void *number)
{
    char text[16];
    int size = snprintf(text, sizeof text, "i=%d", *(int *)number);
    if (!plain)
        reprise_inject(text, (size_t)size);
    puts(text);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];

    plain = argc > 1 && !strcmp(argv[1], "plain");
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, print_number, &numbers[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
