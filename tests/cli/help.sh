#!/bin/bash
# The words around the verbs: help, man pages, version, directories.
source=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/check.sh"

run reprise
is 2 status
has err 'Usage: reprise'
run reprise help
is 0 status
for verb in cc c++ go run hunt merge replay shrink report explain help; do
    like out "^  $verb +[a-z]"
    run reprise help $verb
    is 0 status
    has out "Usage: reprise $verb"
    cp .out by_help
    run reprise $verb --help
    is 0 status
    cmp -s .out by_help || complain 'two helps'
    run reprise help
done
ok 'every verb has its help, twice the same'

run reprise --version
like out '^reprise [0-9]+\.[0-9]+'
run reprise nonsense
is 2 status
lines err 1
has err 'reprise run nonsense'
run reprise --nonsense
is 2 status
lines err 1
run reprise help nonsense
is 2 status
lines err 1
ok 'wrong words'

COLUMNS=120 run reprise help options
is 0 status
for option in exitcode=66 halt_on_error=0 "log_path=''" 'history_size=0' handle_segv=1; do
    like out "^  $option "
done
like out '^  coverage=0 .*accepted, no effect'
ok 'runtime options'

run reprise help --markdown options
document=$source/docs/options.md
cmp -s .out "$document" || complain 'docs/options.md is old: reprise help --markdown options >docs/options.md'
ok 'docs/options.md is what the table says'

for columns in 40 80 120; do
    for topic in '' cc go run symbolize options; do
        run env COLUMNS=$columns "$REPRISE" help $topic
        long=$(awk -v n=$columns 'length > n && !/^ *[^ ]+$/ && !/^Usage/ && !/^  [^ ]+ .*=/' <<<"$out" | head -n 3)
        [ $columns = 40 ] || [ -z "$long" ] || complain "longer than $columns: $long"
    done
done
ok 'fits the terminal'

mkdir -p here/gcc && cp "$REPRISE" here/ && touch here/libreprise.a
run here/reprise --print-runtime-dir
is "$PWD/here" out
run here/reprise --print-gcc-dir
is "$PWD/here/gcc" out
mkdir -p there/bin there/lib/reprise && cp "$REPRISE" there/bin/ && touch there/lib/reprise/libreprise.a
run there/bin/reprise --print-runtime-dir
is "$PWD/there/lib/reprise" out
mkdir nowhere && cp "$REPRISE" nowhere/
run nowhere/reprise --print-gcc-dir
is 125 status
lines err 1
ok 'directories'

for page in '' cc c++ go run report symbolize; do
    run reprise help --man $page
    is 0 status
    like out '^\.TH REPRISE'
    for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'SEE ALSO'; do like out "^\.SH $section\$"; done
    ! have mandoc || run mandoc -T lint -W error .out
    is 0 status
    ! have groff || run groff -ww -man -Tascii -z .out
    is '' err
done
run reprise help --man run
for section in ENVIRONMENT 'EXIT STATUS' FILES EXAMPLES 'RUNTIME OPTIONS'; do like out "^\.SH $section\$"; done
has out '\fBhalt_on_error\fR'
ok 'man pages'

done_testing
