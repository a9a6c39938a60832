/*
 * A proposal into a queue that is gone: a race as nodes of a replicated log have had it.
 *
 * A node takes proposals into a queue while there is a leader. When the leader steps down, one
 * thread sets the pointer to the queue to NULL, so that nobody proposes any more. Another looks
 * whether there is a queue, then puts its proposal into it. Between the two the queue goes away:
 * here the program crashes, and in Go (go/main.go) the sender waits for ever on a nil channel.
 *
 * Left to itself this hardly ever happens. The injection points spread it:
 *
 *   build     reprise cc -g raft.c -o raft
 *   run       GRSEED=2 ./raft                    crashes every time
 *             GRSEED=17 ./raft                   never does: the leader steps down first
 *   repaired  reprise cc -g -DFIXED raft.c -o raft && GRSEED=2 ./raft       silent, status 0
 *
 * With the seed 2, the delays of the rule are 0.9 ms before the look, 6.7 ms before the leader
 * steps down, and 9.3 ms between look and send. Some third of all seeds give such an order.
 *
 * The points are not needed to find the race: ./raft reports it as a data race in any order. They
 * bring back what comes of it.
 */
#include <pthread.h>
#include <reprise/reprise.h>
#include <stdio.h>
#include <string.h>

struct queue {
    int proposals[4];
    int count;
};

static struct node {
    struct queue *queue; /* NULL while there is no leader */
    pthread_mutex_t lock;
} node = {NULL, PTHREAD_MUTEX_INITIALIZER};

#ifdef FIXED
#define LOCK()   pthread_mutex_lock(&node.lock)
#define UNLOCK() pthread_mutex_unlock(&node.lock)
#else
#define LOCK()   (void)0
#define UNLOCK() (void)0
#endif

static void point(const char *name)
{
    reprise_inject(name, strlen(name));
}

static void *step_down(void *arg)
{
    point("step down");
    LOCK();
    node.queue = NULL;
    UNLOCK();
    return arg;
}

static void *propose(void *arg)
{
    point("look");
    LOCK();
    if (!node.queue) {
        puts("no leader: proposal refused");
    } else {
        point("send");
        node.queue->proposals[node.queue->count++] = 1;
        puts("proposal taken");
    }
    UNLOCK();
    return arg;
}

int main(void)
{
    static struct queue queue;
    pthread_t leader, client;

    node.queue = &queue;
    pthread_create(&leader, NULL, step_down, NULL);
    pthread_create(&client, NULL, propose, NULL);
    pthread_join(leader, NULL);
    pthread_join(client, NULL);
    return 0;
}
