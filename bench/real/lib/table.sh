# The table: one row a variant, ratios against the native row of the same program and compiler.
# "reports" counts occurrences; true, false and unread count distinct pairs of frames by what the
# notes say of them.

# print_table FILE; the status is that of the whole run.
print_table() {
    awk -F'\t' '
    function ratio(a, b) { return a == "-" || b == "" || b == "-" || b == 0 ? "-" : sprintf("%.1f", a / b) }
    function seconds(ms) { return ms == "-" ? "-" : sprintf("%.1f", ms / 1000) }
    function mega(kb) { return kb == "-" ? "-" : sprintf("%.0f", kb / 1024) }
    { row[NR] = $0; wall[$1, $2, $3] = $4; cpu[$1, $2, $3] = $5; peak[$1, $2, $3] = $6 }
    $12 == "same" { passed++ }
    $12 != "same" { failed++ }
    END {
        form = "%-10s %-9s %-8s %7s %7s %7s %6s %6s %6s  %7s %7s  %7s %5s %5s %6s %4s  %s\n"
        printf form, "program", "compiler", "runtime", "wall_s", "cpu_s", "peak_MB", "x_wall", "x_cpu",
            "x_peak", "tsan_xc", "tsan_xp", "reports", "true", "false", "unread", "exit", "verdict"
        for (i = 1; i <= NR; i++) {
            split(row[i], f, "\t")
            base = f[1] SUBSEP f[2] SUBSEP
            ours = f[3] == "reprise"
            printf form, f[1], f[2], f[3], seconds(f[4]), seconds(f[5]), mega(f[6]),
                ratio(f[4], wall[base "native"]), ratio(f[5], cpu[base "native"]),
                ratio(f[6], peak[base "native"]),
                ours ? ratio(f[5], cpu[base "tsan"]) : "-", ours ? ratio(f[6], peak[base "tsan"]) : "-",
                f[7], f[8], f[9], f[10], f[11], f[12]
        }
        printf "%d passed, %d failed\n", passed, failed
        exit failed > 0
    }' "$1"
}
