/* `reprise merge`: joins the results of shards, or of hunts that could not write the database. */
#include "hunt.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct merge {
    struct found_list found;
    struct hunt_plan plan; /* of the first good shard */
    uint64_t done;
    double seconds;
    unsigned good, unfinished;
    bool *have;      /* by number of the shard; of plan.of + 1 */
    bool incomplete; /* something was missing or damaged */
    struct words files;
};

/* ---- reading ---- */

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int list_directory(struct merge *merge, const char *directory)
{
    DIR *dir = opendir(directory);
    if (!dir) {
        cli_error("merge", "%s: %s", directory, strerror(errno));
        return CLI_FAILURE;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        size_t length = strlen(entry->d_name);
        bool is_ours =
            strncmp(entry->d_name, "shard-", 6) == 0 || strncmp(entry->d_name, "hunt-", 5) == 0;
        if (is_ours && length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0)
            words_addf(&merge->files, "%s/%s", directory, entry->d_name);
    }
    closedir(dir);
    if (!merge->files.count) {
        cli_error("merge", "%s: no results of shards in it", directory);
        return CLI_FAILURE;
    }
    qsort(merge->files.at, merge->files.count, sizeof *merge->files.at, compare_words);
    return 0;
}

static int list_files(struct merge *merge, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        cli_error("merge", "%s: %s", path, strerror(errno));
        return CLI_FAILURE;
    }
    if (S_ISDIR(status.st_mode))
        return list_directory(merge, path);
    words_add(&merge->files, path);
    return 0;
}

/* The lowest seed of all is the one that is shown. */
static bool is_lower(const struct store_finding *a, const struct store_finding *b)
{
    if (a->reproduced != b->reproduced)
        return a->reproduced > b->reproduced;
    return strtoull(a->seed, NULL, 10) < strtoull(b->seed, NULL, 10);
}

static void join(struct found_list *list, struct found *more)
{
    struct found *known = found_find(list, more->row.signature);
    if (!known) {
        known = found_new(list, &more->row);
        known->extra = more->extra;
        more->row = (struct store_finding){0};
        more->extra = NULL;
    } else if (is_lower(&more->row, &known->row)) {
        struct store_finding row = known->row;
        char *extra = known->extra;
        known->row = more->row;
        known->extra = more->extra;
        more->row = row;
        more->extra = extra;
    }
    uint64_t count = known->count + more->count;
    for (size_t i = 0; i < more->seed_count; i++) {
        char *space = strrchr(more->seeds[i], ' ');
        if (!space)
            continue;
        *space = '\0';
        found_add_seed(known, more->seeds[i], space + 1);
    }
    known->count = count;
}

static bool fits(struct merge *merge, const struct hunt_plan *plan, const char *path)
{
    if (merge->good && !hunt_plan_equal(plan, &merge->plan)) {
        cli_error("merge", "%s: of another hunt than the others; left out", path);
        return false;
    }
    if (merge->good && merge->have[plan->shard]) {
        cli_error("merge", "%s: shard %u once more; left out", path, plan->shard);
        return false;
    }
    return true;
}

static void add_result(struct merge *merge, struct hunt_result *result)
{
    if (!merge->good++) {
        merge->plan = result->plan;
        merge->have = calloc(result->plan.of + 1, sizeof *merge->have);
        if (!merge->have)
            abort();
    }
    merge->have[result->plan.shard] = true;
    merge->done += result->done;
    merge->seconds += result->seconds;
    for (size_t i = 0; i < result->found.count; i++)
        join(&merge->found, &result->found.at[i]);
}

static void read_one(struct merge *merge, const char *path)
{
    struct hunt_result result;
    int error = hunt_result_read(&result, path);
    if (error) {
        cli_error("merge", "%s: %s; left out", path,
                  error == -EBADMSG ? "damaged, or no result of a hunt" : strerror(-error));
        merge->incomplete = true;
        return;
    }
    if (fits(merge, &result.plan, path)) {
        if (!result.complete) {
            cli_error("merge", "%s: not finished; what is there is taken", path);
            merge->incomplete = true;
        }
        add_result(merge, &result);
    } else {
        merge->incomplete = true;
    }
    found_list_free(&result.found);
}

