#include "store.h"
#include "row.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { VERSION = 1, APPLICATION = 0x52707273, BUSY_MS = 5000, MESSAGE_BYTES = PATH_MAX + 256 };

struct store {
    sqlite3 *db;
    char path[PATH_MAX];
    char message[MESSAGE_BYTES];
};

static char last_message[MESSAGE_BYTES];

/* ---- errors ---- */

static int error_of(const struct store *store, int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return -EROFS;
    case SQLITE_CANTOPEN:
        return sqlite3_system_errno(store->db) == ENOSPC ? -ENOSPC : -EROFS;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* of an SQL statement of ours: the tables are not what they should be */
        return -EBADMSG;
    case SQLITE_NOMEM:
        return -ENOMEM;
    default:
        return sqlite3_system_errno(store->db) == ENOSPC ? -ENOSPC : -EIO;
    }
}

static void explain(struct store *store, int error)
{
    const char *why = strerror(-error);
    switch (error) {
    case -EBUSY:
        why = "locked by another process";
        break;
    case -EROFS:
        why = "cannot be written";
        break;
    case -ENOSPC:
        why = "no space left";
        break;
    case -EBADMSG:
        why = "damaged, or not a findings database; move it away to begin a new one";
        break;
    case -EPROTO:
        why = "made by a newer version of reprise";
        break;
    case -ENOENT:
        why = "not there";
        break;
    }
    snprintf(store->message, sizeof store->message, "%s: %s", store->path, why);
}

static int failed(struct store *store, int error)
{
    if (error && error != -ENOENT)
        explain(store, error);
    return error;
}

const char *store_message(const struct store *store)
{
    return store->message;
}

const char *store_last_message(void)
{
    return last_message;
}

/* ---- statements ---- */

static int execute(struct store *store, const char *sql)
{
    return error_of(store, sqlite3_exec(store->db, sql, NULL, NULL, NULL));
}

static int prepare(struct store *store, sqlite3_stmt **statement, const char *sql)
{
    return error_of(store, sqlite3_prepare_v2(store->db, sql, -1, statement, NULL));
}

/* Ends a statement that gives no rows. */
static int finish(struct store *store, sqlite3_stmt *statement, int error)
{
    if (!error)
        error = error_of(store, sqlite3_step(statement));
    sqlite3_finalize(statement);
    return error;
}

static int get_number(struct store *store, const char *sql, int64_t *number)
{
    sqlite3_stmt *statement = NULL;
    int error = prepare(store, &statement, sql);
    int code = error ? SQLITE_OK : sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *number = sqlite3_column_int64(statement, 0);
    else if (!error)
        error = code == SQLITE_DONE ? -ENOENT : error_of(store, code);
    sqlite3_finalize(statement);
    return error;
}

static int commit(struct store *store, int error)
{
    if (!error)
        error = execute(store, "COMMIT");
    if (error)
        execute(store, "ROLLBACK"); /* whose own error says nothing new */
    return failed(store, error);
}

/* ---- opening ---- */

static const char schema[] =
    "CREATE TABLE finding("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, signature TEXT NOT NULL UNIQUE, type TEXT, title TEXT,"
    " argv BLOB, directory TEXT, seed TEXT, strategy TEXT, settings TEXT, build_id TEXT,"
    " schedule TEXT, shrunk TEXT, trail TEXT, hash TEXT, steps INTEGER, status INTEGER,"
    " signal INTEGER, report TEXT, details TEXT, reproduced INTEGER, count INTEGER,"
    " first_seen INTEGER, last_seen INTEGER);"
    "CREATE TABLE occurrence("
    " finding INTEGER NOT NULL REFERENCES finding(id), strategy TEXT NOT NULL, seed TEXT NOT NULL,"
    " PRIMARY KEY(finding, strategy, seed)) WITHOUT ROWID;";

/* Another process may be at it, too: who gets the lock first makes the tables. */
static int make_tables(struct store *store)
{
    char sql[128];
    int64_t version = 0, tables = 0;
    int error = execute(store, "BEGIN IMMEDIATE");
    if (error)
        return error;
    error = get_number(store, "PRAGMA user_version", &version);
    if (!error && version == 0) {
        error = get_number(store, "SELECT count(*) FROM sqlite_master", &tables);
        if (!error && tables)
            error = -EBADMSG; /* somebody else's */
        snprintf(sql, sizeof sql, "PRAGMA user_version=%d; PRAGMA application_id=%d", VERSION,
                 APPLICATION);
        if (!error)
            error = execute(store, schema);
        if (!error)
            error = execute(store, sql);
    }
    return commit(store, error);
}

static int check_version(struct store *store, bool read_only)
{
    int64_t version = 0, application = 0;
    int error = get_number(store, "PRAGMA user_version", &version);
    if (!error && version == 0)
        error = read_only ? -EBADMSG : make_tables(store);
    if (!error)
        error = get_number(store, "PRAGMA application_id", &application);
    if (!error && application != APPLICATION)
        error = -EBADMSG;
    return !error && version > VERSION ? -EPROTO : error;
}

