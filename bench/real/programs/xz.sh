what="xz -T4: compress and decompress in threaded blocks (C)"
sources="xz-utils"

build() {
    cd xz-utils && ./configure --disable-shared --disable-nls --disable-xzdec --disable-lzmadec \
        --disable-lzmainfo --disable-scripts --disable-doc --disable-assembler &&
        make -C src/liblzma -j2 && make -C src/xz -j2 && cp src/xz/xz "$BIN/"
}

exercise() {
    local text
    text=$(text_input "$(scaled 3000000)") || return 1
    step compress "$BIN/xz" -T4 -1 --block-size=512KiB -c "$text"
    step decompress "$BIN/xz" -d -T4 -c compress.out
    step test "$BIN/xz" -t -T4 compress.out
}

facts() { sums compress.out decompress.out; }
