what="LevelDB's db_bench, 4 threads (C++, CMake)"
sources="leveldb"
needs="cmake:cmake"

# A header that db_bench includes wants googletest, of which db_bench uses nothing.
googletest_stub() {
    mkdir -p "$1/gmock" "$1/gtest"
    echo '#define MATCHER(name, text) template <class T> bool name(const T &arg)' >"$1/gmock/gmock.h"
    cat >"$1/gtest/gtest.h" <<'EOF'
namespace testing {
struct UnitTest {
    static UnitTest *GetInstance() { return nullptr; }
    int random_seed() const { return 1; }
};
}
EOF
}

build() {
    cmake -S leveldb -B out -DCMAKE_BUILD_TYPE=None -DLEVELDB_BUILD_TESTS=OFF \
        -DLEVELDB_BUILD_BENCHMARKS=OFF -DHAVE_SNAPPY=0 -DHAVE_CRC32C=0 -DHAVE_TCMALLOC=0 &&
        cmake --build out -j2 --target leveldb || return 1
    googletest_stub stub
    $CXX $CXXFLAGS -std=c++11 -DLEVELDB_PLATFORM_POSIX=1 -Istub -Ileveldb -Ileveldb/include \
        -Iout/include leveldb/benchmarks/db_bench.cc leveldb/util/histogram.cc \
        leveldb/util/testutil.cc out/libleveldb.a -lpthread -o "$BIN/db_bench"
}

exercise() {
    step bench "$BIN/db_bench" --db="$OUT/db" --threads=4 --num="$(scaled 10000)" --reads="$(scaled 10000)" \
        --value_size=100 --write_buffer_size=1048576 --cache_size=2097152 --histogram=0 \
        --benchmarks=fillrandom,readrandom,overwrite,readwhilewriting,seekrandom,compact,readseq
    step recover "$BIN/db_bench" --db="$OUT/db" --use_existing_db=1 --threads=4 --num="$(scaled 10000)" \
        --reads="$(scaled 5000)" --benchmarks=readrandom,readmissing,deleterandom
}

# The speeds differ from run to run; the benchmarks that came to an end do not.
facts() { awk -F: '/ micros\/op/ { print $1 }' bench.out recover.out; }
