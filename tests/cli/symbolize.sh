#!/bin/bash
# `reprise symbolize` against programs that say themselves what is right (programs/places.*).
programs=$(cd "$(dirname "$0")" && pwd)/programs
. "$(dirname "$0")/check.sh"

# ask MODULE ADDRESS-LINE... : what the symbolizer says about each, in the words of places.h.
# MODE says how much the debug information can know: full, lines or names.
ask() { # ask MODULE MODE < expectations
    local module=$1 mode=$2 kind offset expected answer
    while read -r kind offset expected; do
        answer=$(echo "$kind \"$module\" $offset" | reprise symbolize)
        if [ "$kind" = CODE ]; then
            answer=$(paste -d' ' - - <<<"$answer" | sed -E 's/ /;/g; s/;([^;]*)$/ \1/' |
                sed -E 's/^(.*) [^ ]*:([0-9]+):[0-9]+$/\1:\2/' | tr '\n' ' ')
        else
            answer=$(sed -E '1s/ /;/g; 2s/.* //; 3s/.*://' <<<"$answer" | tr '\n' ' ')
        fi
        expect "$mode" "$kind" "$expected"
        case "${answer% }" in
        $pattern) ;;
        *) complain "$module $offset: '${answer% }' and not '$pattern'" ;;
        esac
    done
}

# Sets `pattern` to what MODE can tell at best.
expect() { # expect MODE KIND EXPECTED
    local last=${3##* }
    case $1:$2 in
    full:*) pattern=$3 ;;
    lines:CODE) # the functions of inlined frames are names without scope and parameters
        pattern=$(sed -E 's/([a-zA-Z]+::)*([a-z]+)(\(\))?:([0-9]+) /*\2*:\4 /g' <<<"$3") ;;
    lines:DATA) pattern="${3% *} *" ;;
    names:CODE) pattern="${last%:*}*:0" ;;
    names:DATA) pattern="${3% *} *" ;;
    esac
    # compilers add a number to the names of local variables
    [ "$2" = CODE ] || pattern=$(sed -E 's/^local /*local* /' <<<"$pattern")
    pattern=${pattern//[/\\[}
}

try() { # try MODE COMPILER OPTION...
    local mode=$1 compiler=$2 source=places.c
    shift 2
    have "$compiler" || { skip "no $compiler"; return; }
    case $compiler in *++*) source=places.cpp ;; esac
    "$compiler" -D_GNU_SOURCE "$@" -o prog "$programs/$source" -I "$programs" -w || complain "cannot compile"
    ./prog >expected
    ask "$PWD/prog" "$mode" <expected
    ok "$compiler $*"
}

for version in -19 -14; do
    for level in -O0 -O2; do
        try full clang$version $level -g
        try full clang++$version $level -g
        try lines clang$version $level -gline-tables-only
        try lines clang++$version $level -gline-tables-only
    done
    try full clang$version -O1 -gdwarf-4
    try full clang$version -O1 -g -gsplit-dwarf
    try names clang$version -O1
done
for level in -O0 -O2; do
    try full gcc $level -g
    try full g++ $level -g
    try lines gcc $level -g1
    try lines g++ $level -g1
done
try full gcc -O1 -gdwarf-4
try full gcc -O1 -g -no-pie
try full g++ -O1 -g -gz
try full gcc -O1 -g -ffunction-sections -Wl,--gc-sections
try names gcc -O1
try names g++ -O1

# Separate debug files, by name and by build id.
if have objcopy; then
    gcc -D_GNU_SOURCE -O1 -g -Wl,--build-id -o prog "$programs/places.c"
    ./prog >expected
    objcopy --only-keep-debug prog prog.debug
    strip prog
    ask "$PWD/prog" names <<<"DATA 0x0 ??"' 0 0'
    objcopy --add-gnu-debuglink=prog.debug prog
    ask "$PWD/prog" full <expected
    mkdir .debug && mv prog.debug .debug/
    ask "$PWD/prog" full <expected
    ok 'separate debug file'
    gcc -D_GNU_SOURCE -O2 -g -Wl,--build-id -o other "$programs/places.c"
    objcopy --only-keep-debug other .debug/prog.debug
    run reprise symbolize <<<"$(awk -v m="$PWD/prog" '$1 == "CODE" {print "CODE \"" m "\" " $2; exit}' expected)"
    lacks out places.c
    ok 'debug file of another build is not used'
fi

# The protocol.
gcc -D_GNU_SOURCE -g -O1 -o prog "$programs/places.c"
address=$(nm prog | awk '$3 == "main" {print "0x" $1}')
answer() { out=$(printf '%b' "$1" | reprise symbolize "${@:2}"; echo "status $?"); status=0 err= command=$1; }
answer "CODE \"$PWD/prog\" $address\\n"
like out '^main$'
answer "$PWD/prog $address\\n"
like out '^main$'
answer "CODE $PWD/prog $((address))"
like out '^main$'
answer "\"$PWD/prog\" $address\\n" --demangle --inlines --default-arch=x86_64
like out '^main$'
ok 'forms of a request'
unknown=$'??\n??:0:0\n\nstatus 0'
for request in '\n' 'nonsense\n' 'CODE\n' 'CODE "/nonexistent" 0x10\n' 'CODE "/etc/passwd" 0x10\n' \
    'CODE "/" 0x1\n' 'CODE "" 0x1\n' 'CODE "x\n' "CODE \"$PWD/prog\" zzz\\n"; do
    answer "$request"
    is "$unknown" out
done
answer "CODE \"$PWD/prog\" 0xffffffffffffffff\\n"
like out ':0:0$'
answer 'DATA "/nonexistent" 0x10\n'
is $'??\n0 0\n??:0\n\nstatus 0' out
answer ''
is 'status 0' out
ok 'what is unknown'

# Answers come one by one, while the other side still waits.
coproc SYMBOLIZER { "$REPRISE" symbolize; }
for _ in 1 2 3; do
    echo "CODE \"$PWD/prog\" $address" >&"${SYMBOLIZER[1]}"
    read -r -t 20 -u "${SYMBOLIZER[0]}" function || complain 'no answer'
    [ "$function" = main ] || complain "answered $function"
    read -r -t 20 -u "${SYMBOLIZER[0]}" _ && read -r -t 20 -u "${SYMBOLIZER[0]}" empty
    [ -z "$empty" ] || complain 'no empty line'
done
exec {SYMBOLIZER[1]}>&-
ok 'flushed after each answer'

head -c 3000 prog >cut && answer "CODE \"$PWD/cut\" $address\\n"
like out 'status 0'
for at in 16 40 64 700 5000; do
    cp prog bad && printf '\377\377\377\377' | dd of=bad bs=1 seek=$at conv=notrunc status=none
    answer "CODE \"$PWD/bad\" $address\\nDATA \"$PWD/bad\" $address\\n"
    like out 'status 0'
done
ok 'damaged files'

done_testing
