#include "hunt.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VERSION = 1 };

void hunt_result_path(char *path, size_t size, const char *directory, unsigned shard, unsigned of)
{
    snprintf(path, size, "%s/shard-%04u-of-%04u.json", directory, shard, of);
}

/* ---- texts that may be any bytes: JSON has only UTF-8 ---- */

static json_t *from_text(const char *text)
{
    json_t *string = text ? json_string(text) : json_null();
    if (string)
        return string;
    size_t length = strlen(text);
    char *hex = malloc(2 * length + 1);
    for (size_t i = 0; hex && i < length; i++)
        sprintf(hex + 2 * i, "%02x", (unsigned char)text[i]);
    string = json_pack("{s:s#}", "bytes", hex ? hex : "", hex ? 2 * (int)length : 0);
    free(hex);
    return string;
}

/* To be freed; NULL when there is none. */
static char *to_text(const json_t *json)
{
    const char *hex = json_string_value(json_object_get(json, "bytes"));
    if (json_is_string(json))
        return strdup(json_string_value(json));
    if (!hex)
        return NULL;
    size_t length = strlen(hex) / 2;
    char *text = calloc(1, length + 1);
    for (size_t i = 0; text && i < length; i++)
        sscanf(hex + 2 * i, "%2hhx", (unsigned char *)&text[i]);
    return text;
}

static json_t *from_words(const char *const *words, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, from_text(words[i]));
    return array;
}

/* The words live as long as the process. False if it is no list of texts. */
static bool to_words(const json_t *array, struct words *words)
{
    *words = (struct words){0};
    for (size_t i = 0; i < json_array_size(array); i++) {
        char *word = to_text(json_array_get(array, i));
        if (!word)
            return false;
        words_add(words, word);
    }
    return json_is_array(array);
}

/* ---- findings ---- */

static const struct {
    const char *name;
    size_t offset;
} texts[] = {
#define TEXT(name) {#name, offsetof(struct store_finding, name)}
    TEXT(signature), TEXT(type),     TEXT(title),    TEXT(directory), TEXT(seed),
    TEXT(strategy),  TEXT(settings), TEXT(build_id), TEXT(schedule),  TEXT(trail),
    TEXT(hash),      TEXT(report),   TEXT(details),
};
#define TEXTS (sizeof texts / sizeof texts[0])

static json_t *from_found(const struct found *found)
{
    const struct store_finding *row = &found->row;
    size_t words = 0;
    while (row->argv && row->argv[words])
        words++;
    json_t *json =
        json_pack("{s:I, s:i, s:i, s:i, s:I, s:b}", "steps", (json_int_t)row->steps, "status",
                  row->status, "signal", row->signal, "reproduced", row->reproduced, "count",
                  (json_int_t)found->count, "other_schedule", found->other_schedule);
    for (size_t i = 0; i < TEXTS; i++) {
        const char *text = *(char *const *)((const char *)row + texts[i].offset);
        if (text)
            json_object_set_new(json, texts[i].name, from_text(text));
    }
    if (found->extra)
        json_object_set_new(json, "extra", from_text(found->extra));
    json_object_set_new(json, "argv", from_words((const char *const *)row->argv, words));
    json_object_set_new(json, "seeds",
                        from_words((const char *const *)found->seeds, found->seed_count));
    return json;
}

static json_int_t number(const json_t *json, const char *key)
{
    return json_integer_value(json_object_get(json, key));
}

static char **read_words(const json_t *array, size_t *count)
{
    char **words = calloc(json_array_size(array) + 1, sizeof *words);
    *count = 0;
    for (size_t i = 0; words && i < json_array_size(array); i++)
        if ((words[*count] = to_text(json_array_get(array, i))))
            ++*count;
    return words;
}

static bool to_found(const json_t *json, struct found_list *list)
{
    size_t words;
    struct store_finding row = {
        .steps = number(json, "steps"),
        .status = (int)number(json, "status"),
        .signal = (int)number(json, "signal"),
        .reproduced = (int)number(json, "reproduced"),
    };
    for (size_t i = 0; i < TEXTS; i++)
        *(char **)((char *)&row + texts[i].offset) = to_text(json_object_get(json, texts[i].name));
    row.argv = read_words(json_object_get(json, "argv"), &words);
    if (!row.signature || !row.type || !row.title || !row.seed || !row.strategy ||
        found_find(list, row.signature)) {
        store_finding_free(&row);
        return false;
    }
    struct found *found = found_new(list, &row);
    found->seeds = read_words(json_object_get(json, "seeds"), &found->seed_count);
    found->seed_capacity = found->seed_count;
    found->extra = to_text(json_object_get(json, "extra"));
    found->count = (uint64_t)number(json, "count");
    found->other_schedule = json_is_true(json_object_get(json, "other_schedule"));
    return true;
}

/* ---- the plan ---- */

