#!/bin/bash
# What bench/overhead/run makes of runs: table, JSON and picture, from numbers that are known.
# Nothing is measured here.
source=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/check.sh"
show() { run "$source/bench/overhead/run" --show --results runs.tsv "$@"; }

# line CLASS PROGRAM RUNTIME ROUND CPU WALL KB [VERDICT]
line() { printf '%s\t%s\tclang-19\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$5" "$6" "$7" "${8:-same}"; }
program() { # program CLASS NAME OURS OURS_KB: native 100 ms, floor 200, stock 800; 1000 and 8000 KB
    line "$1" "$2" native 0 9999 9999 99999
    for round in 1 2 3; do
        line "$1" "$2" native $round 100 50 1000
        line "$1" "$2" noise $round $((100 + 10 * (round - 2))) 50 1000
        line "$1" "$2" floor $round 200 100 1100
        line "$1" "$2" tsan $round 800 400 8000
        line "$1" "$2" reprise $round $(($3 * round)) 200 "$4"
    done
}
{ program real alpha 200 2000; program real beta 50 8000; program micro walk 400 1000; program lock own 100 1000; } >runs.tsv

show
is 0 status
like out '^clang-19, real programs \(processor time, medians of 3\)$'
like out '^alpha +100\.0  1\.00 \[0\.90-1\.10\] +2\.00 +8\.00 +4\.00 +4\.00 +2\.00  0\.50 \[0\.25-0\.75\] +0\.25 +2\.00 '
ok 'a row: medians of the ratios of each round, the warm-up left out'

has out 'geom. mean'
like out '^geom\. mean +2\.00 +8\.00 +2\.00 +4\.00 +1\.00  0\.25 +0\.50 +4\.00$'
like out '^highest +2\.00 +8\.00 +4\.00 +4\.00 +2\.00  0\.50 +1\.00 +8\.00$'
ok 'the mean is geometric, and the highest is that of one program'

like out 'lock-heavy kernels'
own_rows=$(grep -c '^own ' .out)
is 2 own_rows
ok 'lock-heavy kernels count among the kernels, and once more by themselves'

show --time wall
like out 'wall time, medians of 3'
like out '^alpha +50\.0  1\.00 \[1\.00-1\.00\] +2\.00 +8\.00 +4\.00 '
ok 'wall time when it is asked for'

show --json out.json --svg out.svg
is 0 status
if have python3; then
    cat >check.py <<'END'
import json, xml.etree.ElementTree as xml
j = json.load(open("out.json"))
c = j["compilers"][0]
assert j["runs"] == 3 and c["compiler"] == "clang-19" and len(c["programs"]) == 4
alpha = c["programs"][0]
assert alpha["variants"]["reprise"]["times"] == [200, 400, 600], alpha
assert alpha["variants"]["reprise"]["peak_kb"] == 2000
ratio = [r for r in alpha["ratios"] if (r["what"], r["of"], r["to"]) == ("time", "reprise", "tsan")][0]
assert (ratio["ratio"], ratio["lowest"], ratio["highest"]) == (0.5, 0.25, 0.75), ratio
mean = [m for m in c["means"] if (m["class"], m["what"], m["of"], m["to"]) == ("real", "memory", "reprise", "tsan")][0]
assert abs(mean["mean"] - 0.5) < 1e-6 and mean["highest_in"] == "beta", mean
svg = xml.parse("out.svg").getroot()
bars = {b.get("fill") for b in svg.iter("{http://www.w3.org/2000/svg}rect")}
words = [t.text for t in svg.iter("{http://www.w3.org/2000/svg}text")]
assert len(bars) == 4, bars
assert "alpha" in words and "geometric mean" in words and "clang-19, kernels" in words, words
width = float(svg.get("width"))
assert all(0 <= float(b.get("x") or 0) and float(b.get("x") or 0) + float(b.get("width").rstrip("%")) <= width
           for b in svg.iter("{http://www.w3.org/2000/svg}rect")), "bars leave the picture"
END
    run python3 check.py
    is 0 status
    ok 'JSON with all runs, and a picture with all bars'
else
    skip 'no python3 to read JSON and SVG'
fi

{ cat runs.tsv; line real gamma native 1 100 50 1000; line real gamma tsan 1 700 50 1000 signal11:map; } >more.tsv
mv more.tsv runs.tsv
show
like out '^gamma clang-19 tsan: signal11:map$'
like out '^gamma +100\.0  - +- '
ok 'a run that failed is told and is no measurement'

run "$source/bench/overhead/run" --show --results nowhere.tsv
is 2 status
lines err 1
run "$source/bench/overhead/run" --runtime nonsense
is 2 status
lines err 1
ok 'usage errors'

# What is measured as instrumented has to be: builds find compilers of their own.
. "$source/bench/real/lib/variant.sh"
have gcc || { skip 'no gcc to build with'; done_testing; }
mkdir -p native other && echo 'int main(void) { return 0; }' >empty.c && echo '$CC -o empty' >log || exit 1
gcc empty.c -o native/empty
echo 'void __tsan_init(void) {}' | cat empty.c - >hooks.c && gcc hooks.c -o other/empty
run is_variant native native log
is 0 status
for runtime in tsan captured reprise inline; do
    run is_variant $runtime native log
    is 1 status
    is 'native/empty is not instrumented: it has no runtime' err
    run is_variant $runtime other log
    is 0 status
done
ok 'a program without a runtime is no variant'

echo 'reprise cc: --inline: libreprise-inline.c is missing; calling the runtime' >>log
run is_variant reprise other log
is 0 status
run is_variant inline other log
is 1 status
like err 'libreprise-inline.c is missing'
ok 'nor is one inlined that could not be'

done_testing
