/* The findings database: what goes in comes out, counts, locks, damage, room. */
#include "store/store.h"
#include "../check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Never freed: a test ends soon. */
static char *own(const char *text)
{
    return strdup(text);
}

static char *words[5];
static const char *const words_in[] = {"./prog", "a b", "\xff\xfe", "", NULL};

static struct store_finding sample(const char *signature, const char *seed)
{
    return (struct store_finding){
        .signature = own(signature),
        .type = own("data-race"),
        .title = own("data race in f"),
        .argv = words,
        .directory = own("/tmp"),
        .seed = own(seed),
        .strategy = own("random"),
        .settings = own("history_size='2'"),
        .build_id = own("abc"),
        .schedule = own("rp1.x.y"),
        .trail = own("1:00"),
        .hash = own("0x1"),
        .steps = 1234567890123,
        .status = -1,
        .signal = 6,
        .report = own("{}"),
        .reproduced = -1,
    };
}

static struct store *must_open(const char *path)
{
    int error;
    struct store *store = store_open(path, false, &error);
    CHECK_EQ(error, 0);
    if (!store) {
        printf("%s\n", store_last_message());
        exit(check_done());
    }
    return store;
}

static void test_round_trip(void)
{
    struct store *store = must_open("a/findings.db");
    struct store_finding in = sample("1-a", "7"), out;
    bool is_new = false;
    CHECK_EQ(store_add(store, &in, &is_new), 0);
    CHECK(is_new);
    CHECK_EQ(in.id, 1);
    store_close(store);
    store = must_open("a/findings.db");
    CHECK_EQ(store_get(store, 1, &out), 0);
    CHECK_STR_EQ(out.signature, "1-a");
    CHECK_STR_EQ(out.title, "data race in f");
    CHECK_STR_EQ(out.seed, "7");
    CHECK_STR_EQ(out.settings, "history_size='2'");
    CHECK_EQ(out.steps, 1234567890123);
    CHECK_EQ(out.status, -1);
    CHECK_EQ(out.signal, 6);
    CHECK_EQ(out.reproduced, -1);
    CHECK_EQ(out.count, 1);
    CHECK(out.first_seen > 1500000000 && out.last_seen == out.first_seen);
    CHECK(!out.shrunk && !out.details);
    for (int i = 0; i < 5; i++)
        CHECK_STR_EQ(out.argv[i] ? out.argv[i] : "end", words[i] ? words[i] : "end");
    store_finding_free(&out);
    CHECK_EQ(store_get(store, 2, &out), -ENOENT);
    CHECK_EQ(store_get_signature(store, "1-a", &out), 0);
    CHECK_EQ(out.id, 1);
    store_finding_free(&out);
    CHECK_EQ(store_get_signature(store, "1-b", &out), -ENOENT);
    CHECK(access("a/.gitignore", F_OK) == 0);
    store_close(store);
}

static void test_counts(void)
{
    struct store *store = must_open("b.db");
    struct store_finding first = sample("1-a", "1"), again = sample("1-a", "2"),
                         other = sample("1-b", "2"), *list;
    bool is_new;
    size_t count;
    store_add(store, &first, NULL);
    CHECK_EQ(store_add(store, &again, &is_new), 0);
    CHECK(!is_new);
    CHECK_EQ(again.id, first.id);
    CHECK_EQ(again.count, 2);
    CHECK_EQ(store_add(store, &again, NULL), 0);
    CHECK_EQ(again.count, 2); /* the same seed is the same occurrence */
    again.strategy = own("pct");
    CHECK_EQ(store_add(store, &again, NULL), 0);
    CHECK_EQ(again.count, 3);
    CHECK_EQ(store_add(store, &other, &is_new), 0);
    CHECK(is_new);
    CHECK_EQ(other.id, 2);
    CHECK_EQ(store_list(store, &list, &count), 0);
    CHECK_EQ(count, 2);
    CHECK_STR_EQ(list[0].seed, "1");
    CHECK_STR_EQ(list[1].signature, "1-b");
    store_list_free(list, count);
    store_close(store);
}

static void test_update(void)
{
    struct store *store = must_open("c.db");
    struct store_finding finding = sample("1-a", "1"), out;
    store_add(store, &finding, NULL);
    finding.seed = own("9");
    finding.schedule = NULL;
    finding.reproduced = 1;
    CHECK_EQ(store_update(store, &finding), 0);
    CHECK_EQ(store_set_shrunk(store, finding.id, "rp1.s.s"), 0);
    CHECK_EQ(store_set_shrunk(store, 77, "rp1.s.s"), -ENOENT);
    finding.id = 77;
    CHECK_EQ(store_update(store, &finding), -ENOENT);
    CHECK_EQ(store_get(store, 1, &out), 0);
    CHECK_STR_EQ(out.seed, "9");
    CHECK_STR_EQ(out.shrunk, "rp1.s.s");
    CHECK(!out.schedule);
    CHECK_EQ(out.reproduced, 1);
    CHECK_EQ(out.count, 1);
    store_finding_free(&out);
    store_close(store);
}

