/*
 * What pthread attributes and threads are asked about: each writes its answer to an argument.
 */
#include "rows.h"
#include <pthread.h>
#include <sched.h>

/* A row stays a row. */
/* clang-format off */

#define ASK(name, object, value)                                                                   \
    ROW(int, name, (object const *o, value *v), (o, v), NOW, GET(o), r == 0, PUT(v))

ASK(pthread_attr_getdetachstate, pthread_attr_t, int)
ASK(pthread_attr_getguardsize, pthread_attr_t, size_t)
ASK(pthread_attr_getschedparam, pthread_attr_t, struct sched_param)
ASK(pthread_attr_getschedpolicy, pthread_attr_t, int)
ASK(pthread_attr_getinheritsched, pthread_attr_t, int)
ASK(pthread_attr_getscope, pthread_attr_t, int)
ASK(pthread_attr_getstacksize, pthread_attr_t, size_t)
ASK(pthread_attr_getstackaddr, pthread_attr_t, void *)
ROW(int, pthread_attr_getstack, (const pthread_attr_t *o, void **low, size_t *n), (o, low, n), NOW,
    GET(o), r == 0, PUT(low) PUT(n))
ROW(int, pthread_attr_getaffinity_np, (const pthread_attr_t *o, size_t n, cpu_set_t *set),
    (o, n, set), NOW, GET(o), r == 0, OUT(set, n))
ROW(int, pthread_attr_getsigmask_np, (const pthread_attr_t *o, sigset_t *set), (o, set), NOW,
    GET(o), r == 0, PUT(set))

ASK(pthread_mutexattr_getprioceiling, pthread_mutexattr_t, int)
ASK(pthread_mutexattr_getprotocol, pthread_mutexattr_t, int)
ASK(pthread_mutexattr_getpshared, pthread_mutexattr_t, int)
ASK(pthread_mutexattr_getrobust, pthread_mutexattr_t, int)
ROW(int, pthread_mutexattr_getrobust_np, (pthread_mutexattr_t *o, int *v), (o, v), NOW, GET(o),
    r == 0, PUT(v))
ASK(pthread_mutexattr_gettype, pthread_mutexattr_t, int)
ASK(pthread_rwlockattr_getkind_np, pthread_rwlockattr_t, int)
ASK(pthread_rwlockattr_getpshared, pthread_rwlockattr_t, int)
ASK(pthread_barrierattr_getpshared, pthread_barrierattr_t, int)
ASK(pthread_condattr_getclock, pthread_condattr_t, clockid_t)
ASK(pthread_condattr_getpshared, pthread_condattr_t, int)

ROW(int, pthread_getschedparam, (pthread_t thread, int *policy, struct sched_param *param),
    (thread, policy, param), NOW, , r == 0, PUT(policy) PUT(param))
ROW(int, pthread_getcpuclockid, (pthread_t thread, clockid_t *clock), (thread, clock), NOW, ,
    r == 0, PUT(clock))
/* Cancellation may strike inside, hence not as part of the runtime. */
ROW(int, pthread_setcancelstate, (int state, int *old), (state, old), BLOCK, , r == 0, PUT(old))

ROW(int, sched_getparam, (pid_t pid, struct sched_param *param), (pid, param), NOW, , r == 0,
    PUT(param))
ROW(int, sched_setparam, (pid_t pid, const struct sched_param *param), (pid, param), NOW,
    GET(param), false, )
