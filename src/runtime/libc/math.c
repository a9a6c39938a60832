/*
 * Functions of <math.h> with a second result.
 *
 * lgamma() also stores the sign in the global signgam, as the C library is asked to; two threads
 * that use it race, and lgamma_r() is the way out.
 */
#include "rows.h"
#include <dlfcn.h>
#include <math.h>

/* A row stays a row. */
/* clang-format off */

/*
 * The linker may have left libm out: what a program calls of it is defined in the runtime, so
 * nothing seemed to be wanting. Then it is loaded on the first call.
 */
static RT_COLD void *resolve(const struct rt_interceptor *i)
{
    void *real = rt_lookup(i);
    if (real)
        return real;
    void *libm = dlopen("libm.so.6", RTLD_LAZY);
    if (libm && (real = dlsym(libm, i->name)))
        *i->real = real;
    return real ? real : rt_resolve(i);
}

#undef RT_REAL
#define RT_REAL(name)                                                                              \
    (__builtin_expect(rt_real_##name != NULL, 1)                                                   \
         ? rt_real_##name                                                                          \
         : (__typeof__(rt_real_##name))resolve(&rt_interceptor_##name))

#define FOR_EACH_REAL(M)                                                                           \
    M(float, f)                                                                                    \
    M(double, )                                                                                    \
    M(long double, l)

#define FREXP(real, s) ROW(real, frexp##s, (real x, int *e), (x, e), NOW, , true, PUT(e))
#define MODF(real, s)                                                                              \
    ROW(real, modf##s, (real x, real * whole), (x, whole), NOW, , true, PUT(whole))
#define REMQUO(real, s)                                                                            \
    ROW(real, remquo##s, (real x, real y, int *q), (x, y, q), NOW, , true, PUT(q))
#define SINCOS(real, s)                                                                            \
    VOID_ROW(sincos##s, (real x, real * sine, real * cosine), (x, sine, cosine), NOW, ,            \
             PUT(sine) PUT(cosine))
#define LGAMMA(real, s) ROW(real, lgamma##s, (real x), (x), NOW, , true, PUT(sign_of_gamma()))

static int *sign_of_gamma(void)
{
    extern int signgam __attribute__((weak)); /* libm may be absent */
    return &signgam;
}

FOR_EACH_REAL(FREXP)
FOR_EACH_REAL(MODF)
FOR_EACH_REAL(REMQUO)
FOR_EACH_REAL(SINCOS)
FOR_EACH_REAL(LGAMMA)
ROW(float, lgammaf_r, (float x, int *sign), (x, sign), NOW, , true, PUT(sign))
ROW(double, lgamma_r, (double x, int *sign), (x, sign), NOW, , true, PUT(sign))
ROW(long double, lgammal_r, (long double x, int *sign), (x, sign), NOW, , true, PUT(sign))
