# One curve as a table: cost and memory of each runtime, and ours to stock's.

function ratio(a, b) { return a != "" && b != "" && b > 0 ? short(a / b) : "-" }

END {
    c = name[1]
    printf "\n%s\n%10s", title[c], ""
    printf "  %-*s  %s\n", 11 * nv + 8, cost[c], size[c]
    printf "%10s", of[c]
    for (s = 1; s <= 2; s++) {
        for (k = 1; k <= nv; k++) printf " %10s", (variant[k] == "reprise-limit" ? "limit" : variant[k])
        printf " %7s ", "x tsan"
    }
    print ""
    for (i = 1; i <= points[c]; i++) {
        n = point[c, i]
        printf "%10d", n
        for (k = 1; k <= nv; k++)
            printf " %10s", (x = time_of(c, n, variant[k])) != "" ? short(x) : why[c, n, variant[k]]
        printf " %7s ", ratio(time_of(c, n, "reprise"), time_of(c, n, "tsan"))
        for (k = 1; k <= nv; k++) printf " %10s", short(size_of(c, n, variant[k]))
        printf " %7s\n", ratio(size_of(c, n, "reprise"), size_of(c, n, "tsan"))
    }
}
