# All points: medians, or why there is none.

function number(x) { return x == "" ? "null" : sprintf("%.6g", x) }

END {
    printf "{\"compiler\": \"%s\", \"runs\": %d, \"time\": \"cpu\", \"curves\": [", compiler, runs
    for (j = 1; j <= ncurves; j++) {
        c = name[j]
        printf "%s\n {\"curve\": \"%s\", \"of\": \"%s\", \"time\": \"%s\", \"memory\": \"%s\", \"points\": [", \
            (j > 1 ? "," : ""), c, of[c], cost[c], size[c]
        for (i = 1; i <= points[c]; i++)
            for (k = 1; k <= nv; k++) {
                n = point[c, i]; v = variant[k]
                printf "%s\n  {\"n\": %d, \"runtime\": \"%s\", \"time\": %s, \"memory\": %s%s}", (i + k > 2 ? "," : ""), \
                    n, v, number(time_of(c, n, v)), number(size_of(c, n, v)), \
                    ((c, n, v) in why ? ", \"why\": \"" why[c, n, v] "\"" : "")
            }
        printf "]}"
    }
    print "\n]}"
}
