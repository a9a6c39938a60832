what="minimap2 -t4: map generated reads to a generated genome (C)"
sources="minimap2 zlib"

# Debian's sources include a library of portable vector operations, where the compiler's own do.
vector_stub() {
    local f
    mkdir -p "$1/simde/x86"
    for f in sse2:emmintrin sse4.1:smmintrin; do
        echo "#include <${f#*:}.h>" >"$1/simde/x86/${f%%:*}.h"
    done
}

build() {
    vector_stub stub
    (cd zlib && ./configure --static && make -j2 libz.a) || return 1
    make -C minimap2 -j2 minimap2 sse2only=1 CC="$CC" CFLAGS="$CFLAGS -msse4.1" INCLUDES="-I../zlib -I../stub" \
        LIBS="../zlib/libz.a -lm -lpthread" && cp minimap2/minimap2 "$BIN/"
}

exercise() {
    local genome reads
    genome=$(made_input genome-400000.fa genome 400000) && reads=$(made_input "reads-$(scaled 800).fa" reads "$(scaled 800)") || return 1
    step map "$BIN/minimap2" -t4 -a -x map-ont -K 500k "$genome" "$reads"
}

facts() { grep -v '^@PG' map.out | sha256sum; }
