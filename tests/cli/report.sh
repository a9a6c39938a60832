#!/bin/bash
# `reprise report` on hand-written sidecars that use every key of wire/sidecar.h.
. "$(dirname "$0")/check.sh"

cat >prog.c <<'END'
int global;
__attribute__((noinline)) int leaf(void) { return global++; }
int main(void) { return leaf(); }
END
gcc -g -O0 -o prog prog.c
main=$(nm prog | awk '$3 == "main" {print "0x" $1}')
leaf=$(nm prog | awk '$3 == "leaf" {print "0x" $1}')
modules="\"modules\":[{\"path\":\"$PWD/prog\",\"build_id\":\"00\"},{\"path\":\"/gone/lib.so\"}]"
stack="[[0,\"$leaf\"],[0,\"$main\"],[1,\"0x10\"],[-1,\"0x7f0000001234\"]]"
cat >all.jsonl <<END
{"v":1,"kind":"start","pid":7,"exe":"$PWD/prog","args":["a"]}
{"v":1,"kind":"finding","pid":7,"n":1,"type":"data-race","title":"data race","signature":"1-a","seed":5,"strategy":"os","schedule":"","accesses":[{"op":"write","size":4,"address":"0x5000","thread":2,"stack":$stack},{"op":"read","atomic":true,"size":8,"address":"0x5000","thread":0,"mutexes":[{"mutex":0,"mode":"write"},{"mutex":1,"mode":"read"}],"stack":$stack}],"locations":[{"kind":"heap","address":"0x5000","size":16,"thread":0,"stack":$stack},{"kind":"global","name":"global","address":"0x9","size":4,"module":0,"offset":"0x9"},{"kind":"fd","fd":3,"closed":true,"thread":2,"stack":$stack},{"kind":"stack","thread":2},{"kind":"tls","thread":0}],"threads":[{"id":0,"tid":1},{"id":2,"tid":9,"name":"worker","state":"running","parent":0,"stack":$stack}],"mutexes":[{"id":0,"address":"0x77","stack":$stack},{"id":1,"address":"0x78"}],"sleep":$stack,$modules,"future":{"x":[1]}}
{"v":1,"kind":"finding","pid":8,"n":1,"type":"data-race","title":"data race","signature":"1-a"}
{"v":1,"kind":"finding","pid":7,"n":2,"type":"lock-order","title":"lock-order-inversion (potential deadlock)","edges":[{"from":0,"to":1,"thread":0,"stack":$stack,"held_stack":$stack}],$modules}
{"v":1,"kind":"finding","pid":7,"n":3,"type":"signal-unsafe","title":"signal-unsafe call inside of a signal","stacks":[$stack],$modules}
{"v":1,"kind":"future"}
{"v":1,"kind":"end","pid":7,"findings":3,"status":66}
END

run reprise report all.jsonl
is 0 status
is '' err
like out '^1\. data race  1-a  \(2 times\)$'
like out '^  write of 4 bytes at 0x5000 by thread T2$'
like out '^    #0 leaf prog.c:2:'
like out '^    #1 main prog.c:3:'
like out '^    #2 <null> \(/gone/lib.so\+0x10\)$'
like out '^    #3 0x7f0000001234$'
like out '^  previous atomic read of 8 bytes at 0x5000 by main thread, holding write M0, read M1$'
like out '^  in heap, 16 bytes at 0x5000, of main thread$'
like out '^  in global global, 4 bytes at 0x9$'
like out '^  in fd 3, of thread T2$'
like out '^  mutex M0 at 0x77 created at$'
like out "^  thread T2 'worker' \(running\) created by main thread\$"
like out '^2\. lock-order-inversion'
like out '^  M1 taken while holding M0, by main thread$'
like out '^3\. signal-unsafe call'
lacks out $'\033'
ok 'text'

run reprise report --color=always all.jsonl
has out $'\033[1m'
run reprise report --color=purple all.jsonl
is 2 status
ok 'colour'

run reprise report --json all.jsonl
is 0 status
if have python3; then
    cp .out out.json
    run python3 -c '
import json
f = json.load(open("out.json"))
assert len(f) == 3 and f[0]["reports"] == 2
frames = f[0]["accesses"][0]["stack"]
assert [x.get("function") for x in frames] == ["leaf", "main", None, None], frames
assert frames[0]["line"] == 2 and frames[0]["file"].endswith("/prog.c")
assert frames[3] == {"address": "0x7f0000001234"}
assert f[1]["edges"][0]["held_stack"][1]["function"] == "main"
assert f[2]["stacks"][0][0]["function"] == "leaf"
assert f[0]["sleep"][0]["function"] == "leaf"
assert f[0]["future"] == {"x": [1]}
'
    is 0 status
fi
ok 'json'

: >empty.jsonl
run reprise report empty.jsonl
is 0 status
is 'no findings' out
run reprise report --json empty.jsonl
is '[]' out
{
    echo 'no json'
    echo '{"v":1}'
    echo '{"v":1,"kind":"finding"}'
    echo '[1,2]'
    echo
    echo '{"v":1,"kind":"finding","type":"x","title":"x","accesses":3,"threads":[4],"stacks":[[[]],[[0]],[["a","b"]],[[9,"0x1"]]],"locations":{}}'
    printf '{"v":1,"kind":"finding","type":"data-r'
} >bad.jsonl
run reprise report bad.jsonl
is 0 status
like out '^1\. x$'
is 'reprise report: bad.jsonl: 5 lines are not findings, left out' err
run reprise report --json bad.jsonl
is 0 status
ok 'damaged sidecars'

mkdir .reprise && cp all.jsonl .reprise/run-1.jsonl && cp bad.jsonl .reprise/run-2.jsonl
touch .reprise/other && touch -d @3 .reprise/run-1.jsonl && touch -d @2 .reprise/run-2.jsonl
run reprise report all.jsonl
all=$out
run reprise report
is 0 status
is "$all" out
rm -r .reprise
ok 'the newest without a file'

for words in '' 'a b' '--nonsense x'; do
    run reprise report $words
    is 2 status
    lines err 1
done
run reprise report nowhere.jsonl
is 125 status
lines err 1
run reprise report .
is 125 status
ok 'usage'

done_testing
