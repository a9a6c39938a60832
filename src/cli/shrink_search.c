/* The search for the fewest items: core/ddmin.h asks, runs of the program answer.
 *
 * Several run at a time: the one whose answer is due, and those that come next should that answer
 * be "passes". Answers are used strictly in order, so the result does not depend on how many run.
 * Answers are remembered by the set of items; and since a run under record=1 says which choices it
 * really made, a set of which some items never came to pass counts for the smaller one, too.
 */
#include "cli.h"
#include "core/ddmin.h"
#include "shrink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An answer: of the set with this hash. */
struct answer {
    uint64_t key[2]; /* 0, 0: free */
    bool fails;
    uint32_t *set, count; /* of one that fails: what of it came to pass */
};

struct job {
    struct attempt_running *running; /* NULL: free */
    uint32_t *set, count;
    char *file;
};

struct search {
    struct shrink *shrink;
    struct core_ddmin d;
    uint32_t *candidate; /* room for all items */
    uint32_t *by_name;   /* indices of the items, sorted by what they are */
    struct job jobs[SHRINK_JOBS_MAX];
    struct answer *answers; /* open addressing */
    size_t answers_count, answers_room;
    bool terminal;
    double shown;
};

static void *array_of(size_t count, size_t size)
{
    void *array = calloc(count + 1, size);
    if (!array)
        abort();
    return array;
}

/* ---- schedules of some items ---- */

char *shrink_text(const struct core_schedule *schedule)
{
    struct core_schedule loose = *schedule;
    loose.strategy[0] = '\0'; /* says to the runtime to pass over what does not fit */
    size_t bytes = core_schedule_text_bytes(&loose);
    char *text = array_of(bytes, 1);
    core_schedule_encode(&loose, text, bytes);
    return text;
}

char *shrink_encode(const struct shrink *shrink, const uint32_t *set, uint32_t count)
{
    struct core_schedule some = shrink->schedule;
    some.items = array_of(count, sizeof *some.items);
    some.count = count;
    for (uint32_t i = 0; i < count; i++)
        some.items[i] = shrink->schedule.items[set[i]];
    char *text = shrink_text(&some);
    free(some.items);
    return text;
}

int shrink_write(const struct shrink *shrink, const char *path, const uint32_t *set, uint32_t count)
{
    char *text = shrink_encode(shrink, set, count);
    FILE *file = fopen(path, "we");
    bool written = file && fputs(text, file) >= 0;
    if (file && fclose(file) != 0)
        written = false;
    int error = written ? 0 : errno ? -errno : -EIO;
    free(text);
    return error;
}

static const struct core_item *sorted_items; /* qsort has no argument for it */

static int compare(const struct core_item *a, const struct core_item *b)
{
    if (a->task != b->task)
        return a->task < b->task ? -1 : 1;
    if (a->point != b->point)
        return a->point < b->point ? -1 : 1;
    if (a->choice != b->choice)
        return a->choice < b->choice ? -1 : 1;
    return a->to < b->to ? -1 : a->to > b->to;
}

