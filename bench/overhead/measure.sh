# Build the variants of each program, run them, and write one line a run:
#
#   CLASS PROGRAM COMPILER RUNTIME ROUND CPU WALL PEAK_KB VERDICT
#
# CLASS is real, micro or lock (a micro that does little but lock). CPU and WALL are milliseconds for
# a program, nanoseconds an operation for a kernel. Round 0 is the warm-up. RUNTIME "noise" is the
# native build once more.
#
#   $work/PROGRAM/COMPILER-native           as bench/real/run builds it
#   $work/PROGRAM/COMPILER-captured         instrumented objects; links; bin.RUNTIME: linked executables
#   $work/PROGRAM/COMPILER-inline           what `reprise cc --inline` makes
#   $work/PROGRAM/overhead/COMPILER-RUNTIME where the last run took place
#   $work/kernels/...                       the same for bench/micro

# choose_programs NAME...: sets programs and kernels (lines "NAME GROUP").
choose_programs() {
    local all known name f
    programs=() kernels=()
    all=$("$work/kernels/${compilers%%,*}-native/bin/micro" --list | awk '{ print $1, $2 }')
    [ $# -gt 0 ] || set -- real micro
    for name in "$@"; do
        case $name in
        real) for f in "$here"/programs/*.sh; do programs+=("$(basename "$f" .sh)"); done ;;
        micro) mapfile -t -O ${#kernels[@]} kernels <<<"$all" ;;
        lock) mapfile -t -O ${#kernels[@]} kernels < <(grep ' lock$' <<<"$all") ;;
        *)
            if known=$(grep "^$name " <<<"$all"); then
                kernels+=("$known")
            elif [ -e "$here/programs/$name.sh" ]; then
                programs+=("$name")
            else
                usage_error "no program $name (try --list)"
            fi ;;
        esac
    done
}

list_programs() {
    local p k
    for p in ${programs[@]+"${programs[@]}"}; do
        (. "$here/programs/$p.sh"; printf '%-14s %-6s %s\n' "$p" real "$what")
    done
    for k in ${kernels[@]+"${kernels[@]}"}; do
        "$work/kernels/${compilers%%,*}-native/bin/micro" --list |
            awk -v k="${k% *}" '$1 == k { g = $2 == "lock" ? "lock" : "micro"; n = $1; $1 = $2 = ""
                printf "%-14s %-6s %s\n", n, g, substr($0, 3) }'
    done
}

# `reprise cc` hands options that it does not know on to the compiler.
knows_inline() {
    case $1 in gcc*) return 1 ;; esac
    ! "$reprise" cc --with="$1" --inline --print-command -c x.c 2>/dev/null | grep -q -- --inline
}

# build_kernels COMPILER RUNTIME: bench/micro, as build_variant builds a program.
build_kernels() {
    local dir=$work/kernels/$1-$2 key
    key=$({ cat "$own"/../micro/*.[ch] "$capture"; "$1" --version
        [ "$2" = inline ] && cat "$reprise" "$(dirname "$reprise")"/libreprise{.a,-inline.c}; } | sha256sum)
    [ "$(cat "$dir/built" 2>/dev/null)" = "$key" ] && return 0
    rm -rf "$dir" && mkdir -p "$dir/bin" || return 1
    (
        BIN=$dir/bin
        set_compilers "$1" "$2" && cd "$own/../micro" && $CC -std=gnu17 $CFLAGS *.c -pthread -o "$BIN/micro"
    ) >"$dir/build.log" 2>&1 && is_variant "$2" "$dir/bin" "$dir/build.log" && echo "$key" >"$dir/built"
}

# build_one PROGRAM COMPILER RUNTIME: objects of one program, where they have to be made anew.
build_one() {
    if [ "$1" = kernels ]; then
        build_kernels "$2" "$3"
    else
        build_variant "$1" "$2" "$3" "$work/$1/$2-$3"
    fi
}

# link_variant PROGRAM COMPILER RUNTIME: every executable of the captured build, with that runtime.
link_variant() {
    local dir=$work/$1/$2-captured to key f name
    to=$dir/bin.$3
    key=$({ cat "$dir/built" "$own/link.sh" "$floor"
        [ "$3" = reprise ] && cat "$reprise" "$(dirname "$reprise")"/libreprise.{a,syms}; } 2>/dev/null | sha256sum)
    [ "$(cat "$to/linked" 2>/dev/null)" = "$key" ] && return 0
    rm -rf "$to" && mkdir -p "$to" || return 1
    for f in "$dir"/bin/*; do
        name=$(basename "$f")
        [ -e "$dir/links/$name" ] || { echo "nobody linked $name" >&2; return 1; }
        link_captured "$dir/links/$name" "$3" "$to/$name" || return 1
    done >"$dir/link.$3.log" 2>&1
    echo "$key" >"$to/linked"
}

# bin_of PROGRAM COMPILER RUNTIME: where its executables are.
bin_of() {
    case $3 in
    native | noise) echo "$work/$1/$2-native/bin" ;;
    inline) echo "$work/$1/$2-inline/bin" ;;
    *) echo "$work/$1/$2-captured/bin.$3" ;;
    esac
}

complain() { echo "overhead: $1" >&2; failures=$((failures + 1)); }

# has_needs PROGRAM: whether the machine has the tools that its build wants.
has_needs() {
    local missing
    [ "$1" = kernels ] && return 0
    missing=$(missing_needs "$1" | tr '\n' ' ')
    [ -z "$missing" ] && return 0
    complain "$1 needs: apt-get install $missing(or run with --setup)"
    return 1
}

# Sets variants[PROGRAM]: words COMPILER:RUNTIME of everything that was built.
build_all() {
    local p c r todo=(${programs[@]+"${programs[@]}"})
    declare -gA variants=()
    [ ${#kernels[@]} -gt 0 ] && todo+=(kernels)
    for c in ${compilers//,/ }; do
        case ,$runtimes, in *,inline,*) knows_inline "$c" ||
            { [[ $c = gcc* ]] || echo "overhead: $reprise cc does not know --inline: left out" >&2; } ;;
        esac
    done
    for p in ${todo[@]+"${todo[@]}"}; do
        has_needs "$p" || continue
        for c in ${compilers//,/ }; do
            echo "overhead: building $p with $c" >&2
            build_one "$p" "$c" native || { complain "$p $c native does not build; see $work/$p/$c-native/build.log"; continue; }
            build_one "$p" "$c" captured || { complain "$p $c does not build; see $work/$p/$c-captured/build.log"; continue; }
            variants[$p]+=" $c:native $c:noise"
            for r in ${runtimes//,/ }; do
                case $r in
                native) continue ;;
                inline)
                    knows_inline "$c" || continue
                    build_one "$p" "$c" inline || { complain "$p $c inline does not build; see $work/$p/$c-inline/build.log"; continue; } ;;
                *) link_variant "$p" "$c" "$r" || { complain "$p $c $r does not link; see $work/$p/$c-captured/link.$r.log"; continue; } ;;
                esac
                variants[$p]+=" $c:$r"
            done
        done
    done
}

# Reports would cost symbols and text; detection goes on as ever. No address randomization for anybody,
# because stock runtimes do not find their place under a strong one.
variant_settings() {
    variant_env=() variant_prefix=()
    setarch -R true 2>/dev/null && variant_prefix=(setarch -R)
    case $1 in native | noise) return 0 ;; esac
    variant_env=("TSAN_OPTIONS=report_bugs=0 atexit_sleep_ms=0 log_path=$OUT/report ${REPRISE_BENCH_OPTIONS:-}")
}

# run_program PROGRAM COMPILER RUNTIME ROUND: one line. A program may have an `overhead` in place of
# `exercise`, where the latter spends its time on something else than work.
run_program() {
    local out=$work/$1/overhead/$2-$3 native=$work/$1/overhead/$2-native said
    rm -rf "$out"
    mkdir -p "$out" || return 1
    (
        OUT=$out BIN=$(bin_of "$1" "$2" "$3") SCALE=$scale servers=()
        . "$here/programs/$1.sh"
        cd "$OUT" || exit 1
        trap kill_servers EXIT
        variant_settings "$3"
        if declare -F overhead >/dev/null; then overhead; else exercise; fi
        facts >facts
    ) >"$out.log" 2>&1 </dev/null
    : >"$out/digest.tsv"
    said=$(verdict "$out" "$native")
    [ "$said" = same ] || complain "$1 $2 $3: $said; see $out"
    awk -F'\t' -v OFS='\t' -v id="real	$1	$2	$3	$4" -v said="$said" '
        $1 != "serve" { wall += $3 }
        $1 != "load" { cpu += $6 }
        $1 != "load" && $4 > peak { peak = $4 }
        END { print id, cpu + 0, wall + 0, peak + 0, said }' "$out/steps.tsv"
}

# run_kernel "NAME GROUP" COMPILER RUNTIME ROUND: one line.
run_kernel() {
    local name=${1% *} class=micro ns said=same OUT=$scratch
    [ "${1#* }" = lock ] && class=lock
    variant_settings "$3"
    rm -f "$scratch/step"
    ns=$(env ${variant_env[@]+"${variant_env[@]}"} "$tools/measure" -o "$scratch/step" -t "$STEP_SECONDS" -- \
        ${variant_prefix[@]+"${variant_prefix[@]}"} "$(bin_of kernels "$2" "$3")/micro" "$name" "$scale" \
        2>"$scratch/stderr") || { said=failed; complain "$name $2 $3: $(tail -1 "$scratch/stderr")"; }
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$class" "$name" "$2" "$3" "$4" \
        "$(cut -sf2 <<<"$ns")" "$(cut -sf1 <<<"$ns")" "$(cut -f4 "$scratch/step")" "$said"
}

# run_variants RUN NAME KEY ROUND: all variants of variants[KEY], from another one on each round.
run_variants() {
    local list=(${variants[$3]-}) n i v
    n=${#list[@]}
    for ((i = 0; i < n; i++)); do
        v=${list[(i + $4) % n]}
        "$1" "$2" "${v%%:*}" "${v#*:}" "$4" >>"$results"
    done
}

progress() { [ -t 2 ] && printf '\r\033[K%s' "$1" >&2; }

# The warm-up runs in the order of the list, so that what native computed is there to compare with.
measure_all() {
    local round p k
    for ((round = 0; round <= runs; round++)); do
        [ -t 2 ] || echo "overhead: round $round of $runs, $(date +%T)" >&2
        for p in ${programs[@]+"${programs[@]}"}; do
            progress "round $round of $runs: $p"
            run_variants run_program "$p" "$p" "$round"
        done
        for k in ${kernels[@]+"${kernels[@]}"}; do
            progress "round $round of $runs: ${k% *}"
            run_variants run_kernel "$k" kernels "$round"
        done
    done
    progress ""
}
