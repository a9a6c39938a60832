/*
 * Silent: what libc keeps for itself (locales, time zones, messages, the environment, hosts,
 * compiled expressions, buffers of streams) is allocated by one thread and freed by another,
 * under locks that only libc knows.
 */
#include <dirent.h>
#include <libintl.h>
#include <locale.h>
#include <netdb.h>
#include <pthread.h>
#include <regex.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
#include "step.h"

enum { THREADS = 4, ROUNDS = 30 };

static regex_t expression;
static FILE *stream;
static pthread_barrier_t environment_done;

static void environment(long id, int round)
{
    char name[64];

    snprintf(name, sizeof name, "VARIABLE_%ld_%d", id, round);
    setenv(name, "value", 1);
    if (round % 3 == 0)
        unsetenv(name);
}

static void languages(int round)
{
    wchar_t wide[20];
    char text[100];
    locale_t l = newlocale(LC_ALL_MASK, "C.UTF-8", NULL);

    if (l) {
        uselocale(l);
        mbstowcs(wide, "abc", 20);
        uselocale(LC_GLOBAL_LOCALE);
        freelocale(l);
    }
    (void)!gettext("hello");
    (void)!strerror_r(1000 + round, text, sizeof text);
    regexec(&expression, "aaabbb", 0, NULL, 0);
}

static void times(int round)
{
    time_t when = round;
    struct tm tm;
    char text[100];

    tzset();
    localtime_r(&when, &tm);
    strftime(text, sizeof text, "%c %Z", &tm);
}

static void hosts(void)
{
    struct addrinfo *list, hints = {.ai_flags = AI_NUMERICHOST};
    struct servent record, *found;
    char buffer[1024];

    if (!getaddrinfo("127.0.0.1", NULL, &hints, &list))
        freeaddrinfo(list);
    getservbyname_r("http", "tcp", &record, buffer, sizeof buffer, &found);
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void keep(void *key)
{
    (void)key;
}

static void files(void)
{
    char *line = NULL, *text = NULL;
    size_t n = 0;
    void *tree = NULL;
    DIR *dir = opendir("/");
    FILE *f = fopen("/etc/passwd", "r");

    while (readdir(dir))
        ;
    closedir(dir);
    while (getline(&line, &n, f) > 0)
        tsearch("a", &tree, compare_text);
    tdestroy(tree, keep);
    fclose(f);
    free(line);
    f = open_memstream(&text, &n);
    fprintf(f, "%s", "text");
    fclose(f);
    free(text);
}

static void *worker(void *arg)
{
    for (int round = 0; round < ROUNDS; round++)
        environment((long)arg, round);
    /* The rest calls getenv(), which setenv() by another thread is a bug beside. */
    pthread_barrier_wait(&environment_done);
    for (int round = 0; round < ROUNDS; round++) {
        languages(round);
        times(round);
        hosts();
        files();
        fprintf(stream, "%d\n", round);
        if (round % 10 == 0)
            (void)!freopen("/dev/null", "w", stream);
    }
    return NULL;
}

int main(void)
{
    pthread_t t[THREADS];

    setlocale(LC_ALL, "");
    regcomp(&expression, "(a*)(b*)\\1", REG_EXTENDED);
    stream = fopen("/dev/null", "w");
    pthread_barrier_init(&environment_done, NULL, THREADS);
    for (long k = 0; k < THREADS; k++)
        pthread_create(&t[k], NULL, worker, (void *)k);
    for (int k = 0; k < THREADS; k++)
        pthread_join(t[k], NULL);
    fclose(stream);
    regfree(&expression);
    return 0;
}
