# What tests/run-go-seeded and bench/go/replay share: the table, building what it names, and the
# search for the first seed that shows a bug.
# Needs: reprise (path of the command).

go_programs=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
export go_programs reprise
PATH=$PATH:/usr/local/go/bin:/usr/lib/go/bin
[ -n "${HOME-}" ] || export GOCACHE=$PWD/.cache GOPATH=$PWD/.go XDG_CACHE_HOME=$PWD/.cache
export GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod GOWORK=off
unset GORACE GODEBUG GOMAXPROCS GOGC REPRISE_OPTIONS

# go_programs_missing: prints what is missing for building Go programs here; fails when nothing is.
go_programs_missing() {
    command -v "${REPRISE_GO:-go}" >/dev/null || { echo "no go"; return; }
    "${REPRISE_GO:-go}" list std >/dev/null 2>&1 || { echo 'go does not work here'; return; }
    [ "$(CGO_ENABLED=1 "${REPRISE_GO:-go}" env GOOS GOARCH | tr '\n' /)" = linux/amd64/ ] || { echo 'not linux/amd64'; return; }
    command -v "$("${REPRISE_GO:-go}" env CC)" >/dev/null || { echo 'no C compiler'; return; }
    false
}

# go_programs_rows [PATTERN...]: the rows of programs whose name matches one of the shell patterns,
# and that this Go (REPRISE_GO, or go) is new enough for.
go_programs_rows() {
    local name bug fails command from pattern version
    version=$("${REPRISE_GO:-go}" env GOVERSION)
    while IFS=$'\t' read -r name bug fails command from; do
        case $name in '' | '#'*) continue ;; esac
        printf '%s\n' "${from:-1.19}" "${version#go}" | sort -CV || continue
        for pattern in "${@:-*}"; do
            # shellcheck disable=SC2254 # the arguments are meant as patterns
            case $name in $pattern) printf '%s\t%s\t%s\t%s\n' "$name" "$bug" "$fails" "$command"; break ;; esac
        done
    done <"$go_programs/cases.tsv"
}

# go_programs_build DIR: DIR/bug/NAME and DIR/fixed/NAME. What go says goes to DIR/build.log.
go_programs_build() {
    local dir=$1 twin
    for twin in bug fixed; do
        mkdir -p "$dir/$twin" && (
            cd "$go_programs" &&
                "$reprise" go build -tags "$twin" -o "$dir/$twin/" ./... &&
                "$reprise" go test -tags "$twin" -c -o "$dir/$twin/leaks" ./leaks
        ) >>"$dir/build.log" 2>&1 && [ ! -s "$dir/build.log" ] || {
            echo "go programs: they do not build:" >&2
            tail -n 20 "$dir/build.log" >&2
            return 1
        }
    done
}

# go_programs_command NAME COMMAND: the words to run, in DIR/bug or DIR/fixed.
go_programs_command() {
    case $2 in
    -) echo "./$1" ;;
    *) echo "./$2" ;;
    esac
}
export -f go_programs_command

# go_programs_finding FAILS: the name and the seed of the finding of that kind in what a hunt said
# on standard input; fails when there is none. A race often has consequences, told as findings of
# their own.
go_programs_finding() {
    local titles
    titles=$(sed 's/race/data race/; s/leak/goroutine leak/; s/panic/panic:|fatal error:/
        s/exit/exit status 1/; s/,/|/g' <<<"$1")
    sed -En "/^F[0-9]+  ($titles)/{s/ .*//;h;n;s/^ *seed ([0-9]+) of .*/\\1/;H;g;s/\\n/ /p;q}" | grep .
}
export -f go_programs_finding
