what="redis-server, io-threads 4, under a loopback load with snapshots and AOF (C)"
sources="redis"

build() {
    # libc's allocator: the runtime must see the allocations to tell one block from the next.
    make -C redis/deps -j2 hiredis linenoise lua hdr_histogram CC="$CC" CFLAGS="$CFLAGS" || return 1
    make -C redis/src -j2 redis-server redis-benchmark CC="$CC" MALLOC=libc OPTIMIZATION=-O2 \
        DEBUG=-g1 BUILD_TLS=no USE_SYSTEMD=no &&
        cp redis/src/redis-server redis/src/redis-benchmark "$BIN/"
}

# ask COMMAND: one inline command, first line of the answer.
ask() {
    local answer
    exec 3<>"/dev/tcp/127.0.0.1/$port" && printf '%s\r\n' "$1" >&3 && read -t 30 -r answer <&3
    exec 3>&-
    echo "${answer%$'\r'}"
}

# Bounded, as all here: the snapshot is done or has failed long before.
wait_snapshot() {
    local i
    for ((i = 0; i < 100; i++)); do
        [ -e dump.rdb ] && return 0
        sleep 0.1
    done
    return 1
}

exercise() {
    local port
    port=$(free_port)
    serve server "$port" "$BIN/redis-server" --bind 127.0.0.1 --port "$port" --daemonize no \
        --io-threads 4 --io-threads-do-reads yes --appendonly yes --appendfsync everysec \
        --save '' --lazyfree-lazy-user-del yes --dir "$OUT" || return 1
    load load "$tools/kvload" redis "$port" -c 12 -n 3000 -k 300 -v 600
    ask "BGSAVE" >bgsave.out
    step benchmark "$BIN/redis-benchmark" -h 127.0.0.1 -p "$port" -q --threads 2 -c 12 -n 2000 \
        -P 8 -t set,get,incr,lpush,zadd,mset
    wait_snapshot
    ask "DBSIZE" >dbsize.out
    ask "FLUSHALL ASYNC" >flush.out
    stop server
}

facts() {
    cat load.out bgsave.out dbsize.out flush.out
    [ -s dump.rdb ] && echo "snapshot written"
}

# For bench/overhead: without I/O threads, which spin while they wait, so that time is spent on work.
overhead() {
    local port
    port=$(free_port)
    serve server "$port" "$BIN/redis-server" --bind 127.0.0.1 --port "$port" --daemonize no \
        --appendonly yes --appendfsync everysec --save '' --lazyfree-lazy-user-del yes --dir "$OUT" || return 1
    load load "$tools/kvload" redis "$port" -c 12 -n "$(scaled 9000)" -k 300 -v 600
    ask "BGSAVE" >bgsave.out
    wait_snapshot
    ask "DBSIZE" >dbsize.out
    ask "FLUSHALL ASYNC" >flush.out
    stop server
}
