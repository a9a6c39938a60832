# The table of bench/go/run, and its JSON. Input: version kernel variant round wall_ms cpu_ms kb.

function sorted(a, n,    i, j, t) {
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
}

function middle(a, n) { return n == 0 ? 0 : n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2 }

# Median of what a row's variant took; `of` is time or kb.
function median(of, row, variant,    a, n, k) {
    n = 0
    for (k = 1; k <= runs; k++)
        if ((of, row, variant, k) in value) a[++n] = value[of, row, variant, k]
    sorted(a, n)
    return middle(a, n)
}

# Sets low, high and count; returns the median of the rounds' quotients.
function quotient(of, row, top, bottom,    a, n, k) {
    n = 0
    for (k = 1; k <= runs; k++)
        if ((of, row, top, k) in value && value[of, row, bottom, k] > 0)
            a[++n] = value[of, row, top, k] / value[of, row, bottom, k]
    sorted(a, n)
    count = n; low = n ? a[1] : 0; high = n ? a[n] : 0
    return middle(a, n)
}

function add_to_mean(id, x) { if (x > 0) { logs[id] += log(x); terms[id]++ } }

function mean(id) { return terms[id] ? sprintf("%.2f", exp(logs[id] / terms[id])) : "-" }

function cell(row, top, bottom,    q, p) {
    q = quotient("time", row, top, bottom)
    if (!count) { printf "  %-25s", "-"; return }
    printf "  %-19s", sprintf("%.2f [%.2f-%.2f]", q, low, high)
    add_to_mean(version[row] FS top FS bottom FS "time", q)
    p = quotient("kb", row, top, bottom)
    add_to_mean(version[row] FS top FS bottom FS "peak", p)
    printf " %5.2f", p
}

{
    row = $1 FS $2
    if (!(row in version)) { version[row] = $1; name[row] = $2; order[++rows] = row }
    if (!($1 in known)) { known[$1] = 1; versions[++wide] = $1 }
    if ($3 == "reprise" || $3 == "stock") has[$3] = 1
    value["time", row, $3, $4] = time == "wall" ? $5 : $6
    value["kb", row, $3, $4] = $7
    lines[NR] = sprintf("{\"go\": \"%s\", \"kernel\": \"%s\", \"runtime\": \"%s\", \"round\": %d, \"wall_ms\": %s, \"cpu_ms\": %s, \"peak_kb\": %s}", $1, $2, $3, $4, $5, $6, $7)
}

END {
    pairs = 0
    if (has["stock"]) pair[++pairs] = "stock native"
    if (has["reprise"]) pair[++pairs] = "reprise native"
    if (has["stock"] && has["reprise"]) pair[++pairs] = "reprise stock"
    printf "%-10s %-12s %9s %5s  %-8s", "go", "kernel", "native_ms", "MB", "noise"
    for (p = 1; p <= pairs; p++) { split(pair[p], f, " "); printf "  %-19s %5s", f[1] "/" f[2], "peak" }
    print ""
    for (r = 1; r <= rows; r++) {
        row = order[r]
        printf "%-10s %-12s %9.0f %5.0f  %-8.2f", version[row], name[row], median("time", row, "native"),
            median("kb", row, "native") / 1024, quotient("time", row, "noise", "native")
        for (p = 1; p <= pairs; p++) { split(pair[p], f, " "); cell(row, f[1], f[2]) }
        print ""
    }
    for (v = 1; v <= wide; v++) {
        printf "%-10s %-37s", versions[v], "geometric mean, " time " time and peak"
        for (p = 1; p <= pairs; p++) {
            split(pair[p], f, " ")
            id = versions[v] FS f[1] FS f[2]
            printf "  %-19s %5s", mean(id FS "time"), mean(id FS "peak")
            means = means sprintf("%s{\"go\": \"%s\", \"of\": \"%s/%s\", \"%s_time\": %s, \"peak\": %s}", means ? ",\n  " : "", versions[v], f[1], f[2], time, mean(id FS "time"), mean(id FS "peak"))
        }
        print ""
    }
    if (json != "") {
        printf "{\"geometric_means\": [\n  %s],\n \"runs\": [\n", means >json
        for (i = 1; i <= NR; i++) printf "  %s%s\n", lines[i], i < NR ? "," : "" >json
        print "]}" >json
    }
}
