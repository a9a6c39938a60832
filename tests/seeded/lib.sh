# What tests/run-seeded and bench/replay/run share: the table, and building what it names.
# Needs: reprise (path of the command). Honours: SEEDED_COMPILER (clang-19).

seeded=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
export seeded reprise SEEDED_COMPILER=${SEEDED_COMPILER:-clang-19}

# seeded_rows [PATTERN...]: the rows of programs whose name matches one of the shell patterns.
seeded_rows() {
    local name rest pattern
    while IFS=$'\t' read -r name rest; do
        case $name in '' | '#'*) continue ;; esac
        for pattern in "${@:-*}"; do
            # shellcheck disable=SC2254 # the arguments are meant as patterns
            case $name in $pattern) printf '%s\t%s\n' "$name" "$rest"; break ;; esac
        done
    done <"$seeded/programs.tsv"
}

# seeded_build_one DIR ROW: DIR/NAME and DIR/NAME-fixed. What the compiler says goes to NAME.log.
seeded_build_one() {
    local dir=$1 name source bug fails cflags words
    IFS=$'\t' read -r name source bug fails cflags <<<"$2"
    [ "$cflags" != - ] || cflags=
    case $source in
    *.cpp) words="c++ --with=$SEEDED_COMPILER -std=gnu++17" ;;
    *) words="cc --with=$SEEDED_COMPILER -std=gnu17" ;;
    esac
    words+=" -g -O1 -Wall -Wextra -pthread $cflags $seeded/programs/$source"
    # shellcheck disable=SC2086 # words are meant to be split
    "$reprise" $words -o "$dir/$name" >"$dir/$name.log" 2>&1 &&
        "$reprise" $words -DFIXED -o "$dir/$name-fixed" >>"$dir/$name.log" 2>&1 &&
        [ ! -s "$dir/$name.log" ] || echo "seeded: $name does not build; see $dir/$name.log" >&2
}
export -f seeded_build_one

# seeded_options FAILS [MORE]: arguments of `again`, one a line, for a program that fails so. A
# program that gives up in one thread leaves others behind: that is no finding of its own. Livelocks
# are told after few steps.
seeded_options() {
    echo -O
    case $1 in
    livelock) echo "report_thread_leaks=0:max_steps=20000:${2-}" ;;
    *) echo "report_thread_leaks=0:${2-}" ;;
    esac
}
export -f seeded_options

# seeded_build DIR JOBS [PATTERN...]
seeded_build() {
    local dir=$1 jobs=$2
    shift 2
    mkdir -p "$dir" || return 1
    cc -std=gnu17 -O2 -Wall -Wextra "$seeded/again.c" -o "$dir/again" || return 1
    # shellcheck disable=SC2016 # expanded by the inner shell
    seeded_rows "$@" | tr '\n' '\0' |
        xargs -0 -P "$jobs" -n 1 bash -c 'seeded_build_one "$1" "$2"' build "$dir"
}
