#!/bin/bash
# `reprise shrink`: a failing run becomes the few switches that matter, is explained, and the line
# that it prints brings the failure back. `reprise explain`: the same table of any trace.
. "$(dirname "$0")/check.sh"
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }

cat >lost.c <<'END'
#include <assert.h>
#include <pthread.h>
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
int counter;
static int get(void) { pthread_mutex_lock(&lock); int v = counter; pthread_mutex_unlock(&lock); return v; }
static void set(int v) { pthread_mutex_lock(&lock); counter = v; pthread_mutex_unlock(&lock); }
static void *work(void *unused)
{
    for (int i = 0; i < 10; i++)
        set(get() + 1);
    return unused;
}
int main(void)
{
    pthread_t a, b;
    pthread_create(&a, NULL, work, NULL);
    pthread_create(&b, NULL, work, NULL);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    assert(get() == 20);
}
END
cat >dead.c <<'END'
#include <pthread.h>
pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER, right = PTHREAD_MUTEX_INITIALIZER;
static void take(pthread_mutex_t *a, pthread_mutex_t *b)
{
    for (int i = 0; i < 5; i++) {
        pthread_mutex_lock(a);
        pthread_mutex_lock(b);
        pthread_mutex_unlock(b);
        pthread_mutex_unlock(a);
    }
}
static void *one(void *unused) { take(&left, &right); return unused; }
static void *two(void *unused) { take(&right, &left); return unused; }
int main(void)
{
    pthread_t a, b;
    pthread_create(&a, NULL, one, NULL);
    pthread_create(&b, NULL, two, NULL);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
}
END
cat >order.c <<'END'
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
int value;
int *_Atomic place;
static void *use(void *unused) { for (int i = 0; i < 3; i++) value += *place; return unused; }
int main(void)
{
    pthread_t t;
    int one = 1;
    pthread_create(&t, NULL, use, NULL);
    place = &one;
    pthread_join(t, NULL);
    printf("value %d\n", value);
    return 0;
}
END
cat >out.c <<'END'
#include <pthread.h>
#include <stdio.h>
static void *say(void *text) { puts(text); return NULL; }
int main(void)
{
    pthread_t a, b;
    pthread_create(&a, NULL, say, "first");
    pthread_create(&b, NULL, say, "second");
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    return 0;
}
END
for name in lost dead order out; do
    run reprise cc -g -O1 $name.c -o $name
    is 0 status
done
ok 'build'

# seed_with STATUS PROGRAM: the first seed that ends like that.
seed_with() {
    for seed in $(seq 1 200); do
        reprise run --seed "$seed" "$2" >"$work/.seed" 2>&1 </dev/null
        [ $? = "$1" ] && return 0
    done
    complain "no seed ends $2 with $1"
    return 1
}
# The number of switches that are left, and the line to type.
switches() { sed -n 's/^[0-9]* -> \([0-9]*\) switch.*/\1/p' <<<"$out"; }
replay_line() { sed -n 's/^to play it again: //p' <<<"$out"; }
few() { [ -n "$(switches)" ] && [ "$(switches)" -le "$1" ] || complain "not at most $1 switches"; }
play() { # the line that was printed, as a shell reads it
    local line
    line=$(replay_line)
    run eval "$line"
}

seed_with 134 ./lost
run reprise shrink "$seed" -- ./lost
is 0 status
is '' err
few 2
like out "^signal 6 .*Assertion .get\(\) == 20. failed"
like out '^ +T0 main +T1 +T2$'
like out '^> .*(stopped before .*; )?T[012] goes on'
like out 'write counter: [0-9]+ -> [0-9]+ '
like out '  lost\.c:6 +set +static void set'
like out '^! .*signal 6'
[ "$(grep -c '' <<<"$out")" -le 70 ] || complain 'too long'
lacks out $'\033'
shrunk=$(replay_line)
play
is 134 status
ok 'a lost update: at most two switches, and they bring it back'

run reprise shrink -j1 "$seed" -- ./lost
is 0 status
[ "$(replay_line)" = "$shrunk" ] || complain 'another result with -j1'
run reprise shrink -j 7 "$seed" -- ./lost
[ "$(replay_line)" = "$shrunk" ] || complain 'another result with -j7'
ok 'however many run at a time'

run reprise shrink --schedule "$(sed 's/.*\(rp1\.[^ ]*\).*/\1/' <<<"$shrunk")" -- ./lost
is 0 status
few 2
ok 'a schedule string'

