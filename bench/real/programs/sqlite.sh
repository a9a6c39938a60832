what="SQLite: 4 threads on one shared connection, and 4 with their own in WAL mode (C)"
sources="sqlite3"
needs="tclsh:tcl"

build() {
    # The amalgamation is put together by native tools, whatever compiler is under test.
    (cd sqlite3 && CC=cc CFLAGS=-O0 ./configure --disable-tcl --disable-readline && make sqlite3.c) || return 1
    $CC $CFLAGS -DSQLITE_THREADSAFE=1 -DSQLITE_ENABLE_UNLOCK_NOTIFY -DHAVE_USLEEP=1 \
        -Isqlite3 sqlite3/sqlite3.c "$tools/sqlite_threads.c" -lpthread -ldl -lm -o "$BIN/sqlite_threads"
}

exercise() {
    step shared "$BIN/sqlite_threads" shared shared.db 4 "$(scaled 1500)"
    step wal "$BIN/sqlite_threads" wal wal.db 4 "$(scaled 1000)"
    step cache "$BIN/sqlite_threads" cache cache.db 4 "$(scaled 500)"
}

facts() { cat shared.out wal.out cache.out; }