/* Several processes add at once: nothing is lost, nothing is counted twice. */
static void test_processes(void)
{
    enum { PROCESSES = 4, SEEDS = 25 };
    int status, bad = 0;
    for (int p = 0; p < PROCESSES; p++) {
        if (fork())
            continue;
        struct store *store = must_open("d.db");
        for (int i = 0; i < SEEDS; i++) {
            char seed[16];
            snprintf(seed, sizeof seed, "%d", p / 2 * SEEDS + i);
            struct store_finding finding = sample("1-a", seed);
            if (store_add(store, &finding, NULL))
                _exit(1);
        }
        _exit(0); /* not closed: as if killed */
    }
    while (wait(&status) > 0)
        bad |= status;
    CHECK_EQ(bad, 0);
    struct store *store = must_open("d.db");
    struct store_finding out;
    CHECK_EQ(store_get(store, 1, &out), 0);
    CHECK_EQ(out.count, PROCESSES / 2 * SEEDS);
    store_finding_free(&out);
    store_close(store);
}

static void write_file(const char *path, const char *text, size_t length)
{
    FILE *file = fopen(path, "w");
    fwrite(text, 1, length, file);
    fclose(file);
}

static void refused(const char *path, bool read_only, int expected, const char *words_of)
{
    int error = 0;
    struct store *store = store_open(path, read_only, &error);
    CHECK(!store);
    CHECK_EQ(error, expected);
    if (!strstr(store_last_message(), words_of) || strchr(store_last_message(), '\n'))
        CHECK_STR_EQ(store_last_message(), words_of);
    store_close(store);
}

static void test_damaged(void)
{
    static char noise[8192];
    memset(noise, 'x', sizeof noise);
    write_file("noise.db", noise, sizeof noise);
    refused("noise.db", false, -EBADMSG, "noise.db: damaged");
    refused("noise.db", true, -EBADMSG, "noise.db: damaged");
    sqlite3 *db;
    sqlite3_open("other.db", &db);
    sqlite3_exec(db, "CREATE TABLE mine(a)", NULL, NULL, NULL);
    sqlite3_close(db);
    refused("other.db", false, -EBADMSG, "damaged, or not a findings database");
    store_close(must_open("newer.db"));
    sqlite3_open("newer.db", &db);
    sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL);
    sqlite3_close(db);
    refused("newer.db", false, -EPROTO, "newer version");
}

/* Cut in the middle, it may still open; then the calls fail, and nothing else does. */
static void test_cut(void)
{
    struct store *store = must_open("cut.db");
    for (int i = 0; i < 200; i++) {
        char signature[16];
        snprintf(signature, sizeof signature, "1-%d", i);
        struct store_finding finding = sample(signature, "1");
        store_add(store, &finding, NULL);
    }
    store_close(store);
    CHECK_EQ(truncate("cut.db", 4096 * 3), 0);
    int error = 0;
    struct store_finding *list;
    size_t count;
    store = store_open("cut.db", false, &error);
    if (store)
        error = store_list(store, &list, &count);
    CHECK_EQ(error, -EBADMSG);
    store_close(store);
}

static void test_places(void)
{
    refused("none.db", true, -ENOENT, "none.db: not there");
    CHECK(access("none.db", F_OK) != 0);
    refused("no/such/dir/x.db", false, -EROFS, "cannot be written");
    mkdir("directory.db", 0777);
    refused("directory.db", false, -EROFS, "cannot be written");
}

static void test_read_only(void)
{
    struct store *store = must_open("r/findings.db");
    struct store_finding finding = sample("1-a", "1"), out;
    store_add(store, &finding, NULL);
    store_close(store);
    int error;
    store = store_open("r/findings.db", true, &error);
    CHECK_EQ(error, 0);
    CHECK_EQ(store_get(store, 1, &out), 0);
    store_finding_free(&out);
    CHECK_EQ(store_add(store, &finding, NULL), -EROFS);
    CHECK(strstr(store_message(store), "cannot be written"));
    store_close(store);
}

/* Readers go on while another process writes; a writer waits, and then says why it gave up. */
static void test_locked(void)
{
    struct store *store = must_open("l.db");
    struct store_finding finding = sample("1-a", "1"), out;
    store_add(store, &finding, NULL);
    sqlite3 *db;
    sqlite3_open("l.db", &db);
    CHECK_EQ(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    CHECK_EQ(store_get(store, 1, &out), 0);
    store_finding_free(&out);
    CHECK_EQ(store_add(store, &finding, NULL), -EBUSY);
    CHECK_STR_EQ(store_message(store), "l.db: locked by another process");
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    CHECK_EQ(store_add(store, &finding, NULL), 0);
    sqlite3_close(db);
    store_close(store);
}

static void test_names(void)
{
    CHECK_EQ(store_parse_id("F1"), 1);
    CHECK_EQ(store_parse_id("f120"), 120);
    static const char *const bad[] = {"",    "F",  "F0",  "F01", "1",
                                      "F1x", "Fx", "F-1", "G1",  "F99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_EQ(store_parse_id(bad[i]), 0);
}

int main(void)
{
    char directory[] = "/tmp/store-test-XXXXXX", command[64];
    if (!mkdtemp(directory) || chdir(directory) != 0)
        return check_skip("no temporary directory");
    for (int i = 0; i < 4; i++)
        words[i] = own(words_in[i]);
    RUN(test_round_trip);
    RUN(test_counts);
    RUN(test_update);
    RUN(test_processes);
    RUN(test_damaged);
    RUN(test_cut);
    RUN(test_places);
    RUN(test_read_only);
    RUN(test_locked);
    RUN(test_names);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command) ? 1 : check_done();
}