static json_t *from_plan(const struct hunt_plan *plan)
{
    json_t *json = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:f, s:b, s:i, s:i}", "argv",
        from_words(plan->argv.at, plan->argv.count), "directory", from_text(plan->directory), "set",
        from_words(plan->sets.at, plan->sets.count), "strategies",
        from_words(plan->strategies.at, plan->strategies.count), "check", from_text(plan->check),
        "seed_from", (json_int_t)plan->first_seed, "seeds", (json_int_t)plan->seeds, "time",
        plan->time_s, "all", plan->all, "shard", (int)plan->shard, "of", (int)plan->of);
    return json;
}

static bool to_plan(const json_t *json, struct hunt_plan *plan)
{
    *plan = (struct hunt_plan){
        .directory = to_text(json_object_get(json, "directory")),
        .check = to_text(json_object_get(json, "check")),
        .first_seed = (uint64_t)number(json, "seed_from"),
        .seeds = (uint64_t)number(json, "seeds"),
        .time_s = json_number_value(json_object_get(json, "time")),
        .all = json_is_true(json_object_get(json, "all")),
        .shard = (unsigned)number(json, "shard"),
        .of = (unsigned)number(json, "of"),
    };
    return to_words(json_object_get(json, "argv"), &plan->argv) && plan->argv.count &&
           to_words(json_object_get(json, "set"), &plan->sets) &&
           to_words(json_object_get(json, "strategies"), &plan->strategies) && plan->directory &&
           plan->shard >= 1 && plan->shard <= plan->of;
}

static bool same_words(const struct words *a, const struct words *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = strcmp(a->at[i], b->at[i]) == 0;
    return same;
}

/* The directory is left out: the machines of a cluster may name it differently. */
bool hunt_plan_equal(const struct hunt_plan *a, const struct hunt_plan *b)
{
    return same_words(&a->argv, &b->argv) && same_words(&a->sets, &b->sets) &&
           same_words(&a->strategies, &b->strategies) && !a->check == !b->check &&
           (!a->check || strcmp(a->check, b->check) == 0) && a->first_seed == b->first_seed &&
           a->seeds == b->seeds && a->all == b->all && a->of == b->of &&
           (a->time_s > 0) == (b->time_s > 0);
}

/* ---- the file ---- */

static int write_text(int fd, const char *text)
{
    for (size_t left = strlen(text); left;) {
        ssize_t done = write(fd, text, left);
        if (done < 0 && errno != EINTR)
            return -errno;
        text += done > 0 ? done : 0;
        left -= done > 0 ? (size_t)done : 0;
    }
    return fsync(fd) == 0 ? 0 : -errno;
}

/* The new name is on the disk when the directory is. */
static void sync_directory(const char *path)
{
    char directory[PATH_MAX];
    snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    if (slash)
        slash[slash == directory] = '\0';
    int fd = open(slash ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

static int replace_file(const char *path, const char *text)
{
    char unfinished[PATH_MAX + 32], host[64] = "";
    gethostname(host, sizeof host - 1); /* others may write into this directory, too */
    snprintf(unfinished, sizeof unfinished, "%s.%s.%ld", path, host, (long)getpid());
    int fd = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    int error = write_text(fd, text);
    if (close(fd) != 0 && !error)
        error = -errno;
    if (!error && rename(unfinished, path) != 0)
        error = -errno;
    if (error)
        unlink(unfinished);
    else
        sync_directory(path);
    return error;
}

int hunt_result_write(const struct hunt_result *result, const char *path)
{
    json_t *list = json_array();
    for (size_t i = 0; i < result->found.count; i++)
        json_array_append_new(list, from_found(&result->found.at[i]));
    json_t *json = json_pack("{s:i, s:s, s:o, s:I, s:I, s:f, s:b, s:o}", "v", VERSION, "kind",
                             "hunt", "plan", from_plan(&result->plan), "next",
                             (json_int_t)result->next, "done", (json_int_t)result->done, "seconds",
                             result->seconds, "complete", result->complete, "findings", list);
    char *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
    int error = text ? replace_file(path, text) : -ENOMEM;
    free(text);
    json_decref(json);
    return error;
}

static bool to_result(const json_t *json, struct hunt_result *result)
{
    const json_t *list = json_object_get(json, "findings");
    const char *kind = json_string_value(json_object_get(json, "kind"));
    *result = (struct hunt_result){
        .next = (uint64_t)number(json, "next"),
        .done = (uint64_t)number(json, "done"),
        .seconds = json_number_value(json_object_get(json, "seconds")),
        .complete = json_is_true(json_object_get(json, "complete")),
    };
    bool good = kind && strcmp(kind, "hunt") == 0 && number(json, "v") == VERSION &&
                json_is_array(list) && to_plan(json_object_get(json, "plan"), &result->plan);
    for (size_t i = 0; good && i < json_array_size(list); i++)
        good = to_found(json_array_get(list, i), &result->found);
    return good;
}

int hunt_result_read(struct hunt_result *result, const char *path)
{
    json_error_t problem;
    FILE *file = fopen(path, "re");
    *result = (struct hunt_result){0};
    if (!file)
        return -errno;
    json_t *json = json_loadf(file, 0, &problem);
    fclose(file);
    bool good = json && to_result(json, result);
    json_decref(json);
    if (!good)
        found_list_free(&result->found);
    return good ? 0 : -EBADMSG;
}
