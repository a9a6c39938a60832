# The results of a run: ns[curve, n, runtime] and bytes[...] are medians of the rounds, why[...] says
# why there is none. points[curve] of them, in order: point[curve, i]; curves in order: name[1..ncurves].

BEGIN {
    FS = "\t"
    nv = split(variants, variant, " ")
    of["access"] = "threads"; cost["access"] = "ns an access"; size["access"] = "KB a thread"
    of["lock"] = "threads"; cost["lock"] = "ns a lock and unlock"; size["lock"] = "KB a thread"
    of["live"] = "threads"; cost["live"] = "us a thread"; size["live"] = "KB a thread"
    of["locks"] = "mutexes"; cost["locks"] = "ns a lock and unlock"; size["locks"] = "bytes a mutex"
    of["full"] = "MB"; cost["full"] = "ns a write of 8 bytes"; size["full"] = "bytes a byte"
    of["sparse"] = "MB"; cost["sparse"] = "ns a read, one a page"; size["sparse"] = "KB a page"
    title["access"] = "memory accesses"
    title["lock"] = "locks that two threads share"
    title["live"] = "threads that live at the same time"
    title["locks"] = "many mutexes"
    title["full"] = "touched memory, all of it"
    title["sparse"] = "touched memory, a word a page"
}

curve != "" && $1 != curve { next }

{
    if (!($1 in points)) name[++ncurves] = $1
    if (!(($1, $2) in seen)) { seen[$1, $2] = 1; point[$1, ++points[$1]] = $2 }
    if ($4 == "-") why[$1, $2, $3] = $5
    else {
        i = ++rounds[$1, $2, $3]
        all_ns[$1, $2, $3, i] = $4; all_bytes[$1, $2, $3, i] = $5
    }
}

function median(of_what, c, n, v,    k, i, j, a, t) {
    k = rounds[c, n, v]
    for (i = 1; i <= k; i++) {
        a[i] = (of_what == "ns" ? all_ns[c, n, v, i] : all_bytes[c, n, v, i]) + 0
        for (j = i; j > 1 && a[j - 1] > a[j]; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
    }
    return k ? (k % 2 ? a[(k + 1) / 2] : (a[k / 2] + a[k / 2 + 1]) / 2) : ""
}

# In the unit of the curve; "" when there is none.
function time_of(c, n, v,    x) {
    x = median("ns", c, n, v)
    return x == "" ? "" : c == "live" ? x / 1000 : x
}

function size_of(c, n, v,    x) {
    x = median("bytes", c, n, v)
    return x == "" ? "" : size[c] ~ /^KB/ ? x / 1024 : x
}

function short(x) { return x == "" ? "-" : sprintf(x < 9.995 ? "%.2f" : x < 99.95 ? "%.1f" : "%.0f", x) }
