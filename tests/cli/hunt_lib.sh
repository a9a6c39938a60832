# Sourced after check.sh: a program that plays the runtime, for tests of what is around it.
#
#     ./prog RULE...    RULE is SEED:ACTION; SEED is a number, rr for the first run, or N% for every
#                       Nth seed. Actions: see act; once-race is only in the first run with that
#                       seed. `./prog silent` has no runtime in it.
have sqlite3 || { skip 'no sqlite3 to look into the database'; done_testing; }
cat >prog <<'PROG'
#!/bin/bash
option() { sed -nE "s/.*:$1='?([^':]*).*/\1/p" <<<":$REPRISE_OPTIONS"; }
seed=$(option seed) strategy=$(option strategy) sidecar=$(option sidecar)
[ "$strategy" != rr ] || seed=rr
say() { printf '{"v":1,"kind":"%s","pid":%d%s}\n' "$1" $$ "$2" >>"$sidecar"; }
race() { # race SIGNATURE [TYPE]
    say finding ",\"n\":1,\"type\":\"${2:-data-race}\",\"title\":\"data race\",\"signature\":\"1-$1\",\"accesses\":[{\"op\":\"write\",\"size\":4,\"address\":\"0x10\",\"thread\":0,\"stack\":[[-1,\"0x$1\"]]}]"
}
# The runtime has its own status for programs with findings, unless exitcode=0.
end_found() {
    local code
    code=$(option exitcode)
    end $((${code:-0} ? code : $1))
}
end() {
    [[ $REPRISE_OPTIONS != *record=* ]] || more=',"schedule":"rp1.x.y","trail":"1:00"'
    say end ",\"status\":$1,\"seed\":\"$seed\",\"strategy\":\"$strategy\",\"schedule_hash\":\"0x$seed\",\"steps\":7$more"
    exit "$1"
}
act() {
    case $1 in
    race) race aa; end_found 0 ;;
    race2) race bb; end_found 0 ;;
    race-exit) race aa; end_found 7 ;;
    leak-exit) race dd thread-leak; end_found 7 ;;
    halt) race ee deadlock; say end ',"status":0'; exit 1 ;;
    livelock) race ff livelock; end_found 0 ;;
    once-race) [ -e "once-$seed" ] || { touch "once-$seed"; race cc; end_found 0; } ;;
    exit*) echo "gone wrong" >&2; end "${1#exit}" ;;
    abort) ulimit -c 0; kill -ABRT $$ ;;
    assert) ulimit -c 0; echo "prog: a.c:12: f: Assertion \`x == 1' failed." >&2; kill -ABRT $$ ;;
    crash) printf 'ThreadSanitizer:DEADLYSIGNAL\nSUMMARY: ThreadSanitizer: SEGV /x/a.c:12:3 in f\n' >&2; say end ',"status":0'; exit 1 ;;
    hang) sleep 1000 ;;
    slow) sleep 0.3 ;;
    out) echo "wrong $seed" ;;
    esac
}
echo "$seed" >>seeds
[ "$1" != silent ] || exit 0
say start ',"build_id":"ab12"'
for rule; do
    which=${rule%%:*}
    case $which in
    "$seed") act "${rule#*:}" ;;
    *%) [ "$seed" = rr ] || [ $((seed % ${which%?})) != 0 ] || act "${rule#*:}" ;;
    any) act "${rule#*:}" ;;
    esac
done
end 0
PROG
chmod +x prog
hunt() { rm -f seeds; run reprise hunt "$@"; }
seeds() { sort -n seeds | uniq | tr '\n' ' '; }
row() { sqlite3 .reprise/findings.db "select $1 from finding where signature='$2'"; }