run reprise shrink --html page.html --rows 12 "$seed" -- ./lost
last=$(tail -n 1 <<<"$out")
is 0 status
has out 'page.html'
has last 'to play it again: reprise replay rp1.'
[ "$(sed -n '/T0 main/,/^!/p' <<<"$out" | grep -c '')" -le 20 ] || complain 'more rows than asked for'
if have python3; then
    cat >check.py <<'END'
import html.parser, sys
class Page(html.parser.HTMLParser):
    void = {"meta", "br", "hr", "img", "link", "input"}
    def __init__(self):
        super().__init__()
        self.open, self.rows, self.marked = [], 0, 0
    def handle_starttag(self, tag, attributes):
        if tag not in self.void:
            self.open.append(tag)
        for name, value in attributes:
            assert name not in ("src", "href", "onclick"), name
        assert tag not in ("script", "img", "link", "iframe"), tag
        self.rows += tag == "tr"
        self.marked += tag == "tr" and ("class", "stop") in attributes
    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()
text = open(sys.argv[1], encoding="utf-8").read()
page = Page()
page.feed(text)
page.close()
assert not page.open, page.open
assert page.rows > 5 and page.marked >= 1, (page.rows, page.marked)
assert "prefers-color-scheme" in text and "@media print" in text
assert "rp1." in text and "url(" not in text and "http" not in text
END
    run python3 check.py page.html
    is 0 status
fi
ok 'a page of HTML'

for seed in $(seq 1 200); do
    reprise run --seed "$seed" ./dead >.dead 2>&1
    grep -q 'no thread can run' .dead && break
done
run reprise shrink "$seed" -- ./dead
is 0 status
few 2
like out '^deadlock'
like out 'waits for ever'
like out 'note: T[12] waits for (left|right), which T[12] holds since step [0-9]+'
play
is 66 status
has err 'no thread can run'
ok 'a deadlock of two locks'

seed_with 66 ./order
run reprise shrink "$seed" -- ./order
is 0 status
few 1
like out '^crash: SEGV .*order\.c:6'
like out '^> .*stopped before atomic store place; T1 goes on'
ok 'an order violation'

check='test "$(head -n 1)" = first'
for seed in $(seq 1 200); do
    [ "$(reprise run --seed "$seed" ./out 2>/dev/null | head -n 1)" = second ] && break
done
run reprise shrink --check "$check" "$seed" -- ./out
is 0 status
few 1
like out '^.*check'
play
like out '^second'
run reprise shrink "$seed" -- ./out
is 125 status
lines err 1
has err 'does not fail now'
ok 'a wrong output'

# ---- findings ----

run reprise hunt -n 200 -- ./lost
run reprise shrink F1
is 0 status
like out '^to play it again: reprise replay rp1\.'
few 2
run reprise shrink F1 -- ./lost
is 0 status
run reprise shrink --finding F1
is 0 status
run reprise shrink F99
is 2 status
lines err 1
ok 'a finding of a hunt'

# ---- budgets ----

seed_with 134 ./lost
run reprise shrink --runs 1 -j1 "$seed" -- ./lost
is 0 status
like out 'the budget was spent, so fewer may do'
ok 'a spent budget is told'

# ---- explain ----

run reprise run --seed "$seed" --set trace=trace.txt ./lost
run reprise explain trace.txt
is 0 status
like out '^ +(T0 main +)?T1 +T2$'
like out 'lock lock'
like out '^> '
run reprise run --seed 1 --set trace=out.trace ./out
run reprise explain out.trace
has out 'output stdout'
lacks out '_IO_2_1'
run reprise explain --html trace.html trace.txt
is 0 status
is '' out
[ -s trace.html ] || complain 'no page'
head -c 3000 trace.txt >cut.txt
run reprise explain cut.txt
is 0 status
has out 'the trace has no end'
echo nonsense >bad.txt
run reprise explain bad.txt
is 125 status
lines err 1
run reprise explain nowhere.txt
is 125 status
lines err 1
run reprise explain --html /nowhere/x.html trace.txt
is 125 status
lines err 1
ok 'explain'

# ---- usage ----

for words in '' '--jobs=0 1 -- ./lost' '--jobs=x 1 -- ./lost' '--runs=0 1 -- ./lost' \
    '--time=never 1 -- ./lost' '--rows=2 1 -- ./lost' '--color=red 1 -- ./lost' \
    '--seed 1 --seed 2 -- ./lost' '1' '--strategy=nonsense 1 -- ./lost' 'rp1.xx -- ./lost'; do
    run reprise shrink $words
    is 2 status
    lines err 1
done
run reprise shrink 1 -- ./nowhere
is 127 status
lines err 1
run reprise shrink --strategy os 1 -- ./lost
is 125 status
ok 'usage'

done_testing
