/*
 * Random bytes from everywhere, printed: the same for the same seed, others for another.
 */
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include "sched_check.h"

uint32_t arc4random(void) __attribute__((weak));
void arc4random_buf(void *to, size_t n) __attribute__((weak));
uint32_t arc4random_uniform(uint32_t below) __attribute__((weak));

static void print(const char *name, const void *p, size_t n)
{
    const unsigned char *bytes = p;
    printf("%s ", name);
    for (size_t i = 0; i < n; i++)
        printf("%02x", bytes[i]);
    putchar('\n');
}

static void *in_thread(void *arg)
{
    IS(getrandom(arg, 8, 0), 8);
    return NULL;
}

int main(void)
{
    unsigned char bytes[257], other[2][8];
    pthread_t th[2];

    print("auxv", (void *)getauxval(AT_RANDOM), 16);
    IS(getrandom(bytes, 40, 0), 40);
    print("getrandom", bytes, 40);
    IS(getrandom(bytes, 3, GRND_NONBLOCK), 3);
    print("nonblock", bytes, 3);
    IS(getentropy(bytes, 16), 0);
    print("getentropy", bytes, 16);
    IS(getentropy(bytes, 257), -1);
    IS(errno, EIO);
    IS(getrandom(bytes, 1, 0x8000), -1);
    IS(errno, EINVAL);
    IS(syscall(SYS_getrandom, bytes, 5, 0), 5);
    print("syscall", bytes, 5);
    if (arc4random && arc4random_buf && arc4random_uniform) {
        uint32_t word = arc4random();
        print("arc4random", &word, sizeof word);
        arc4random_buf(bytes, 11);
        print("arc4random_buf", bytes, 11);
        word = arc4random_uniform(10);
        CHECK(word < 10);
        IS(arc4random_uniform(1), 0);
    }
    for (int i = 0; i < 2; i++)
        pthread_create(&th[i], NULL, in_thread, other[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(th[i], NULL);
    print("thread", other[0], 8);
    print("thread", other[1], 8);
    srand((unsigned)time(NULL));
    int n = rand();
    print("rand", &n, sizeof n);
    return 0;
}
