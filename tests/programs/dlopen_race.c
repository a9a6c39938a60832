/*
 * A shared object, opened at run time, has the racing code; one of its functions is called from
 * the program's thread. The fix joins first.
 */
#include <dlfcn.h>
#include <pthread.h>
#include "step.h"

void (*write_in_plugin)(int);

static void *worker(void *arg)
{
    write_in_plugin(1);
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;
    void *plugin = dlopen("./dlopen_plugin.so", RTLD_NOW);

    if (!plugin)
        return 2;
    write_in_plugin = (void (*)(int))dlsym(plugin, "write_in_plugin");
    pthread_create(&t, NULL, worker, NULL);
    step_wait(1);
    FIX(pthread_join(t, NULL);)
    write_in_plugin(2);
    BUG(pthread_join(t, NULL);)
#ifdef CLOSE
    dlclose(plugin); /* a report made before must still have its symbols */
#endif
    return 0;
}
