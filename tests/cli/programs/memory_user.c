/*
 * Touches 128 MB in two threads, waits (for 60 seconds at most) until something happens, and races:
 *
 *     drop     until the process holds little more than these 128 MB: history was given up
 *     refuse   until malloc() fails, then gives the memory back and waits for it to succeed
 *     wait     for ever: until the process is ended
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define BYTES (64ul << 20)

static int racy;
static char *memory[2];

static long resident_mb(void)
{
    long pages = 0;
    char text[100] = "";
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fgets(text, sizeof text, f))
        sscanf(text, "%*s %ld", &pages);
    if (f)
        fclose(f);
    return pages >> 8;
}

static void *touch(void *p)
{
    char *bytes = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < BYTES; i += 8)
        *(volatile long *)(void *)(bytes + i) = 1;
    *(char **)p = bytes;
    return NULL;
}

static void *race(void *unused)
{
    racy++;
    return unused;
}

static int malloc_fails(void)
{
    void *p = malloc(1000);
    free(p);
    return p == NULL;
}

static int happened(const char *what)
{
    if (!strcmp(what, "drop")) /* 128 are its own, their shadow is as large */
        return resident_mb() < 200;
    if (!strcmp(what, "refuse"))
        return malloc_fails();
    return !strcmp(what, "grant") && !malloc_fails();
}

static void await(const char *what)
{
    struct timespec pause = {0, 5000000};
    for (int i = 0; i < 12000; i++) {
        if (happened(what)) {
            puts(what);
            return;
        }
        nanosleep(&pause, NULL);
    }
    puts("nothing happened");
}

int main(int argc, char **argv)
{
    pthread_t t;
    setvbuf(stdout, NULL, _IOLBF, 4096);
    pthread_create(&t, NULL, touch, &memory[0]);
    touch(&memory[1]);
    pthread_join(t, NULL);
    if (argc > 1)
        await(argv[1]);
    if (argc > 1 && !strcmp(argv[1], "refuse")) {
        munmap(memory[0], BYTES);
        munmap(memory[1], BYTES);
        await("grant");
    }
    pthread_create(&t, NULL, race, NULL);
    race(NULL);
    pthread_join(t, NULL);
    return 0;
}
