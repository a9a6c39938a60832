/* Forks while another thread may hold a lock; in the child nobody is left to give it back. */
#include <sys/wait.h>
#include <unistd.h>

#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int lines;

static void write_line(void)
{
    pthread_mutex_lock(&lock);
    lines++;
    pthread_mutex_unlock(&lock);
}

static void *worker(void *unused)
{
    (void)unused;
    write_line();
    return NULL;
}

#ifdef FIXED
static void before(void)
{
    pthread_mutex_lock(&lock);
}
static void after(void)
{
    pthread_mutex_unlock(&lock);
}
#endif

int main(void)
{
#ifdef FIXED
    pthread_atfork(before, after, after);
#endif
    pthread_t thread = start(worker, NULL);
    pid_t child = fork();
    if (child == 0) {
        write_line();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    join(thread);
    expect(status == 0, "the child did not end well");
    return 0;
}
