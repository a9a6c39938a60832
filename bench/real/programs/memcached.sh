what="memcached -t 4 under a loopback load, roomy and evicting (C)"
sources="memcached libevent"

build() {
    (cd libevent && ./configure --disable-shared --disable-openssl --disable-samples \
        --disable-libevent-regress --disable-debug-mode --prefix="$PWD/../event" &&
        make -j2 install) || return 1
    (cd memcached && ./configure --with-libevent="$PWD/../event" --disable-docs \
        --disable-extstore --disable-coverage && make -j2 memcached) &&
        cp memcached/memcached "$BIN/"
}

exercise() {
    local port user=()
    [ "$(id -u)" = 0 ] && user=(-u root)
    port=$(free_port)
    serve roomy "$port" "$BIN/memcached" "${user[@]}" -U 0 -l 127.0.0.1 -p "$port" -t 4 -m 256 || return 1
    load roomy-load "$tools/kvload" memcached "$port" -c 8 -n "$(scaled 16000)" -k 400 -v 600
    stop roomy
    port=$(free_port)
    serve tight "$port" "$BIN/memcached" "${user[@]}" -U 0 -l 127.0.0.1 -p "$port" -t 4 -m 3 \
        -o slab_automove=2,hash_algorithm=murmur3 || return 1
    load tight-load "$tools/kvload" memcached "$port" -c 8 -n "$(scaled 10000)" -k 3000 -v 1200 -e
    stop tight
}

facts() { cat roomy-load.out tight-load.out; }
