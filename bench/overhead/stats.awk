# The runs (measure.sh) and what they come to. Read by awk before table.awk, json.awk or plot.awk.
#
# Round 0 is the warm-up, and a run that did not do what the native one did is no measurement. A
# ratio is that of two runs of one round; its median and its lowest and highest are over the rounds.

BEGIN {
    FS = "\t"
    label["native"] = "native"; label["noise"] = "noise"; label["floor"] = "floor"
    label["tsan"] = "tsan"; label["reprise"] = "ours"; label["inline"] = "inline"
    n_known = split("native noise floor tsan reprise inline", known, " ")
}

NF >= 9 {
    if (!(($2, $3) in class_of)) {
        if (!($3 in size)) compiler[++compilers] = $3
        row[$3, ++size[$3]] = $2
        class_of[$2, $3] = $1
    }
    if ($9 != "same") { bad[$2, $3, $4] = $9; failed++; next }
    if ($5 == 0) next
    if ($5 > rounds) rounds = $5
    time[$2, $3, $4, $5] = (which == "wall" ? $7 : $6) + 0
    kb[$2, $3, $4, $5] = $8 + 0
    has[$3, $4] = 1
    here[$2, $3, $4] = 1
}

function sort_into(a, n,    i, j, x) {
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && a[j - 1] > a[j]; j--) { x = a[j]; a[j] = a[j - 1]; a[j - 1] = x }
}

# The median of a[1..n], or "" of nothing; sets lowest and highest.
function median(a, n) {
    sort_into(a, n)
    if (n == 0) { lowest = highest = ""; return "" }
    lowest = a[1]; highest = a[n]
    return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}

function median_time(p, c, v,    a, n, r) {
    for (r = 1; r <= rounds; r++)
        if ((p, c, v, r) in time) a[++n] = time[p, c, v, r]
    return median(a, n + 0)
}

function median_kb(p, c, v,    a, n, r) {
    for (r = 1; r <= rounds; r++)
        if ((p, c, v, r) in kb) a[++n] = kb[p, c, v, r]
    return median(a, n + 0)
}

# How many times b's time or memory a takes, p being the program.
function time_ratio(p, c, a, b,    q, n, r) {
    for (r = 1; r <= rounds; r++)
        if (((p, c, a, r) in time) && time[p, c, b, r] > 0)
            q[++n] = time[p, c, a, r] / time[p, c, b, r]
    return median(q, n + 0)
}

function kb_ratio(p, c, a, b,    x, y) {
    x = median_kb(p, c, a); y = median_kb(p, c, b)
    return x == "" || y == "" || y == 0 ? "" : x / y
}

# Lock-heavy kernels are kernels too.
function belongs(p, c, class) {
    return class_of[p, c] == class || (class == "micro" && class_of[p, c] == "lock")
}

# The geometric mean of a ratio over a class; sets mean_of, from how many programs, and worst.
function mean_ratio(class, c, what, a, b,    i, x, sum) {
    mean_of = 0; worst = ""; worst_in = ""
    for (i = 1; i <= size[c]; i++) {
        if (!belongs(row[c, i], c, class)) continue
        x = what == "kb" ? kb_ratio(row[c, i], c, a, b) : time_ratio(row[c, i], c, a, b)
        if (x == "" || x <= 0) continue
        sum += log(x); mean_of++
        if (worst == "" || x > worst) { worst = x; worst_in = row[c, i] }
    }
    return mean_of ? exp(sum / mean_of) : ""
}

# Sets pair_a, pair_b and pair_what: the ratios that are printed, in this order. 1 is the floor's worth.
function list_pairs(c,    i, k, list, f) {
    pairs = 0
    k = split("time floor native,time tsan native,time reprise native,time inline native," \
        "time tsan floor,time reprise floor,time inline floor,time reprise tsan,time inline tsan," \
        "kb reprise tsan,kb inline tsan,kb reprise native", list, ",")
    for (i = 1; i <= k; i++) {
        split(list[i], f, " ")
        if (has[c, f[2]] && has[c, f[3]]) {
            pairs++
            pair_what[pairs] = f[1]; pair_a[pairs] = f[2]; pair_b[pairs] = f[3]
        }
    }
}

function pair_ratio(p, c, k) {
    return pair_what[k] == "kb" ? kb_ratio(p, c, pair_a[k], pair_b[k]) : time_ratio(p, c, pair_a[k], pair_b[k])
}
