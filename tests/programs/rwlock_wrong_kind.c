/*
 * A described lock held for writing is taken (-DTAKE) or released for reading. The fix uses the
 * right kind.
 */
#include "annotate.h"
#include "step.h"

int lock;

static NOINLINE void misuse(void)
{
#ifdef TAKE
    FIX(AnnotateRWLockReleased(__FILE__, __LINE__, &lock, 1);)
    AnnotateRWLockAcquired(__FILE__, __LINE__, &lock, 0);
    FIX(AnnotateRWLockReleased(__FILE__, __LINE__, &lock, 0);)
    FIX(AnnotateRWLockAcquired(__FILE__, __LINE__, &lock, 1);)
    FIX(AnnotateRWLockReleased(__FILE__, __LINE__, &lock, 1);)
#else
    AnnotateRWLockReleased(__FILE__, __LINE__, &lock, BUG(0) FIX(1));
#endif
}

int main(void)
{
    AnnotateRWLockCreate(__FILE__, __LINE__, &lock);
    AnnotateRWLockAcquired(__FILE__, __LINE__, &lock, 1);
    misuse();
    return 0;
}