/* "3, 7-9" */
static void tell_missing(struct merge *merge)
{
    const char *separator = "";
    unsigned missing = 0;
    for (unsigned i = 1; merge->good && i <= merge->plan.of; i++)
        missing += !merge->have[i];
    if (!missing)
        return;
    merge->incomplete = true;
    fprintf(stderr, "reprise merge: no result of %u of %u shards: ", missing, merge->plan.of);
    for (unsigned i = 1, last; i <= merge->plan.of; i = last + 1) {
        last = i;
        if (merge->have[i])
            continue;
        while (last < merge->plan.of && !merge->have[last + 1])
            last++;
        fprintf(stderr, last > i ? "%s%u-%u" : "%s%u", separator, i, last);
        separator = ", ";
    }
    fputc('\n', stderr);
}

/* ---- keeping ---- */

/* Findings of the detector first, then by the first seed. */
static int compare_found(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    uint64_t s = strtoull(x->row.seed, NULL, 10), t = strtoull(y->row.seed, NULL, 10);
    if (found_by_detector(x) != found_by_detector(y))
        return found_by_detector(x) ? -1 : 1;
    return s < t ? -1 : s > t;
}

/* All occurrences, so that merging twice counts nothing twice. */
static int keep_one(struct store *store, struct found *found)
{
    struct store_finding row = found->row;
    bool is_new;
    int error = store_add(store, &row, &is_new);
    found->row.id = row.id;
    for (size_t i = 0; !error && i < found->seed_count; i++) {
        char *space = strrchr(found->seeds[i], ' ');
        *space = '\0';
        row.strategy = found->seeds[i];
        row.seed = space + 1;
        error = store_add(store, &row, NULL);
        *space = ' ';
    }
    return error;
}

static void keep(struct merge *merge)
{
    int error = 0;
    if (!merge->found.count)
        return;
    struct store *store = store_open(STORE_FILE, false, &error);
    if (!store)
        cli_error("merge", "%s; the files stay as they are", store_last_message());
    for (size_t i = 0; store && !error && i < merge->found.count; i++)
        error = keep_one(store, &merge->found.at[i]);
    if (store && error)
        cli_error("merge", "%s; the files stay as they are", store_message(store));
    store_close(store);
}

/* ---- saying ---- */

static int summarize(struct merge *merge)
{
    struct found_list *list = &merge->found;
    int status = found_status(list);
    hunt_print_merged(list, &merge->plan, merge->done, merge->good);
    /* silence of what is not there is worth nothing */
    return !status && merge->incomplete ? CLI_FAILURE : status;
}

static int merge_main(int argc, char **argv)
{
    struct cli_arguments arguments = {&cli_verb_merge, argc, argv, 1, NULL};
    struct merge merge = {0};
    int id = cli_next(&arguments);
    if (id != CLI_END)
        return id == CLI_HELP ? CLI_OK : CLI_USAGE;
    if (argc - arguments.next != 1) {
        cli_error("merge", "give the directory of the shards; see `reprise help merge`");
        return CLI_USAGE;
    }
    int status = list_files(&merge, argv[arguments.next]);
    if (status)
        return status;
    for (size_t i = 0; i < merge.files.count; i++)
        read_one(&merge, merge.files.at[i]);
    if (!merge.good)
        return CLI_FAILURE;
    tell_missing(&merge);
    if (merge.found.count)
        qsort(merge.found.at, merge.found.count, sizeof *merge.found.at, compare_found);
    keep(&merge);
    status = summarize(&merge);
    found_list_free(&merge.found);
    free(merge.have);
    return status;
}

static const struct cli_option options[] = {{0}};

static const struct cli_row statuses[] = {
    {"0", "no shard found anything, and all are there and finished"},
    {"66", "a finding of the detector"},
    {"1", "another failure of the program"},
    {"125", "nothing was found, but shards are missing, damaged or not finished"},
    {"2", "wrong usage"},
    {0},
};

static const struct cli_row files[] = {
    {"DIR/shard-I-of-N.json", "what reprise hunt --shard I --of N --out DIR left"},
    {".reprise/findings.db", "where the findings go"},
    {0},
};

static const struct cli_row examples[] = {
    {"reprise merge results", "join the shards in results/"},
    {"reprise merge .reprise/hunt-20250101-120000-1.json",
     "put the findings of a hunt into the database that could not be written then"},
    {0},
};

const struct cli_verb cli_verb_merge = {
    .name = "merge",
    .summary = "join the results of hunts in parts",
    .synopsis = "DIR | FILE",
    .description =
        (const char *const[]){
            "Reads the results that the shards of a hunt left in a directory, puts their findings "
            "into the database here, and prints them as one list. Shards that are missing, "
            "damaged or not finished are named and left out. Merging again changes nothing.",
            NULL},
    .options = options,
    .statuses = statuses,
    .files = files,
    .examples = examples,
    .main = merge_main,
};
