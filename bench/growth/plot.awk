# The curves as an SVG picture: one row a curve, cost on the left and memory on the right; both axes
# of each panel are logarithmic.

BEGIN {
    colour["native"] = "#9aa3ad"; colour["tsan"] = "#d9822b"; colour["reprise"] = "#1f5fa8"; colour["reprise-limit"] = "#2a9d7f"
    wide = 380; high = 190; left0 = 62; between = 90; top0 = 60; row_height = high + 78
}

function put(s) { body = body s "\n" }

function text(x, y, s, anchor, extra) {
    put(sprintf("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>", x, y, anchor, extra, s))
}

function value(what, c, n, v) { return what == "time" ? time_of(c, n, v) : size_of(c, n, v) }
function at_x(x) { return left + wide * (high_x > low_x ? log(x / low_x) / log(high_x / low_x) : 0.5) }
function at_y(y) { return top + high - high * log(y / low_y) / log(high_y / low_y) }

function set_scales(what, c,    i, k, x) {
    low_x = point[c, 1]; high_x = point[c, points[c]]; low_y = 0; high_y = 0
    for (i = 1; i <= points[c]; i++)
        for (k = 1; k <= nv; k++)
            if ((x = value(what, c, point[c, i], variant[k])) != "" && x > 0) {
                if (!low_y || x < low_y) low_y = x
                if (x > high_y) high_y = x
            }
    if (!low_y) { low_y = 1; high_y = 10 }
    low_y = exp(log(10) * floor(log(low_y) / log(10)))
    high_y = exp(log(10) * (floor(log(high_y) / log(10)) + 1))
}

function floor(x) { return int(x) > x ? int(x) - 1 : int(x) }

function axes(c,    i, y) {
    for (y = low_y; y <= high_y * 1.001; y *= 10) {
        put(sprintf("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dde1e5\"/>", left, left + wide, at_y(y), at_y(y)))
        text(left - 6, at_y(y) + 4, sprintf("%.10g", y < 1 ? sprintf("%.3f", y) + 0 : sprintf("%.0f", y)), "end", " fill=\"#555\"")
    }
    for (i = 1; i <= points[c]; i++)
        text(at_x(point[c, i]), top + high + 14, point[c, i], "middle", " fill=\"#555\" font-size=\"10\"")
    text(left + wide / 2, top + high + 28, of[c], "middle", " fill=\"#555\"")
}

function line(what, c, v,    i, x, path, n) {
    for (i = 1; i <= points[c]; i++) {
        n = point[c, i]
        if ((x = value(what, c, n, v)) == "" || x <= 0) continue
        path = path sprintf("%s%.1f,%.1f", path == "" ? "" : " ", at_x(n), at_y(x))
        put(sprintf("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\"/>", at_x(n), at_y(x), colour[v]))
    }
    put(sprintf("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\"/>", path, colour[v]))
}

function panel(what, c,    k) {
    set_scales(what, c)
    text(left, top - 8, title[c] ": " (what == "time" ? cost[c] : size[c]), "start", " font-weight=\"bold\"")
    axes(c)
    for (k = 1; k <= nv; k++) line(what, c, variant[k])
}

END {
    for (j = 1; j <= ncurves; j++) {
        top = top0 + (j - 1) * row_height
        left = left0
        panel("time", name[j])
        left = left0 + wide + between
        panel("memory", name[j])
    }
    x = left0
    for (k = 1; k <= nv; k++) {
        put(sprintf("<rect x=\"%d\" y=\"14\" width=\"10\" height=\"10\" fill=\"%s\"/>", x, colour[variant[k]]))
        text(x + 15, 23, variant[k] (variant[k] == "native" ? "" : ", " compiler), "start", "")
        x += 150
    }
    width = left0 + 2 * wide + between + 24; height = top0 + ncurves * row_height
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">\n", width, height, width, height
    print "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
    printf "%s</svg>\n", body
}
