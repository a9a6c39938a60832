/* Threads that do the same can change places: a switch that only says which of them comes first is
 * not needed when they have swapped names in the others. One run tells, for each switch and each
 * other thread; the choices that this run made are then the schedule to go on from. */
#include "shrink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SWITCHES_MAX = 12, THREADS_MAX = 8 };

static uint32_t swapped(uint32_t id, uint32_t a, uint32_t b)
{
    return id == a ? b : id == b ? a : id;
}

/* The kept items without one, a and b having swapped names. */
static struct core_schedule variant(const struct shrink *shrink, uint32_t without, uint32_t a,
                                    uint32_t b, struct core_item items[SWITCHES_MAX])
{
    struct core_schedule schedule = shrink->schedule;
    schedule.items = items;
    schedule.count = 0;
    for (uint32_t i = 0; i < shrink->count; i++) {
        struct core_item item = shrink->schedule.items[shrink->kept[i]];
        if (i == without)
            continue;
        item.task = swapped(item.task, a, b);
        if (item.choice == CORE_CHOICE_SWITCH)
            item.to = swapped(item.to, a, b);
        items[schedule.count++] = item;
    }
    return schedule;
}

bool shrink_take(struct shrink *shrink, const char *text)
{
    long count = text ? core_schedule_count(text) : -1;
    if (count < 0 || count >= (long)shrink->count)
        return false;
    core_schedule_decode(&shrink->schedule, text); /* there is room: it has fewer */
    shrink->count = (uint32_t)count;
    for (uint32_t i = 0; i < shrink->count; i++)
        shrink->kept[i] = i;
    return true;
}

/* Does it still fail, with fewer? Then that is the schedule now. */
static bool try_variant(struct shrink *shrink, const struct core_schedule *schedule)
{
    struct attempt_outcome outcome;
    struct attempt attempt = shrink_attempt(shrink);
    char *text = shrink_text(schedule);
    attempt.strategy = "list";
    attempt.schedule = replay_file("swapped", text);
    free(text);
    shrink->runs++;
    if (!attempt.schedule || attempt_run(&attempt, &outcome) != 0)
        return false;
    shrink->interrupted = outcome.interrupted;
    bool better = shrink_fails(shrink, &outcome) && shrink_take(shrink, outcome.schedule);
    attempt_outcome_free(&outcome);
    return better;
}

static bool spent(const struct shrink *shrink)
{
    return shrink->interrupted || (shrink->runs_max && shrink->runs >= shrink->runs_max) ||
           (shrink->until_s > 0 && attempt_clock() >= shrink->until_s);
}

/* The threads that the items name. */
static uint32_t find_threads(const struct shrink *shrink, uint32_t threads[THREADS_MAX])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < 2 * shrink->count; i++) {
        const struct core_item *item = &shrink->schedule.items[shrink->kept[i / 2]];
        uint32_t id = i % 2 && item->choice == CORE_CHOICE_SWITCH ? item->to : item->task, at = 0;
        while (at < count && threads[at] != id)
            at++;
        if (at == count && count < THREADS_MAX)
            threads[count++] = id;
    }
    return count;
}

bool shrink_swap(struct shrink *shrink)
{
    uint32_t threads[THREADS_MAX];
    struct core_item items[SWITCHES_MAX];
    if (shrink->count < 2 || shrink->count > SWITCHES_MAX)
        return false;
    uint32_t count = find_threads(shrink, threads);
    for (uint32_t i = 0; i < shrink->count; i++) {
        const struct core_item item = shrink->schedule.items[shrink->kept[i]];
        for (uint32_t t = 0; t < count && item.choice == CORE_CHOICE_SWITCH; t++) {
            if (threads[t] == item.to || !threads[t] || !item.to) /* main is like nobody */
                continue;
            struct core_schedule fewer = variant(shrink, i, threads[t], item.to, items);
            if (spent(shrink))
                return false;
            if (try_variant(shrink, &fewer))
                return true;
        }
    }
    return false;
}
