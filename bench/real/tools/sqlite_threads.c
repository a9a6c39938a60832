// sqlite_threads: several threads on one SQLite database, in three ways.
//
//   sqlite_threads shared|wal|cache FILE THREADS ROUNDS
//
//   shared   one connection in serialized mode, used by all threads
//   wal      a connection for each thread, write-ahead log; half of the threads read and check,
//            and a checkpoint runs now and then
//   cache    a connection for each thread, all on one shared page cache
//
// Writers move money between accounts and add rows; whenever a reader looks, the sum of all
// accounts must be the same. What is printed at the end is the same in every run.

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sqlite3.h"

enum { ACCOUNTS = 64, BALANCE = 1000, MAX_THREADS = 64, PATIENCE = 100000 };

enum mode { SHARED, WAL, CACHE };

static enum mode mode;
static const char *path;
static int threads, rounds;
static sqlite3 *shared_db;

static void fail(sqlite3 *db, const char *what)
{
    fprintf(stderr, "sqlite_threads: %s: %s\n", what, sqlite3_errmsg(db));
    exit(1);
}

// Somebody else holds the database or, with a shared cache, a table: the caller tries again.
static int is_busy(int rc)
{
    return (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED;
}

static void run(sqlite3 *db, const char *sql)
{
    for (int i = 0; i < PATIENCE; i++) {
        int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
        if (rc == SQLITE_OK)
            return;
        if (!is_busy(rc))
            break;
        usleep(200);
    }
    fail(db, sql);
}

static long long ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;

    for (int i = 0; i < PATIENCE; i++) {
        int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
        if (rc == SQLITE_OK) {
            rc = sqlite3_step(stmt);
            long long value = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
            sqlite3_finalize(stmt);
            if (rc == SQLITE_ROW)
                return value;
        }
        if (!is_busy(rc))
            break;
        usleep(200);
    }
    fail(db, sql);
    return -1;
}

static sqlite3 *open_db(void)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3 *db;

    flags |= mode == SHARED ? SQLITE_OPEN_FULLMUTEX : SQLITE_OPEN_NOMUTEX;
    if (mode == CACHE)
        flags |= SQLITE_OPEN_SHAREDCACHE;
    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK)
        fail(db, "open");
    sqlite3_busy_timeout(db, 60000);
    run(db, "PRAGMA synchronous=OFF");
    run(db, "PRAGMA cache_size=64"); // small: pages are evicted and read again
    return db;
}

static void create(sqlite3 *db)
{
    char sql[128];

    run(db, mode == WAL ? "PRAGMA journal_mode=WAL" : "PRAGMA journal_mode=MEMORY");
    run(db, "CREATE TABLE account(id INTEGER PRIMARY KEY, balance INT)");
    run(db, "CREATE TABLE item(id INTEGER PRIMARY KEY, thread INT, round INT, name TEXT)");
    run(db, "CREATE INDEX item_name ON item(name, thread)");
    run(db, "BEGIN");
    for (int i = 0; i < ACCOUNTS; i++) {
        snprintf(sql, sizeof sql, "INSERT INTO account VALUES(%d, %d)", i, BALANCE);
        run(db, sql);
    }
    run(db, "COMMIT");
}

static void add_item(sqlite3 *db, int thread, int round)
{
    static const char insert[] = "INSERT INTO item(thread, round, name) VALUES(?, ?, ?)";
    sqlite3_stmt *stmt;
    char name[64];
    int rc;

    if (sqlite3_prepare_v2(db, insert, -1, &stmt, NULL) != SQLITE_OK)
        fail(db, insert);
    snprintf(name, sizeof name, "item-%d-%d", round * 7919 % 1000, thread);
    sqlite3_bind_int(stmt, 1, thread);
    sqlite3_bind_int(stmt, 2, round);
    sqlite3_bind_text(stmt, 3, name, -1, SQLITE_TRANSIENT);
    for (int i = 0; is_busy(rc = sqlite3_step(stmt)) && i < PATIENCE; i++) {
        sqlite3_reset(stmt);
        usleep(200);
    }
    if (rc != SQLITE_DONE)
        fail(db, insert);
    sqlite3_finalize(stmt);
}

static void move_money(sqlite3 *db, int thread, int round)
{
    char sql[256];
    int from = (round * 13 + thread) % ACCOUNTS, to = (round * 29 + thread * 5 + 1) % ACCOUNTS;

    // One statement, so that it is one transaction on a connection that others use too.
    snprintf(sql, sizeof sql,
             "UPDATE account SET balance = balance + (id = %d) * 3 - (id = %d) * 3 "
             "WHERE id IN (%d, %d)",
             to, from, from, to);
    run(db, sql);
}

static void check_sum(sqlite3 *db)
{
    if (ask(db, "SELECT sum(balance) FROM account") == ACCOUNTS * BALANCE)
        return;
    fprintf(stderr, "sqlite_threads: the sum of all accounts changed\n");
    exit(1);
}

static void write_round(sqlite3 *db, int thread, int round)
{
    if (mode != SHARED)
        run(db, "BEGIN IMMEDIATE");
    move_money(db, thread, round);
    add_item(db, thread, round);
    if (mode != SHARED)
        run(db, "COMMIT");
    if (mode == WAL && round % 50 == 49) // may be busy, and that is fine
        sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static void read_round(sqlite3 *db, int round)
{
    char sql[128];

    check_sum(db);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM item WHERE name LIKE 'item-%d%%'", round % 10);
    ask(db, sql);
}

static void *work(void *arg)
{
    int thread = (int)(long)arg;
    sqlite3 *db = mode == SHARED ? shared_db : open_db();

    for (int round = 0; round < rounds; round++) {
        if (mode == WAL && thread % 2)
            read_round(db, round);
        else
            write_round(db, thread, round);
        if (mode != WAL && round % 10 == 0)
            read_round(db, round);
    }
    if (db != shared_db)
        sqlite3_close(db);
    return NULL;
}

static void print_result(sqlite3 *db)
{
    printf("rows %lld\n", ask(db, "SELECT count(*) FROM item"));
    printf("rounds %lld\n", ask(db, "SELECT sum(round * (thread + 1)) FROM item"));
    printf("names %lld\n", ask(db, "SELECT count(DISTINCT name) FROM item"));
    printf("balance %lld\n", ask(db, "SELECT sum(balance * (id + 1)) FROM account"));
    printf("intact %lld\n", ask(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"));
}

int main(int argc, char **argv)
{
    static const char *const modes[] = {"shared", "wal", "cache"};
    pthread_t thread[MAX_THREADS];
    int m = 0;

    while (argc == 5 && m < 3 && strcmp(argv[1], modes[m]))
        m++;
    if (argc != 5 || m == 3 || (threads = atoi(argv[3])) < 1 || threads > MAX_THREADS) {
        fprintf(stderr,
                "sqlite_threads: usage: sqlite_threads shared|wal|cache FILE THREADS ROUNDS\n");
        return 2;
    }
    mode = (enum mode)m;
    path = argv[2];
    rounds = atoi(argv[4]);
    shared_db = open_db();
    create(shared_db);
    for (long i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, work, (void *)i))
            return 1;
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    print_result(shared_db);
    sqlite3_close(shared_db);
    return 0;
}
