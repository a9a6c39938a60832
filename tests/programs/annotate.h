/* The annotation functions that the runtime offers to hand-made synchronisation. */
#ifndef TESTS_ANNOTATE_H
#define TESTS_ANNOTATE_H

#ifdef __cplusplus
extern "C" {
#endif

void AnnotateHappensBefore(const char *file, int line, void *address);
void AnnotateHappensAfter(const char *file, int line, void *address);
void AnnotateRWLockCreate(const char *file, int line, void *lock);
void AnnotateRWLockDestroy(const char *file, int line, void *lock);
void AnnotateRWLockAcquired(const char *file, int line, void *lock, long is_writer);
void AnnotateRWLockReleased(const char *file, int line, void *lock, long is_writer);
void AnnotateBenignRaceSized(const char *file, int line, void *address, long size,
                             const char *text);
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);

void __tsan_acquire(void *address);
void __tsan_release(void *address);
void __tsan_mutex_create(void *lock, unsigned flags);
void __tsan_mutex_destroy(void *lock, unsigned flags);
void __tsan_mutex_pre_lock(void *lock, unsigned flags);
void __tsan_mutex_post_lock(void *lock, unsigned flags, int recursion);
int __tsan_mutex_pre_unlock(void *lock, unsigned flags);
void __tsan_mutex_post_unlock(void *lock, unsigned flags);

void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);

#ifdef __cplusplus
}
#endif
#endif
