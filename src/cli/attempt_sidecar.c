#include "attempt.h"
#include "wire/sidecar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The process whose story is told: the one that was started, or, when that is a shell or has no
 * runtime, the first that has. */
struct story {
    json_t *start, *end;
    json_int_t pid;
};

static json_int_t pid_of(const json_t *line)
{
    return json_integer_value(json_object_get(line, "pid"));
}

static void take(json_t **slot, json_t *line)
{
    json_decref(*slot);
    *slot = json_incref(line);
}

static void hear(struct story *story, json_t *line, pid_t started)
{
    const char *kind = finding_string(line, "kind", "");
    if (strcmp(kind, WIRE_KIND_START) == 0) {
        bool first = !story->start;
        /* after exec() the same process starts once more: what it became counts */
        if (first || pid_of(line) == started) {
            take(&story->start, line);
            story->pid = pid_of(line);
        }
    } else if (strcmp(kind, WIRE_KIND_END) == 0 && pid_of(line) == story->pid) {
        take(&story->end, line);
    }
}

static int read_story(struct story *story, const char *path, off_t start, pid_t pid)
{
    char *text = NULL;
    size_t size = 0;
    ssize_t length;
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    if (fseeko(file, start, SEEK_SET) != 0) {
        fclose(file);
        return -EIO;
    }
    while ((length = getline(&text, &size, file)) > 0) {
        /* findings are long and are read elsewhere */
        json_t *line = strstr(text, "\"kind\":\"" WIRE_KIND_FINDING "\"")
                           ? NULL
                           : json_loadb(text, (size_t)length, JSON_ALLOW_NUL, NULL);
        if (line)
            hear(story, line, pid);
        json_decref(line);
    }
    free(text);
    fclose(file);
    return 0;
}

static char *copy(const json_t *line, const char *key)
{
    const char *text = finding_string(line, key, NULL);
    return text ? strdup(text) : NULL;
}

static uint64_t number(const json_t *line, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(line, key));
    return value < 0 ? 0 : (uint64_t)value;
}

static char *joined(const json_t *array)
{
    char *text = NULL;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *word = json_string_value(json_array_get(array, i));
        char *longer = NULL;
        if (!word || asprintf(&longer, "%s%s%s", text ? text : "", text ? ", " : "", word) < 0)
            continue;
        free(text);
        text = longer;
    }
    return text;
}

static void tell(struct attempt_outcome *outcome, const struct story *story)
{
    const json_t *end = story->end, *diverged = json_object_get(end, "diverged");
    outcome->spoke = story->start != NULL;
    outcome->ended = end != NULL;
    const json_t *status = json_object_get(end, "status");
    outcome->told_status = json_is_integer(status) ? (int)json_integer_value(status) : -1;
    outcome->build_id = copy(story->start, "build_id");
    outcome->seed = copy(end, "seed");
    outcome->strategy = copy(end, "strategy");
    outcome->hash = copy(end, "schedule_hash");
    outcome->steps = number(end, "steps");
    outcome->switches = number(end, "switches");
    outcome->schedule = copy(end, "schedule");
    outcome->trail = copy(end, "trail");
    outcome->inexact = joined(json_object_get(end, "inexact"));
    outcome->diverged = json_is_object(diverged);
    outcome->diverged_step = number(diverged, "step");
    outcome->diverged_thread = number(diverged, "thread");
    outcome->diverged_op = copy(diverged, "op");
}

int attempt_read_sidecar(struct attempt_outcome *outcome, const char *path, off_t start, pid_t pid)
{
    struct story story = {0};
    int error = findings_read(&outcome->findings, path, start);
    if (!error)
        error = read_story(&story, path, start, pid);
    tell(outcome, &story);
    json_decref(story.start);
    json_decref(story.end);
    return error;
}
