what="x264: frame threads, sliced threads, look-ahead thread (C)"
sources="x264"

build() {
    cd x264 && ./configure --disable-asm --disable-opencl --disable-avs --disable-swscale \
        --disable-lavf --disable-ffms --disable-gpac --disable-lsmash --bit-depth=8 \
        --extra-cflags="-g1" &&
        make -j2 x264 && cp x264 "$BIN/"
}

exercise() {
    local video
    video=$(video_input "$(scaled 16)") || return 1
    step frames "$BIN/x264" --quiet --no-progress --preset fast --threads 4 --lookahead-threads 2 \
        -o frames.264 "$video"
    step slices "$BIN/x264" --quiet --no-progress --preset veryfast --threads 4 --sliced-threads \
        -o slices.264 "$video"
}

facts() { sums frames.264 slices.264; }
