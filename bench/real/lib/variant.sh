# One variant: one program, built by one compiler with one runtime, exercised and compared.
#
#   $work/PROGRAM/COMPILER-RUNTIME/build   copy of the sources, built      build.log
#                                  bin     the executables ($BIN)
#                                  out     where they run ($OUT): steps.tsv, outputs, facts,
#                                          report.PID, digest.tsv

build_tools() {
    local cc=${BENCH_CC:-cc} t=$here/tools key
    key=$(cat "$t"/*.[ch] | sha256sum)
    # Not over the top of another run's, which may be using them.
    [ "$(cat "$tools/built" 2>/dev/null)" = "$key" ] && return 0
    mkdir -p "$tools" || return 1
    cp "$t/sqlite_threads.c" "$tools/" &&
        $cc -std=gnu17 -O2 "$t/measure.c" -o "$tools/measure" &&
        $cc -std=gnu17 -O2 "$t/mkdata.c" -o "$tools/mkdata" &&
        $cc -std=gnu17 -O2 "$t/kvload.c" "$t/kv_conn.c" "$t/kv_protocol.c" -pthread -o "$tools/kvload" &&
        echo "$key" >"$tools/built"
}

# missing_needs PROGRAM: Debian packages of commands that are not there. A program's $needs is a
# list of COMMAND:PACKAGE.
missing_needs() (
    needs=
    . "$here/programs/$1.sh"
    for n in $needs dpkg-source:dpkg-dev make:make; do
        command -v "${n%%:*}" >/dev/null || echo "${n#*:}"
    done
)

install_needs() {
    local p pkgs
    pkgs=$(for p in "$@"; do missing_needs "$p"; done | sort -u)
    [ -z "$pkgs" ] && return 0
    echo "bench: apt-get install" $pkgs >&2
    apt-get update >/dev/null && apt-get install -y --no-install-recommends $pkgs >/dev/null
}

cxx_of() {
    case $1 in gcc-*) echo "g++-${1#gcc-}" ;; clang-*) echo "clang++-${1#clang-}" ;; esac
}

# use_llvm_tools VERSION: makefiles that say `ar` get one that reads bitcode.
use_llvm_tools() {
    local dir=$work/llvm-tools-$1 tool
    mkdir -p "$dir" || return 1
    for tool in ar ranlib nm; do
        command -v "llvm-$tool-$1" >/dev/null || { echo "no llvm-$tool-$1 (package llvm-$1)" >&2; return 1; }
        ln -sf "$(command -v "llvm-$tool-$1")" "$dir/$tool"
        ln -sf "$(command -v "llvm-$tool-$1")" "$dir/llvm-$tool" # cmake asks for it
    done
    export PATH=$dir:$PATH AR=$dir/ar RANLIB=$dir/ranlib NM=$dir/nm
}

# set_compilers COMPILER RUNTIME: CC and friends, as a developer would set them. Runtimes `captured`
# and `inline` are those of bench/overhead: instrumented objects, to be linked with several runtimes,
# and what `reprise cc --inline` makes.
set_compilers() {
    local cxx
    cxx=$(cxx_of "$1")
    case $2 in
    native) CC=$1 CXX=$cxx ;;
    tsan) CC="$1 -fsanitize=thread" CXX="$cxx -fsanitize=thread" ;;
    reprise) CC="$reprise cc --with=$1" CXX="$reprise c++ --with=$1" ;;
    inline)
        CC="$reprise cc --with=$1 --inline" CXX="$reprise c++ --with=$1 --inline"
        use_llvm_tools "${1#clang-}" || return 1 ;;
    captured)
        CC="$capture $1" CXX="$capture $cxx"
        export CAPTURE_DIR CAPTURE_COMPILE CAPTURE_LINK=-fsanitize=thread
        CAPTURE_DIR=$(dirname "$BIN")/links CAPTURE_COMPILE=$(captured_options "$1") ;;
    esac
    CFLAGS="-O2 -g1" CXXFLAGS="-O2 -g1"
    export CC CXX CFLAGS CXXFLAGS
}

# What the build depends on: a change of any of it means a new build. The workload, which stands
# below the recipe in the program's file, is no part of it.
build_key() {
    {
        sed '/^exercise()/,$d' "$here/programs/$1.sh"
        cat "$here"/tools/sqlite_threads.c
        "$2" --version
        if [[ $3 = reprise || $3 = inline ]]; then
            cat "$reprise" "$(dirname "$reprise")"/libreprise{.*,-inline.c} "$(dirname "$reprise")"/gcc/*
        fi
        [ "$3" = captured ] && { cat "$capture"; captured_options "$2"; }
    } 2>/dev/null | sha256sum
}

# all_have_runtime DIR: a build system that found another compiler makes programs that are fast. Gcc's
# own runtime is a shared library.
all_have_runtime() {
    local f
    for f in "$1"/*; do
        nm "$f" 2>/dev/null | grep -q ' [TU] __tsan_init\(@.*\)\?$' ||
            { echo "$f is not instrumented: it has no runtime" >&2; return 1; }
    done
}

# is_variant RUNTIME DIR LOG: whether the programs in DIR are what they are called. `reprise cc --inline`
# that lacks something says so in the log and calls the runtime.
is_variant() {
    [ "$1" = native ] || all_have_runtime "$2" || return 1
    [ "$1" != inline ] || ! grep -q '; calling the runtime$' "$3" ||
        { echo "$2: $(grep -m1 '; calling the runtime$' "$3")" >&2; return 1; }
}

# build_variant PROGRAM COMPILER RUNTIME DIR
build_variant() {
    local key
    key=$(build_key "$1" "$2" "$3")
    [ $rebuild = 0 ] && [ "$(cat "$4/built" 2>/dev/null)" = "$key" ] && return 0
    rm -rf "$4/build" "$4/bin" "$4/links" "$4/built"
    mkdir -p "$4/build" "$4/bin" || return 1
    (
        . "$here/programs/$1.sh"
        for s in $sources; do
            fetch "$s" && cp -a "$cache/src/$s" "$4/build/$s" || exit 1
        done
        BIN=$4/bin
        set_compilers "$2" "$3" && cd "$4/build" && build
    ) >"$4/build.log" 2>&1 </dev/null && is_variant "$3" "$4/bin" "$4/build.log" || return 1
    echo "$key" >"$4/built"
}

# Options that make reports easy to read, and put them into files.
set_variant_env() {
    local symbolizer=/usr/lib/llvm-${1#clang-}/bin/llvm-symbolizer options
    variant_env=() variant_prefix=()
    [ "$2" = native ] && return 0
    options="log_path=$OUT/report history_size=7 second_deadlock_stack=1 ${REPRISE_BENCH_OPTIONS:-}"
    if [ "$2" = tsan ]; then
        [ -x "$symbolizer" ] && options+=" external_symbolizer_path=$symbolizer"
        # Stock runtimes do not find their place in memory under strong address randomization.
        setarch -R true 2>/dev/null && variant_prefix=(setarch -R)
    fi
    variant_env=("TSAN_OPTIONS=$options")
}

# exercise_variant PROGRAM COMPILER RUNTIME DIR
exercise_variant() {
    rm -rf "$4/out"
    mkdir -p "$4/out" || return 1
    (
        OUT=$4/out BIN=$4/bin servers=()
        . "$here/programs/$1.sh"
        cd "$OUT" || exit 1
        trap kill_servers EXIT
        set_variant_env "$2" "$3"
        exercise
        facts >facts
    ) >"$4/exercise.log" 2>&1 </dev/null
    (cd "$4/out" && ls report.* >/dev/null 2>&1 && cat report.* | awk -f "$here/lib/digest.awk" |
        sort -k2 >digest.tsv) || : >"$4/out/digest.tsv"
    judge_digest "$1" "$4/out/digest.tsv"
}

# verdict OUT REFERENCE: did it do what the native program did?
verdict() {
    local kind label ms kb status cpu want
    while IFS=$'\t' read -r kind label ms kb status cpu; do
        want=$(awk -F'\t' -v l="$label" '$2 == l { print $5; exit }' "$2/steps.tsv" 2>/dev/null)
        [ "$status" = "$want" ] && continue
        [ "$status" = 66 ] && [ "$want" = 0 ] && [ -s "$1/digest.tsv" ] && continue
        case $status in
        124) echo "timeout:$label" ;;
        1[2-9][0-9]) echo "signal$((status - 128)):$label" ;;
        *) echo "exit$status:$label" ;;
        esac
        return
    done <"$1/steps.tsv"
    if [ ! -s "$1/facts" ] || [ "$(wc -l <"$1/steps.tsv")" != "$(wc -l <"$2/steps.tsv")" ]; then
        echo "incomplete"
    elif cmp -s "$1/facts" "$2/facts"; then
        echo "same"
    else
        echo "differs"
    fi
}

# run_variant PROGRAM COMPILER RUNTIME: one line for the table:
# program compiler runtime wall_ms cpu_ms peak_kb reports true false unread exit verdict
run_variant() {
    local dir=$work/$1/$2-$3 native=$work/$1/$2-native out missing
    out=$dir/out
    mkdir -p "$dir"
    missing=$(missing_needs "$1" | tr '\n' ' ')
    if [ -n "$missing" ]; then
        echo "bench: $1 needs: apt-get install $missing(or run with --setup)" >&2
        printf '%s\t%s\t%s\t-\t-\t-\t-\t-\t-\t-\t-\tnot-installed\n' "$1" "$2" "$3"
        return
    fi
    if ! build_variant "$1" "$2" "$3" "$dir"; then
        echo "bench: $1 $2 $3: build failed; see $dir/build.log" >&2
        printf '%s\t%s\t%s\t-\t-\t-\t-\t-\t-\t-\t-\tbuild-failed\n' "$1" "$2" "$3"
        return
    fi
    exercise_variant "$1" "$2" "$3" "$dir"
    awk -F'\t' -v OFS='\t' -v id="$1	$2	$3" -v verdict="$(verdict "$out" "$native/out")" '
        FILENAME == ARGV[1] { reports += $2; judged[$1]++; next }
        $1 != "serve" { wall += $3 }
        $1 != "load" { cpu += $6 }
        $1 != "load" && $4 > peak { peak = $4 }
        $5 > worst { worst = $5 }
        END {
            print id, wall + 0, cpu + 0, peak + 0, reports + 0, judged["true"] + 0, judged["false"] + 0,
                judged["unread"] + 0, worst + 0, verdict
        }' "$out/digest.tsv" "$out/steps.tsv"
}
