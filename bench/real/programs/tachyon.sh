what="tachyon: ray tracing of two scenes with four threads (C)"
sources="tachyon"

build() {
    # Its makefile asks for a file of settings; these are those of Linux with POSIX threads.
    cd tachyon && mkdir -p objects || return 1
    local f
    for f in src/[!p]*.c src/parallel.c src/plane.c src/p[nps]*.c demosrc/main.c demosrc/getargs.c demosrc/parse.c demosrc/nffparse.c demosrc/ac3dparse.c \
        demosrc/mgfparse.c demosrc/glwin.c demosrc/spaceball.c demosrc/trackball.c; do
        [ -e "$f" ] || continue
        $CC $CFLAGS -DLinux -D_REENTRANT -DTHR -Isrc -c "$f" -o "objects/$(basename "$f" .c).o" || return 1
    done
    $CC $CFLAGS objects/*.o -lm -lpthread -o "$BIN/tachyon"
}

exercise() {
    step balls "$BIN/tachyon" "$cache/src/tachyon/scenes/balls.dat" -numthreads 4 -res "$(scaled 320)" 320 -format PPM \
        -o "$OUT/balls.ppm"
    step lattice "$BIN/tachyon" "$cache/src/tachyon/scenes/lattice.dat" -numthreads 4 -res "$(scaled 200)" 200 -format PPM \
        -o "$OUT/lattice.ppm"
}

facts() { sums balls.ppm lattice.ppm; }
