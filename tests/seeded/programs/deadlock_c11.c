/* C11 threads: logs under the queue's lock, and looks at the queue under the log's lock. */
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>

static mtx_t queue, log_lock;
static int length, lines;

static int enqueue(void *unused)
{
    (void)unused;
    mtx_lock(&queue);
    length++;
#ifdef FIXED
    mtx_unlock(&queue);
#endif
    mtx_lock(&log_lock);
    lines++;
    mtx_unlock(&log_lock);
#ifndef FIXED
    mtx_unlock(&queue);
#endif
    return 0;
}

static int report(void *unused)
{
    (void)unused;
    mtx_lock(&log_lock);
    lines++;
    mtx_lock(&queue);
    int now = length;
    mtx_unlock(&queue);
    mtx_unlock(&log_lock);
    return now;
}

int main(void)
{
    thrd_t one, other;
    mtx_init(&queue, mtx_plain);
    mtx_init(&log_lock, mtx_plain);
    if (thrd_create(&one, enqueue, NULL) != thrd_success ||
        thrd_create(&other, report, NULL) != thrd_success)
        return 3;
    thrd_join(one, NULL);
    thrd_join(other, NULL);
    return 0;
}
