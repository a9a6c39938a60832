# The printed table, one a compiler.

function cell(x) { return x == "" ? "-" : sprintf(x < 10 ? "%.2f" : "%.1f", x) }

function short_of(v) { return v == "native" ? "nat" : v == "floor" ? "flr" : label[v] }

# Ratios to stock say most, hence they come with their spread.
function is_wide(k) { return pair_what[k] == "time" && pair_b[k] == "tsan" }

function print_head(c, class,    k) {
    printf "%-14s %9s  %-17s", class == "real" ? "program" : "kernel", class == "real" ? "native_ms" : "native_ns", "noise"
    for (k = 1; k <= pairs; k++)
        printf is_wide(k) ? "  %-18s" : " %11s",
            (pair_what[k] == "kb" ? "MB:" : "") short_of(pair_a[k]) "/" short_of(pair_b[k])
    for (k = 1; k <= n_known; k++)
        if (has[c, known[k]] && known[k] != "noise") printf " %9s", "MB_" label[known[k]]
    print ""
}

function print_row(p, c,    k, x) {
    printf "%-14s %9.1f", p, median_time(p, c, "native")
    x = time_ratio(p, c, "noise", "native")
    printf "  %-17s", x == "" ? "-" : sprintf("%.2f [%.2f-%.2f]", x, lowest, highest)
    for (k = 1; k <= pairs; k++) {
        x = pair_ratio(p, c, k)
        if (is_wide(k))
            printf "  %-18s", x == "" ? "-" : sprintf("%.2f [%.2f-%.2f]", x, lowest, highest)
        else
            printf " %11s", cell(x)
    }
    for (k = 1; k <= n_known; k++)
        if (has[c, known[k]] && known[k] != "noise") {
            x = median_kb(p, c, known[k])
            printf " %9s", x == "" ? "-" : sprintf("%.1f", x / 1024)
        }
    print ""
}

function print_line(c, class, worst_line,    k, x) {
    printf "%-14s %9s  %-17s", worst_line ? "highest" : "geom. mean", "", ""
    for (k = 1; k <= pairs; k++) {
        x = mean_ratio(class, c, pair_what[k], pair_a[k], pair_b[k])
        if (worst_line) x = worst
        printf is_wide(k) ? "  %-18s" : " %11s", cell(x)
    }
    print ""
}

function print_class(c, class, title,    i, n) {
    for (i = 1; i <= size[c]; i++) n += belongs(row[c, i], c, class)
    if (!n) return
    printf "\n%s, %s (%s time, medians of %d)\n", c, title, which == "wall" ? "wall" : "processor", rounds
    print_head(c, class)
    for (i = 1; i <= size[c]; i++)
        if (belongs(row[c, i], c, class))
            print_row(row[c, i], c)
    print_line(c, class, 0)
    print_line(c, class, 1)
}

END {
    for (k = 1; k <= compilers; k++) {
        list_pairs(compiler[k])
        print_class(compiler[k], "real", "real programs")
        print_class(compiler[k], "micro", "kernels")
        print_class(compiler[k], "lock", "of these, lock-heavy kernels")
    }
    for (b in bad) {
        split(b, f, SUBSEP)
        printf "%s%s %s %s: %s", said++ ? "" : "\nnot as native:\n", f[1], f[2], f[3], bad[b] "\n"
    }
}
