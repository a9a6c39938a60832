/* Two fields that belong together, each under a lock of its own: a reader sees half a change. */
#include "seeded.h"

static pthread_mutex_t width_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t height_lock = PTHREAD_MUTEX_INITIALIZER;
static int width = 1, height = 1;

static void set(pthread_mutex_t *lock, int *field, int value)
{
    pthread_mutex_lock(lock);
    *field = value;
    pthread_mutex_unlock(lock);
}

static int get(pthread_mutex_t *lock, int *field)
{
    pthread_mutex_lock(lock);
    int value = *field;
    pthread_mutex_unlock(lock);
    return value;
}

#ifdef FIXED
static pthread_mutex_t both_lock = PTHREAD_MUTEX_INITIALIZER;
#define ATOMICALLY(statement)                                                                      \
    pthread_mutex_lock(&both_lock);                                                                \
    statement;                                                                                     \
    pthread_mutex_unlock(&both_lock)
#else
#define ATOMICALLY(statement) statement
#endif

static void set_both(int value)
{
    set(&width_lock, &width, value);
    set(&height_lock, &height, value);
}

static void check_both(void)
{
    int w = get(&width_lock, &width);
    int h = get(&height_lock, &height);
    expect(w == h, "half a change seen");
}

static void *grow(void *unused)
{
    (void)unused;
    ATOMICALLY(set_both(2));
    return NULL;
}

static void *look(void *unused)
{
    (void)unused;
    ATOMICALLY(check_both());
    return NULL;
}

int main(void)
{
    both(grow, look);
    return 0;
}
