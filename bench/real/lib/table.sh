# The table: one row a variant, ratios against the native row of the same program and compiler.
# "reports" counts occurrences; true, false and unread count distinct pairs of frames by what the
# notes say of them.

# print_table FILE; the status is that of the whole run.
print_table() {
    awk -F'\t' '
    function ratio(a, b) { return a == "-" || b == "" || b == "-" || b == 0 ? "-" : sprintf("%.1f", a / b) }
    function seconds(ms) { return ms == "-" ? "-" : sprintf("%.1f", ms / 1000) }
    function mega(kb) { return kb == "-" ? "-" : sprintf("%.0f", kb / 1024) }
    { row[NR] = $0; wall[$1, $2, $3] = $4; peak[$1, $2, $3] = $5 }
    $11 == "same" { passed++ }
    $11 != "same" { failed++ }
    END {
        form = "%-10s %-9s %-8s %7s %7s %7s %7s %8s %8s %7s %5s %5s %6s %4s  %s\n"
        printf form, "program", "compiler", "runtime", "wall_s", "peak_MB", "x_wall", "x_peak",
            "tsan_x_w", "tsan_x_p", "reports", "true", "false", "unread", "exit", "verdict"
        for (i = 1; i <= NR; i++) {
            split(row[i], f, "\t")
            base = f[1] SUBSEP f[2] SUBSEP
            stock = f[3] == "reprise"
            printf form, f[1], f[2], f[3], seconds(f[4]), mega(f[5]),
                ratio(f[4], wall[base "native"]), ratio(f[5], peak[base "native"]),
                stock ? ratio(f[4], wall[base "tsan"]) : "-", stock ? ratio(f[5], peak[base "tsan"]) : "-",
                f[6], f[7], f[8], f[9], f[10], f[11]
        }
        printf "%d passed, %d failed\n", passed, failed
        exit failed > 0
    }' "$1"
}
