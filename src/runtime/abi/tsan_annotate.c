/*
 * Dynamic annotations: AnnotateXxx() of the programs that carry dynamic_annotations.h, and
 * WebKit's. The first two arguments of each are the file and line of the annotation; the stack
 * says more. enable_annotations=0 switches them off.
 *
 * Annotations that described synchronisation to detectors of locksets say nothing to a
 * happens-before detector: they are in the table at the end, with empty bodies.
 */
#include "../annotate.h"
#include "../ignore.h"
#include "../options.h"
#include "scope.h"

#define ANNOTATION(name, ...) RT_EXPORT void name(const char *file, int line, ##__VA_ARGS__)

#define ANNOTATION_SCOPE(name)                                                                     \
    if (!rt_options.enable_annotations)                                                            \
        return;                                                                                    \
    ABI_SCOPE(name);                                                                               \
    if (!t)                                                                                        \
    return

ANNOTATION(AnnotateHappensBefore, rt_addr addr)
{
    ANNOTATION_SCOPE(AnnotateHappensBefore);
    rt_release(t, addr);
}

ANNOTATION(AnnotateHappensAfter, rt_addr addr)
{
    ANNOTATION_SCOPE(AnnotateHappensAfter);
    rt_acquire(t, addr);
}

ANNOTATION(AnnotateRWLockCreate, rt_addr lock)
{
    ANNOTATION_SCOPE(AnnotateRWLockCreate);
    rt_mutex_create(t, pc, lock, RT_MUTEX_WRITE_REENTRANT);
}

ANNOTATION(AnnotateRWLockCreateStatic, rt_addr lock)
{
    ANNOTATION_SCOPE(AnnotateRWLockCreateStatic);
    rt_mutex_create(t, pc, lock, RT_MUTEX_WRITE_REENTRANT | RT_MUTEX_LINKER_INIT);
}

ANNOTATION(AnnotateRWLockDestroy, rt_addr lock)
{
    ANNOTATION_SCOPE(AnnotateRWLockDestroy);
    rt_mutex_destroy(t, pc, lock, 0);
}

/* There is no annotation before the lock, so its order is learned after the fact. */
ANNOTATION(AnnotateRWLockAcquired, rt_addr lock, long is_write)
{
    ANNOTATION_SCOPE(AnnotateRWLockAcquired);
    if (is_write) {
        rt_mutex_pre_lock(t, pc, lock, 0);
        rt_mutex_lock(t, pc, lock, 0, 1);
    } else {
        rt_mutex_pre_read_lock(t, pc, lock, 0);
        rt_mutex_read_lock(t, pc, lock, 0);
    }
}

ANNOTATION(AnnotateRWLockReleased, rt_addr lock, long is_write)
{
    ANNOTATION_SCOPE(AnnotateRWLockReleased);
    if (is_write)
        rt_mutex_unlock(t, pc, lock, 0);
    else
        rt_mutex_read_unlock(t, pc, lock);
}

ANNOTATION(AnnotateBenignRaceSized, rt_addr addr, size_t bytes, const char *why)
{
    ANNOTATION_SCOPE(AnnotateBenignRaceSized);
    rt_benign_add(addr, bytes);
}

ANNOTATION(AnnotateBenignRace, rt_addr addr, const char *why)
{
    ANNOTATION_SCOPE(AnnotateBenignRace);
    rt_benign_add(addr, 1);
}

ANNOTATION(WTFAnnotateBenignRaceSized, rt_addr addr, size_t bytes, const char *why)
{
    ANNOTATION_SCOPE(WTFAnnotateBenignRaceSized);
    rt_benign_add(addr, bytes);
}

/* Reads alone, or writes alone, can't be ignored: both annotations ignore both, as everywhere. */
ANNOTATION(AnnotateIgnoreReadsBegin)
{
    ANNOTATION_SCOPE(AnnotateIgnoreReadsBegin);
    rt_ignore_begin(t, pc);
}

ANNOTATION(AnnotateIgnoreReadsEnd)
{
    ANNOTATION_SCOPE(AnnotateIgnoreReadsEnd);
    rt_ignore_end(t);
}

ANNOTATION(AnnotateIgnoreWritesBegin)
{
    ANNOTATION_SCOPE(AnnotateIgnoreWritesBegin);
    rt_ignore_begin(t, pc);
}

ANNOTATION(AnnotateIgnoreWritesEnd)
{
    ANNOTATION_SCOPE(AnnotateIgnoreWritesEnd);
    rt_ignore_end(t);
}

ANNOTATION(AnnotateIgnoreSyncBegin)
{
    ANNOTATION_SCOPE(AnnotateIgnoreSyncBegin);
    rt_ignore_sync_begin(t, pc);
}

ANNOTATION(AnnotateIgnoreSyncEnd)
{
    ANNOTATION_SCOPE(AnnotateIgnoreSyncEnd);
    rt_ignore_sync_end(t);
}

ANNOTATION(AnnotateThreadName, const char *name)
{
    ANNOTATION_SCOPE(AnnotateThreadName);
    if (name)
        rt_thread_set_name(t, name);
}

RT_EXPORT int RunningOnValgrind(void)
{
    rt_init(); /* the option isn't read before */
    return rt_options.running_on_valgrind;
}

RT_EXPORT __attribute__((weak)) double ValgrindSlowdown(void)
{
    return 10.0;
}

RT_EXPORT const char *ThreadSanitizerQuery(const char *query)
{
    static const char known[] = "pure_happens_before";
    for (size_t i = 0; i < sizeof known; i++)
        if (query[i] != known[i])
            return "0";
    return "1";
}

/* ---- annotations that say nothing here ---- */

#define NOTHING(name, ...)                                                                         \
    ANNOTATION(name, ##__VA_ARGS__) {}

NOTHING(AnnotateCondVarSignal, rt_addr cv)
NOTHING(AnnotateCondVarSignalAll, rt_addr cv)
NOTHING(AnnotateCondVarWait, rt_addr cv, rt_addr lock)
NOTHING(AnnotateMutexIsNotPHB, rt_addr lock)
NOTHING(AnnotateMutexIsUsedAsCondVar, rt_addr lock)
NOTHING(AnnotateTraceMemory, rt_addr addr)
NOTHING(AnnotateFlushState)
NOTHING(AnnotateNewMemory, rt_addr addr, size_t bytes)
NOTHING(AnnotateNoOp, rt_addr addr)
NOTHING(AnnotateExpectRace, rt_addr addr, const char *why)
NOTHING(AnnotateFlushExpectedRaces)
NOTHING(AnnotateEnableRaceDetection, int enable)
NOTHING(AnnotatePCQCreate, rt_addr queue)
NOTHING(AnnotatePCQDestroy, rt_addr queue)
NOTHING(AnnotatePCQPut, rt_addr queue)
NOTHING(AnnotatePCQGet, rt_addr queue)
NOTHING(AnnotatePublishMemoryRange, rt_addr addr, size_t bytes)
NOTHING(AnnotateUnpublishMemoryRange, rt_addr addr, size_t bytes)
NOTHING(AnnotateMemoryIsInitialized, rt_addr addr, size_t bytes)
NOTHING(AnnotateMemoryIsUninitialized, rt_addr addr, size_t bytes)
/* WebKit wraps them around atomics, which are understood without them. */
NOTHING(WTFAnnotateHappensBefore, rt_addr addr)
NOTHING(WTFAnnotateHappensAfter, rt_addr addr)
