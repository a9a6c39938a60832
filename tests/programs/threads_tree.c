/*
 * Each thread makes two more, nine levels deep, and joins them: order goes up and down the tree.
 * The racy leaf 0 is also read by the root while it may still run.
 */
#include <pthread.h>
#include "step.h"

#define LEVELS 9

volatile int leaves[1 << LEVELS];

static void *node(void *arg)
{
    long mine = (long)arg; /* numbered as in a heap: children of k are 2k and 2k + 1 */
    pthread_t t[2];

    if (mine >= 1 << LEVELS) {
        leaves[mine - (1 << LEVELS)] = 1;
        if (mine == 1 << LEVELS)
            step_set(1);
        return NULL;
    }
    for (long k = 0; k < 2; k++)
        pthread_create(&t[k], NULL, node, (void *)(2 * mine + k));
    for (int k = 0; k < 2; k++)
        pthread_join(t[k], NULL);
    return NULL;
}

int main(void)
{
    pthread_t root;
    int sum = 0;

    pthread_create(&root, NULL, node, (void *)1L);
    BUG(step_wait(1);)
    BUG(sum = leaves[0];)
    pthread_join(root, NULL);
    sum = 0;
    for (int k = 0; k < 1 << LEVELS; k++)
        sum += leaves[k];
    return sum == 1 << LEVELS ? 0 : 1;
}