void store_make_directory(const char *directory)
{
    char ignore[PATH_MAX + 16];
    if (mkdir(directory, 0777) != 0)
        return;
    snprintf(ignore, sizeof ignore, "%s/.gitignore", directory);
    int fd = open(ignore, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 && write(fd, "*\n", 2) != 2)
        unlink(ignore);
    if (fd >= 0)
        close(fd);
}

static void make_directory_of(const char *path)
{
    char directory[PATH_MAX];
    snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    if (slash)
        *slash = '\0';
    if (slash && directory[0])
        store_make_directory(directory);
}

static int open_database(struct store *store, const char *name, int flags)
{
    int code = sqlite3_open_v2(name, &store->db, flags, NULL);
    if (code != SQLITE_OK)
        return error_of(store, code);
    sqlite3_busy_timeout(store->db, BUSY_MS);
    return 0;
}

static int open_writable(struct store *store)
{
    make_directory_of(store->path);
    int error = open_database(store, store->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (!error && sqlite3_db_readonly(store->db, "main"))
        error = -EROFS; /* SQLite opens it all the same when it may not be written */
    /* Where a file system cannot have a WAL, SQLite stays with its journal: that is fine. */
    if (!error)
        error = execute(store, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
    return error ? error : check_version(store, false);
}

/* Opened as if for writing where that is possible: who may not write leaves the files of the WAL
 * behind. In a directory that may not be written a database with a WAL opens only as one that
 * nobody changes. */
static int open_read_only(struct store *store)
{
    if (access(store->path, F_OK) != 0)
        return -errno;
    int error = open_database(store, store->path, SQLITE_OPEN_READWRITE);
    if (!error)
        error = execute(store, "PRAGMA query_only=1");
    if (!error)
        error = check_version(store, true);
    if (error != -EROFS)
        return error;
    char *name = sqlite3_mprintf("file:%s?immutable=1", store->path);
    sqlite3_close(store->db);
    error = open_database(store, name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    sqlite3_free(name);
    return error ? error : check_version(store, true);
}

struct store *store_open(const char *path, bool read_only, int *error)
{
    struct store *store = calloc(1, sizeof *store);
    if (!store) {
        *error = -ENOMEM;
        return NULL;
    }
    snprintf(store->path, sizeof store->path, "%s", path);
    *error = read_only ? open_read_only(store) : open_writable(store);
    if (!*error)
        return store;
    explain(store, *error);
    memcpy(last_message, store->message, sizeof last_message);
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    sqlite3_close(store->db);
    free(store);
}

/* ---- writing ---- */

static int find_signature(struct store *store, const char *signature, int64_t *id)
{
    sqlite3_stmt *statement = NULL;
    int error = prepare(store, &statement, "SELECT id FROM finding WHERE signature=?");
    if (!error)
        error = error_of(store, sqlite3_bind_text(statement, 1, signature, -1, SQLITE_STATIC));
    int code = error ? SQLITE_OK : sqlite3_step(statement);
    *id = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    if (!error)
        error = error_of(store, code);
    sqlite3_finalize(statement);
    return error;
}

static int write_row(struct store *store, const struct store_finding *finding, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int error = prepare(store, &statement, sql);
    if (!error)
        error = error_of(store, store_bind(statement, finding));
    return finish(store, statement, error);
}

static int insert(struct store *store, struct store_finding *finding)
{
    char *names = store_columns(""), *marks = store_columns(":");
    char *sql = sqlite3_mprintf("INSERT INTO finding(%s) VALUES(%s)", names, marks);
    struct store_finding row = *finding;
    row.count = 0;
    row.first_seen = row.last_seen = time(NULL);
    int error = write_row(store, &row, sql);
    finding->id = error ? 0 : sqlite3_last_insert_rowid(store->db);
    sqlite3_free(sql);
    free(names);
    free(marks);
    return error;
}

static int add_occurrence(struct store *store, const struct store_finding *finding)
{
    sqlite3_stmt *statement = NULL;
    int error = prepare(store, &statement,
                        "INSERT OR IGNORE INTO occurrence(finding, strategy, seed) VALUES(?,?,?)");
    if (!error) {
        sqlite3_bind_int64(statement, 1, finding->id);
        sqlite3_bind_text(statement, 2, finding->strategy ? finding->strategy : "", -1,
                          SQLITE_STATIC);
        sqlite3_bind_text(statement, 3, finding->seed ? finding->seed : "", -1, SQLITE_STATIC);
    }
    error = finish(store, statement, error);
    if (error)
        return error;
    char *sql = sqlite3_mprintf(
        "UPDATE finding SET count=count+%d, last_seen=max(last_seen,%lld) WHERE id=%lld",
        sqlite3_changes(store->db), (long long)time(NULL), (long long)finding->id);
    error = execute(store, sql);
    sqlite3_free(sql);
    return error;
}

static int read_back(struct store *store, struct store_finding *finding)
{
    struct store_finding now;
    int error = store_get(store, finding->id, &now);
    if (error)
        return error;
    finding->count = now.count;
    finding->first_seen = now.first_seen;
    finding->last_seen = now.last_seen;
    store_finding_free(&now);
    return 0;
}

int store_add(struct store *store, struct store_finding *finding, bool *is_new)
{
    int error = execute(store, "BEGIN IMMEDIATE");
    if (error)
        return failed(store, error);
    error = find_signature(store, finding->signature, &finding->id);
    if (is_new)
        *is_new = !error && !finding->id;
    if (!error && !finding->id)
        error = insert(store, finding);
    if (!error)
        error = add_occurrence(store, finding);
    if (!error)
        error = read_back(store, finding);
    return commit(store, error);
}

int store_update(struct store *store, const struct store_finding *finding)
{
    static const char set[] =
        "UPDATE finding SET title=:title, argv=:argv, directory=:directory, seed=:seed,"
        " strategy=:strategy, settings=:settings, build_id=:build_id,"
        " schedule=:schedule, trail=:trail, hash=:hash, steps=:steps,"
        " status=:status, signal=:signal, report=:report, details=:details,"
        " reproduced=:reproduced WHERE id=";
    char *sql = sqlite3_mprintf("%s%lld", set, (long long)finding->id);
    int error = write_row(store, finding, sql);
    sqlite3_free(sql);
    return failed(store, !error && !sqlite3_changes(store->db) ? -ENOENT : error);
}

int store_set_shrunk(struct store *store, int64_t id, const char *schedule)
{
    sqlite3_stmt *statement = NULL;
    int error = prepare(store, &statement, "UPDATE finding SET shrunk=? WHERE id=?");
    if (!error) {
        sqlite3_bind_text(statement, 1, schedule, -1, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 2, id);
    }
    error = finish(store, statement, error);
    return failed(store, !error && !sqlite3_changes(store->db) ? -ENOENT : error);
}

/* ---- reading ---- */

/* `where` follows FROM finding; it may have one parameter. */
static int select_rows(struct store *store, sqlite3_stmt **statement, const char *where)
{
    char *names = store_columns("");
    char *sql = sqlite3_mprintf("SELECT id,%s FROM finding %s", names, where);
    int error = prepare(store, statement, sql);
    sqlite3_free(sql);
    free(names);
    return error;
}

static int get_one(struct store *store, sqlite3_stmt *statement, struct store_finding *finding)
{
    *finding = (struct store_finding){0};
    int code = sqlite3_step(statement);
    int error = code == SQLITE_DONE ? -ENOENT : error_of(store, code);
    if (!error && !store_read(statement, finding))
        error = -ENOMEM;
    sqlite3_finalize(statement);
    if (error)
        store_finding_free(finding);
    return failed(store, error);
}

int store_get(struct store *store, int64_t id, struct store_finding *finding)
{
    sqlite3_stmt *statement = NULL;
    int error = select_rows(store, &statement, "WHERE id=?");
    if (error)
        return failed(store, error);
    sqlite3_bind_int64(statement, 1, id);
    return get_one(store, statement, finding);
}

int store_get_signature(struct store *store, const char *signature, struct store_finding *finding)
{
    sqlite3_stmt *statement = NULL;
    int error = select_rows(store, &statement, "WHERE signature=?");
    if (error)
        return failed(store, error);
    sqlite3_bind_text(statement, 1, signature, -1, SQLITE_STATIC);
    return get_one(store, statement, finding);
}

int store_list(struct store *store, struct store_finding **list, size_t *count)
{
    sqlite3_stmt *statement = NULL;
    int code = SQLITE_DONE, error = select_rows(store, &statement, "ORDER BY id");
    *list = NULL;
    *count = 0;
    while (!error && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct store_finding *more = realloc(*list, (*count + 1) * sizeof **list);
        if (more)
            *list = more;
        if (!more || !store_read(statement, &more[(*count)++]))
            error = -ENOMEM;
    }
    if (!error)
        error = error_of(store, code);
    sqlite3_finalize(statement);
    if (error) {
        store_list_free(*list, *count);
        *list = NULL;
        *count = 0;
    }
    return failed(store, error);
}

void store_list_free(struct store_finding *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        store_finding_free(&list[i]);
    free(list);
}

int64_t store_parse_id(const char *text)
{
    char *end;
    if ((text[0] != 'F' && text[0] != 'f') || text[1] < '1' || text[1] > '9')
        return 0;
    errno = 0;
    long long id = strtoll(text + 1, &end, 10);
    return *end || errno ? 0 : id;
}
