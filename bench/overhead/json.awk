# Everything as one JSON object: the runs, their medians, the ratios and the means.

function string(s) {
    gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); gsub(/[\001-\037]/, " ", s)
    return "\"" s "\""
}

function number(x) { return x == "" ? "null" : sprintf("%.6g", x) }

# The rounds' values of one variant, null where a run failed.
function list_of(table, p, c, v,    r, s) {
    for (r = 1; r <= rounds; r++)
        s = s (r > 1 ? "," : "") number(table == "time" ? time[p, c, v, r] : kb[p, c, v, r])
    return "[" s "]"
}

function print_variant(p, c, v,    m) {
    m = median_time(p, c, v)
    printf "%s: {\"time\": %s, \"time_lowest\": %s, \"time_highest\": %s, ", string(v), number(m),
        number(lowest), number(highest)
    m = median_kb(p, c, v)
    printf "\"peak_kb\": %s, \"times\": %s, \"peaks_kb\": %s}", number(m), list_of("time", p, c, v),
        list_of("kb", p, c, v)
}

function print_ratio(p, c, what, a, b,    x) {
    x = what == "kb" ? kb_ratio(p, c, a, b) : time_ratio(p, c, a, b)
    printf "{\"what\": %s, \"of\": %s, \"to\": %s, \"ratio\": %s", string(what == "kb" ? "memory" : "time"),
        string(a), string(b), number(x)
    if (what == "time") printf ", \"lowest\": %s, \"highest\": %s", number(lowest), number(highest)
    printf "}"
}

function print_program(p, c,    k, n) {
    printf "    {\"program\": %s, \"class\": %s, \"unit\": %s,\n     \"variants\": {", string(p),
        string(class_of[p, c]), string(class_of[p, c] == "real" ? "ms" : "ns/op")
    for (k = 1; k <= n_known; k++)
        if ((p, c, known[k]) in here) {
            printf "%s", n++ ? ",\n      " : "\n      "
            print_variant(p, c, known[k])
        }
    printf "},\n     \"ratios\": [\n      "
    print_ratio(p, c, "time", "noise", "native")
    for (k = 1; k <= pairs; k++) {
        printf ",\n      "
        print_ratio(p, c, pair_what[k], pair_a[k], pair_b[k])
    }
    printf "]}"
}

function print_means(c, class,    k, x) {
    for (k = 1; k <= pairs; k++) {
        x = mean_ratio(class, c, pair_what[k], pair_a[k], pair_b[k])
        if (x == "") continue
        printf "%s    {\"class\": %s, \"what\": %s, \"of\": %s, \"to\": %s, \"mean\": %s, \"programs\": %d, " \
            "\"highest\": %s, \"highest_in\": %s}", means++ ? ",\n" : "", string(class),
            string(pair_what[k] == "kb" ? "memory" : "time"), string(pair_a[k]), string(pair_b[k]),
            number(x), mean_of, number(worst), string(worst_in)
    }
}

function print_compiler(c,    i) {
    list_pairs(c)
    means = 0
    printf "  {\"compiler\": %s, \"programs\": [\n", string(c)
    for (i = 1; i <= size[c]; i++) {
        print_program(row[c, i], c)
        print i < size[c] ? "," : ""
    }
    print "   ], \"means\": ["
    print_means(c, "real")
    print_means(c, "micro")
    print_means(c, "lock")
    printf "\n   ]}"
}

END {
    printf "{\"time\": %s, \"runs\": %d, \"compilers\": [\n", string(which), rounds
    for (k0 = 1; k0 <= compilers; k0++) {
        print_compiler(compiler[k0])
        print k0 < compilers ? "," : ""
    }
    printf " ], \"failed\": ["
    for (b in bad) {
        split(b, f, SUBSEP)
        printf "%s\n  {\"program\": %s, \"compiler\": %s, \"runtime\": %s, \"why\": %s}", n_bad++ ? "," : "",
            string(f[1]), string(f[2]), string(f[3]), string(bad[b])
    }
    print "]}"
}
