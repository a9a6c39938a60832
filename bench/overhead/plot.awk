# The ratios as an SVG picture: bars on a logarithmic scale, time on the left and memory on the right,
# one row a program and one panel a compiler and class.

BEGIN {
    colour["floor"] = "#9aa3ad"; colour["tsan"] = "#d9822b"; colour["reprise"] = "#1f5fa8"; colour["inline"] = "#2a9d7f"
    n_bars = split("floor tsan reprise inline", bar, " ")
    bar_height = 9; gap = 8; name_width = 110; plot_width = 400; between = 70; margin = 16
}

function put(s) { body = body s "\n" }

function text(x, y, s, anchor, extra) {
    put(sprintf("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>", x, y, anchor, extra, s))
}

# Where a ratio lies; lo and hi are the ends of the panel's scale.
function at(x, left) { return left + plot_width * (log(x) - log(lo)) / (log(hi) - log(lo)) }

function value(p, c, class, what, v) {
    if (p == "") return mean_ratio(class, c, what, v, "native")
    return what == "kb" ? kb_ratio(p, c, v, "native") : time_ratio(p, c, v, "native")
}

function set_scale(c, class, what,    i, k, x) {
    lo = 0.8; hi = 8
    for (i = 1; i <= size[c]; i++)
        for (k = 1; k <= n_bars; k++)
            if (belongs(row[c, i], c, class) && (x = value(row[c, i], c, class, what, bar[k])) != "") {
                if (x > 0 && x < lo) lo = x
                if (x > hi) hi = x
            }
    if (lo < 0.05) lo = 0.05
    hi *= 1.35 # room for the numbers
}

function grid(left, top, bottom,    n, i, ticks) {
    n = split("0.1 0.2 0.5 1 2 5 10 20 50 100 200 500 1000 2000 5000 10000", ticks, " ")
    for (i = 1; i <= n; i++) {
        if (ticks[i] < lo || ticks[i] > hi) continue
        put(sprintf("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>", at(ticks[i], left),
            at(ticks[i], left), top, bottom, ticks[i] == 1 ? "#555" : "#dde1e5"))
        text(at(ticks[i], left), top - 4, ticks[i] "×", "middle", " fill=\"#555\"")
    }
}

function draw_bar(x, v, left, y,    from, to) {
    from = at(1, left); to = at(x < lo ? lo : x, left)
    put(sprintf("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>", from < to ? from : to, y,
        from < to ? to - from : from - to, bar_height - 1, colour[v]))
    text((to > from ? to : from) + 3, y + bar_height - 2, sprintf(x < 10 ? "%.2f" : x < 100 ? "%.1f" : "%.0f", x),
        "start", " font-size=\"9\" fill=\"#333\"")
}

function draw_row(p, c, class, what, left, y,    k, x) {
    for (k = 1; k <= n_bars; k++) {
        if (!has[c, bar[k]]) continue
        if ((x = value(p, c, class, what, bar[k])) != "" && x > 0) draw_bar(x, bar[k], left, y)
        y += bar_height
    }
}

function draw_side(c, class, what, left, top, bottom, row_height,    i, y) {
    set_scale(c, class, what)
    text(left, top - 18, what == "kb" ? "peak memory, times native" : (which == "wall" ? "wall" : "processor") \
        " time, times native", "start", " font-weight=\"bold\"")
    grid(left, top, bottom)
    y = top + gap / 2
    for (i = 1; i <= size[c]; i++)
        if (belongs(row[c, i], c, class)) {
            draw_row(row[c, i], c, class, what, left, y)
            y += row_height
        }
    draw_row("", c, class, what, left, y)
}

function draw_names(c, class, top, row_height,    i, y) {
    y = top + row_height / 2 + 2
    for (i = 1; i <= size[c]; i++)
        if (belongs(row[c, i], c, class)) {
            text(margin + name_width - 8, y, row[c, i], "end", "")
            y += row_height
        }
    text(margin + name_width - 8, y, "geometric mean", "end", " font-weight=\"bold\"")
}

function draw_panel(c, class, title,    i, k, n, bars, row_height, top) {
    for (i = 1; i <= size[c]; i++) n += belongs(row[c, i], c, class)
    if (!n) return
    for (k = 1; k <= n_bars; k++) bars += has[c, bar[k]]
    row_height = bars * bar_height + gap
    text(margin, height + 14, c ", " title, "start", " font-size=\"14\" font-weight=\"bold\"")
    top = height + 54
    height = top + (n + 1) * row_height + 6
    draw_side(c, class, "time", margin + name_width, top, height - 4, row_height)
    draw_side(c, class, "kb", margin + name_width + plot_width + between, top, height - 4, row_height)
    draw_names(c, class, top, row_height)
    height += 20
}

function draw_legend(    k, x, c, used) {
    x = margin
    for (k = 1; k <= n_bars; k++) {
        used = 0
        for (c = 1; c <= compilers; c++) used += has[compiler[c], bar[k]]
        if (!used) continue
        put(sprintf("<rect x=\"%d\" y=\"12\" width=\"10\" height=\"10\" fill=\"%s\"/>", x, colour[bar[k]]))
        text(x + 14, 21, legend[bar[k]], "start", "")
        x += 130
    }
}

END {
    legend["floor"] = "empty hooks"; legend["tsan"] = "ThreadSanitizer"; legend["reprise"] = "Reprise"; legend["inline"] = "Reprise --inline"
    height = 36
    draw_legend()
    for (i0 = 1; i0 <= compilers; i0++) {
        draw_panel(compiler[i0], "real", "real programs")
        draw_panel(compiler[i0], "micro", "kernels")
    }
    width = 2 * margin + name_width + 2 * plot_width + between
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" " \
        "font-family=\"sans-serif\" font-size=\"11\">\n", width, height, width, height
    printf "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n%s</svg>\n", body
}
