what="pbzip2 -p4: compress and decompress, bzip2 in parallel (C++)"
sources="pbzip2 bzip2"

build() {
    make -C bzip2 -j2 libbz2.a CC="$CC" CFLAGS="$CFLAGS -D_FILE_OFFSET_BITS=64" || return 1
    # Its format strings are older than C++11.
    make -C pbzip2 pbzip2 CXX="$CXX" CPPFLAGS="-std=gnu++98 -I../bzip2" \
        LDLIBS="../bzip2/libbz2.a -lpthread" &&
        cp pbzip2/pbzip2 "$BIN/"
}

exercise() {
    local text
    text=$(text_input "$(scaled 4000000)") || return 1
    step compress "$BIN/pbzip2" -p4 -b2 -k -c "$text"
    step decompress "$BIN/pbzip2" -d -p4 -k -c compress.out
    step readall "$BIN/pbzip2" -p4 -r -b1 -k -c "$text"
    step test "$BIN/pbzip2" -t -p4 readall.out
}

facts() { sums compress.out decompress.out readall.out; }
