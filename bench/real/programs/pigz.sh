what="pigz -p4: compress and decompress, gzip in parallel (C)"
sources="pigz zlib"

build() {
    (cd zlib && ./configure --static && make -j2 libz.a) || return 1
    make -C pigz -j2 pigz CC="$CC" CFLAGS="$CFLAGS -I../zlib" LIBS="../zlib/libz.a -lm -lpthread" &&
        cp pigz/pigz "$BIN/"
}

exercise() {
    local text
    text=$(text_input "$(scaled 8000000)") || return 1
    step compress "$BIN/pigz" -p4 -c "$text"
    step independent "$BIN/pigz" -p4 -i -9 -b 64 -c "$text"
    step decompress "$BIN/pigz" -d -p4 -c compress.out
    step test "$BIN/pigz" -t -p4 independent.out
}

facts() { sums compress.out independent.out decompress.out; }
