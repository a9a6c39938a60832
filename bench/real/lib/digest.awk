# Sum up sanitizer reports: one line a distinct report, "COUNT<tab>KIND: `FRAME / FRAME`".
# Input: the report files. The frames are the top ones of the first two stacks, in alphabetical
# order, so that it does not matter who came second. Interceptors' own frames are passed over.

function flush_report(    a, b) {
    if (!kind)
        return
    a = top[1]; b = top[2]
    if (b == "")
        key = kind ": `" a "`"
    else
        key = kind ": `" (a < b ? a " / " b : b " / " a) "`"
    count[key]++
    kind = ""
}

/^WARNING: (ThreadSanitizer|Reprise): / {
    flush_report()
    kind = $0
    sub(/^WARNING: [A-Za-z]+: /, "", kind)
    sub(/ \(pid=.*/, "", kind)
    stacks = 0; delete top; in_stack = 0
    next
}
/^ +#[0-9]+ / && kind {
    if (!in_stack) { stacks++; in_stack = 1 }
    # An interceptor's frame has no source file, or one of the runtime: the next one is the program's.
    if (stacks <= 2 && top[stacks] == "" && $3 != "<null>" && $3 !~ /sanitizer/)
        top[stacks] = $2
    next
}
{ in_stack = 0 }
/^SUMMARY: / { flush_report() }
END {
    flush_report()
    for (key in count)
        printf "%d\t%s\n", count[key], key
}
