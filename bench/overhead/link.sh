# Link what `capture` wrote down, with any of the runtimes.
#
# A captured build keeps its objects where they were compiled. An executable of $BIN is linked once a
# runtime: tsan (the compiler's own), floor (empty hooks), reprise (through `reprise cc`).

# captured_options COMPILER: CAPTURE_COMPILE, the instrumentation that all runtimes get alike. Clang's
# pass does not instrument vectors of more than 16 bytes, so `reprise cc` asks for none; here too.
captured_options() {
    case $1 in
    clang*) echo "-fsanitize=thread -mprefer-vector-width=128" ;;
    *) echo "-fsanitize=thread -Wno-tsan" ;;
    esac
}

# build_floor FILE: the runtime of empty hooks, made from the list of what the runtime exports. The
# atomic operations and the memory functions do what they are asked (floor.c), the rest returns.
build_floor() {
    local list=$own/../../src/runtime/exports.golden key
    key=$(cat "$list" "$own/floor.c" "$own/link.sh" | sha256sum)
    [ -e "$1" ] && [ "$(cat "$1.key" 2>/dev/null)" = "$key" ] && return 0
    mkdir -p "$(dirname "$1")"
    awk '$1 ~ /^__tsan_(init|func_entry|func_exit|vptr_|(unaligned_|volatile_|unaligned_volatile_)?(read|write))/ {
        printf "void %s(void) {}\n", $1
    }' "$list" >"$1.hooks.c" &&
        ${BENCH_CC:-cc} -std=gnu17 -O2 -mcx16 -fPIC -fomit-frame-pointer -c "$1.hooks.c" -o "$1.hooks.o" &&
        ${BENCH_CC:-cc} -std=gnu17 -O2 -mcx16 -fPIC -fomit-frame-pointer -c "$own/floor.c" -o "$1.atomic.o" &&
        ld -r "$1.hooks.o" "$1.atomic.o" -o "$1" && echo "$key" >"$1.key"
}

# link_captured RECORD RUNTIME OUT: link one executable again. RUNTIME is tsan, floor or reprise.
link_captured() (
    eval "words=($(tr '\n' ' ' <"$1"))"
    compiler=${words[1]}
    cd "${words[0]}" || exit 1
    words=("${words[@]:2}")
    case $compiler in *++*) verb=c++ ;; *) verb=cc ;; esac
    case $2 in
    tsan) "$compiler" -fsanitize=thread "${words[@]}" -o "$3" ;;
    floor) "$compiler" "$floor" "${words[@]}" -o "$3" ;;
    reprise) "$reprise" $verb --with="$compiler" "${words[@]}" -o "$3" ;;
    esac
)