static int by_name(const void *a, const void *b)
{
    return compare(&sorted_items[*(const uint32_t *)a], &sorted_items[*(const uint32_t *)b]);
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* The index of an item, or UINT32_MAX. */
static uint32_t find_item(const struct search *s, const struct core_item *item)
{
    const struct core_schedule *all = &s->shrink->schedule;
    uint32_t low = 0, high = all->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare(&all->items[s->by_name[middle]], item);
        if (order == 0)
            return s->by_name[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return UINT32_MAX;
}

/* The choices that a run made, as a part of the set it was given. Leaves `part` and returns false
 * when they are none: it said nothing, or other choices than ours were made. */
static bool came_to_pass(const struct search *s, const struct job *job, const char *text,
                         uint32_t *part, uint32_t *count)
{
    struct core_schedule made;
    long items = text ? core_schedule_count(text) : -1;
    if (items < 0 || items >= (long)job->count)
        return false;
    made.items = array_of((size_t)items, sizeof *made.items);
    bool all = core_schedule_decode(&made, text) == 0;
    for (long i = 0; i < items && all; i++) {
        part[i] = find_item(s, &made.items[i]);
        all = bsearch(&part[i], job->set, job->count, sizeof *part, by_number) != NULL;
    }
    free(made.items);
    if (!all)
        return false;
    qsort(part, (size_t)items, sizeof *part, by_number);
    *count = (uint32_t)items;
    return true;
}

/* ---- answers ---- */

static struct answer *slot(struct answer *answers, size_t room, const uint64_t key[2])
{
    size_t at = (size_t)key[0] & (room - 1);
    while ((answers[at].key[0] || answers[at].key[1]) &&
           (answers[at].key[0] != key[0] || answers[at].key[1] != key[1]))
        at = (at + 1) & (room - 1);
    return &answers[at];
}

static void widen(struct search *s)
{
    size_t room = s->answers_room ? 2 * s->answers_room : 64;
    struct answer *wider = array_of(room, sizeof *wider);
    for (size_t i = 0; i < s->answers_room; i++)
        if (s->answers[i].key[0] || s->answers[i].key[1])
            *slot(wider, room, s->answers[i].key) = s->answers[i];
    free(s->answers);
    s->answers = wider;
    s->answers_room = room;
}

/* 128 bits stand for the set. */
static void make_key(const uint32_t *set, uint32_t count, uint64_t key[2])
{
    key[0] = 1;
    key[1] = ~(uint64_t)count;
    for (uint32_t i = 0; i < count; i++) {
        key[0] = core_mix(key[0] + set[i] + 1);
        key[1] = core_mix(key[1] ^ ((uint64_t)set[i] << 20 | i));
    }
    key[0] |= 1; /* never 0, 0 */
}

/* Valid until the next remember(). */
static struct answer *answer_of(struct search *s, const uint32_t *set, uint32_t count)
{
    uint64_t key[2];
    if (2 * s->answers_count >= s->answers_room)
        widen(s);
    make_key(set, count, key);
    return slot(s->answers, s->answers_room, key);
}

static bool known(const struct answer *answer)
{
    return answer->set != NULL;
}

static void remember(struct search *s, const uint32_t *set, uint32_t count, bool fails,
                     const uint32_t *part, uint32_t part_count)
{
    struct answer *answer = answer_of(s, set, count);
    if (known(answer))
        return;
    make_key(set, count, answer->key);
    s->answers_count++;
    answer->fails = fails;
    answer->count = part_count;
    answer->set = array_of(fails ? part_count : 0, sizeof *part);
    if (fails && part_count)
        memcpy(answer->set, part, part_count * sizeof *part);
}

/* ---- runs ---- */

static struct job *running(struct search *s, const uint32_t *set, uint32_t count)
{
    for (long i = 0; i < s->shrink->jobs; i++) {
        struct job *job = &s->jobs[i];
        if (job->running && job->count == count &&
            (!count || memcmp(job->set, set, count * sizeof *set) == 0))
            return job;
    }
    return NULL;
}

static bool may_start(const struct search *s)
{
    return !s->shrink->runs_max || s->shrink->runs < s->shrink->runs_max;
}

static int start(struct search *s, struct job *job, const uint32_t *set, uint32_t count)
{
    struct attempt attempt = shrink_attempt(s->shrink);
    const char *directory = attempt_temporary();
    if (!job->file && asprintf(&job->file, "%s/shrink-%zu", directory ? directory : "/tmp",
                               (size_t)(job - s->jobs)) < 0)
        abort();
    int error = shrink_write(s->shrink, job->file, set, count);
    if (error) {
        cli_error("shrink", "cannot write %s: %s", job->file, strerror(-error));
        return CLI_FAILURE;
    }
    attempt.strategy = "list";
    attempt.schedule = job->file;
    job->running = attempt_start(&attempt, &error);
    if (!job->running)
        return target_cannot_start(&s->shrink->replay.target, -error);
    job->set = array_of(count, sizeof *set);
    memcpy(job->set, set, count * sizeof *set);
    job->count = count;
    s->shrink->runs++;
    return 0;
}

static struct job *free_job(struct search *s)
{
    for (long i = 0; i < s->shrink->jobs; i++)
        if (!s->jobs[i].running)
            return &s->jobs[i];
    return NULL;
}

/* Starts what is due, and then what will be due as long as no answer is "fails". */
static int fill(struct search *s)
{
    struct core_ddmin ahead = s->d;
    uint32_t *set = array_of(s->d.count, sizeof *set), count;
    int status = 0;
    for (long looked = 0; !status && looked < 4 * s->shrink->jobs; looked++) {
        struct job *job = free_job(s);
        if (!job || !may_start(s) || !core_ddmin_next(&ahead, set, &count))
            break;
        struct answer *answer = answer_of(s, set, count);
        if (known(answer) && answer->fails)
            break;
        if (!known(answer) && !running(s, set, count))
            status = start(s, job, set, count);
        core_ddmin_passed(&ahead);
    }
    free(set);
    return status;
}

static void drop_job(struct job *job)
{
    struct attempt_outcome outcome;
    if (!job->running)
        return;
    attempt_finish(job->running, &outcome);
    attempt_outcome_free(&outcome);
    free(job->set);
    job->running = NULL;
}

static void drop_jobs(struct search *s)
{
    for (long i = 0; i < s->shrink->jobs; i++)
        drop_job(&s->jobs[i]);
}

static void take_outcome(struct search *s, struct job *job)
{
    struct attempt_outcome outcome;
    uint32_t *part = array_of(job->count, sizeof *part), count = 0;
    attempt_finish(job->running, &outcome);
    job->running = NULL;
    bool fails = shrink_fails(s->shrink, &outcome);
    bool interrupted = outcome.interrupted;
    if (!interrupted && came_to_pass(s, job, outcome.schedule, part, &count)) {
        remember(s, job->set, job->count, fails, part, count);
        remember(s, part, count, fails, part, count);
    } else if (!interrupted) {
        remember(s, job->set, job->count, fails, job->set, job->count);
    }
    attempt_outcome_free(&outcome);
    free(job->set);
    free(part);
}

/* Waits for any of the runs. -EINTR and -ETIMEDOUT as attempt_wait(). */
static int wait_for_one(struct search *s)
{
    struct attempt_running *all[SHRINK_JOBS_MAX];
    for (long i = 0; i < s->shrink->jobs; i++)
        all[i] = s->jobs[i].running;
    int which = attempt_wait(all, (size_t)s->shrink->jobs, s->shrink->until_s);
    if (which >= 0)
        take_outcome(s, &s->jobs[which]);
    return which < 0 ? which : 0;
}

/* ---- the search ---- */

static void show_progress(struct search *s, bool last)
{
    double now = attempt_clock();
    if (!s->terminal || (!last && now - s->shown < 0.1))
        return;
    s->shown = now;
    fprintf(stderr, "\r\033[Kshrinking: %u -> %u switches, %ld runs%s", s->shrink->before,
            s->d.count, s->shrink->runs, last ? "\r\033[K" : "");
    fflush(stderr);
}

static void apply(struct search *s, const struct answer *answer)
{
    if (!answer->fails) {
        core_ddmin_passed(&s->d);
        return;
    }
    core_ddmin_failed(&s->d, answer->set, answer->count);
    drop_jobs(s); /* what was started ahead is of a larger set */
}

/* Until the end or until the budget is spent. */
static int search(struct search *s)
{
    uint32_t count;
    int status = 0, waited = 0;
    while (!status && !waited && core_ddmin_next(&s->d, s->candidate, &count)) {
        struct answer *answer = answer_of(s, s->candidate, count);
        show_progress(s, false);
        if (known(answer)) {
            apply(s, answer);
            continue;
        }
        if (!may_start(s) && !running(s, s->candidate, count))
            break;
        status = fill(s);
        if (!status)
            waited = wait_for_one(s);
    }
    s->shrink->minimal = !core_ddmin_next(&s->d, s->candidate, &count);
    s->shrink->interrupted = waited == -EINTR;
    return status;
}

int shrink_search(struct shrink *shrink)
{
    uint32_t items = shrink->schedule.count;
    struct search *s = array_of(1, sizeof *s);
    s->shrink = shrink;
    s->terminal = isatty(STDERR_FILENO);
    s->candidate = array_of(items, sizeof *s->candidate);
    s->by_name = array_of(items, sizeof *s->by_name);
    free(shrink->kept);
    shrink->kept = array_of(items, sizeof *shrink->kept);
    for (uint32_t i = 0; i < items; i++)
        s->by_name[i] = i;
    sorted_items = shrink->schedule.items;
    qsort(s->by_name, items, sizeof *s->by_name, by_name);
    core_ddmin_init(&s->d, shrink->kept, items);
    int status = search(s);
    show_progress(s, true);
    drop_jobs(s);
    shrink->count = s->d.count;
    for (long i = 0; i < SHRINK_JOBS_MAX; i++)
        free(s->jobs[i].file);
    for (size_t i = 0; i < s->answers_room; i++)
        free(s->answers[i].set);
    free(s->answers);
    free(s->candidate);
    free(s->by_name);
    free(s);
    return status;
}
