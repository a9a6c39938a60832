# Sourced by the scripts here. A script runs in an empty directory of its own; REPRISE is the
# command under test, and `done_testing` closes with the counts.
#
#     run reprise cc --version          # status, out and err of any command
#     is 0 status; has out 'clang'; lacks err 'warning'
#     ok 'what was to be shown'         # counts what has been checked since the last ok
set -u
export LC_ALL=C
unset REPRISE_CC REPRISE_CXX REPRISE_OPTIONS TSAN_OPTIONS REPRISE_SYMBOLIZER CDPATH
REPRISE=${REPRISE:?path of the command}
passed=0 failed=0 skipped=0 wrong=0 command=
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
exec {told}>&1 # what is wrong is told there, wherever the part of the script writes to

reprise() { "$REPRISE" "$@"; }

run() {
    command=$*
    "$@" >"$work/.out" 2>"$work/.err" </dev/null {told}>&-
    status=$?
    out=$(cat "$work/.out")
    err=$(cat "$work/.err")
}

# The first line says enough by itself: of a long log often only the lines that fail are kept.
complain() {
    wrong=1
    {
        printf 'FAILED, status %s: %s; after: %s\n' "${status-}" "${1//$'\n'/ | }" "$command"
        printf '%s\n' "${out-}" | head -n 20 | sed 's/^/  out: /'
        printf '%s\n' "${err-}" | head -n 20 | sed 's/^/  err: /'
    } >&$told
}

is() { [ "${!2}" = "$1" ] || complain "$2 is not '$1'"; }
has() { case ${!1} in *"$2"*) ;; *) complain "no '$2' in $1" ;; esac; }
lacks() { case ${!1} in *"$2"*) complain "'$2' in $1" ;; esac; }
like() { grep -qE -- "$2" <<<"${!1}" || complain "no /$2/ in $1"; }
lines() { [ "$(grep -c '' <<<"${!1}")" = "$2" ] && [ -n "${!1}" ] || complain "$1 has not $2 line(s)"; }

ok() {
    if [ $wrong = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
    fi
    wrong=0
}

skip() { skipped=$((skipped + 1)); echo "skipped: $1"; }

have() { command -v "$1" >/dev/null; }

done_testing() {
    local tail=
    [ $skipped = 0 ] || tail=", $skipped skipped"
    echo "$passed passed, $failed failed$tail"
    exit $((failed > 0))
}
