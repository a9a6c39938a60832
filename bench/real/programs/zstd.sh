what="zstd -T4: compress with several windows, decompress (C)"
sources="libzstd"

build() {
    # The assembly decoder is left out: an instrumented program cannot see into it.
    make -C libzstd/programs -j2 zstd CC="$CC" CFLAGS="$CFLAGS" ZSTD_NO_ASM=1 \
        HAVE_ZLIB=0 HAVE_LZMA=0 HAVE_LZ4=0 ZSTD_LEGACY_SUPPORT=0 &&
        cp libzstd/programs/zstd "$BIN/"
}

exercise() {
    local text
    text=$(text_input "$(scaled 5000000)") || return 1
    step compress "$BIN/zstd" -q -T4 -5 -B1048576 -c "$text"
    step long "$BIN/zstd" -q -T4 -3 --long=24 -c "$text"
    step adapt "$BIN/zstd" -q -T4 --rsyncable -4 -c "$text"
    step decompress "$BIN/zstd" -q -d -c compress.out
    step test "$BIN/zstd" -q -t long.out adapt.out
}

facts() { sums compress.out long.out adapt.out decompress.out; }
