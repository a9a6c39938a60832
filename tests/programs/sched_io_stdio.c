/*
 * Streams between threads: flockfile() keeps others out of a stream, and lines come through a
 * pipe. Prints the order of lines.
 */
#include "sched_check.h"

static FILE *to, *from;

/* Three calls, one line: nobody may come between them. */
static void *prints_lines(void *arg)
{
    int name = 'a' + (int)(long)arg;
    for (int i = 0; i < 5; i++) {
        flockfile(to);
        fputc(name, to);
        sched_yield();
        IS(ftrylockfile(to), 0); /* it is ours */
        fprintf(to, "%d", i);
        funlockfile(to);
        sched_yield();
        putc_unlocked(name, to);
        fputs("\n", to);
        fflush(to);
        funlockfile(to);
    }
    return NULL;
}

/* A call of its own that must stay out, too. */
static void *prints_alone(void *arg)
{
    for (int i = 0; i < 5; i++) {
        if (ftrylockfile(to) == 0) {
            fputs("free\n", to);
            funlockfile(to);
        } else {
            fprintf(to, "%s\n", "alone");
        }
        fflush(to);
    }
    return arg;
}

static void *reads_lines(void *arg)
{
    char *line = NULL;
    size_t room = 0;
    int *counts = arg;
    while (getline(&line, &room, from) > 0) {
        fputs(line, stdout);
        if (line[1] >= '0' && line[1] <= '4') {
            IS(line[2], line[0]);
            IS(line[3], '\n');
            counts[line[0] - 'a']++;
        } else {
            CHECK(line[0] == 'f' || line[0] == 'a');
            counts[3]++;
        }
    }
    free(line);
    return NULL;
}

int main(void)
{
    int ends[2], counts[4] = {0};
    pthread_t th[4], reader;
    IS(pipe(ends), 0);
    from = fdopen(ends[0], "r");
    to = fdopen(ends[1], "w");
    pthread_create(&reader, NULL, reads_lines, counts);
    for (long i = 0; i < 3; i++)
        pthread_create(&th[i], NULL, prints_lines, (void *)i);
    pthread_create(&th[3], NULL, prints_alone, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(th[i], NULL);
    fclose(to);
    pthread_join(reader, NULL);
    fclose(from);
    for (int i = 0; i < 4; i++)
        IS(counts[i], 5);
    return 0;
}
