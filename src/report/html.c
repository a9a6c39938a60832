/* An explanation as one page that needs nothing else: no script, no font, no picture of others. */
#include "explain.h"
#include "findings.h"

#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark;--fg:#1c1e21;--dim:#6a7078;--bg:#fff;--line:#d9dce0;"
    "--lane:#f4f5f7;--mark:#8a5a00;--mark-bg:#fff3d6;--bad:#a4161a;--bad-bg:#fde8e8}\n"
    "@media(prefers-color-scheme:dark){:root{--fg:#e3e5e8;--dim:#9aa0a8;--bg:#16181b;"
    "--line:#34383d;--lane:#1e2125;--mark:#ffc966;--mark-bg:#3a2d10;--bad:#ff9a9a;"
    "--bad-bg:#431c1e}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:2rem auto;padding:0 1rem;max-width:90rem;background:var(--bg);color:var(--fg);"
    "font:15px/1.45 system-ui,sans-serif}\n"
    "h1{font-size:1.35rem;margin:0 0 .3rem}h2{font-size:1rem;margin:1.2rem 0 .3rem}\n"
    "p{margin:.3rem 0}\n"
    ".dim{color:var(--dim)}\n"
    "code,pre,td,th{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"
    "font-size:13px}\n"
    "pre{background:var(--lane);border:1px solid var(--line);border-radius:4px;padding:.6rem .8rem;"
    "white-space:pre-wrap;overflow-wrap:anywhere}\n"
    ".scroll{overflow-x:auto;margin:1.2rem 0}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{padding:.22rem .6rem;text-align:left;vertical-align:top}\n"
    "thead th{border-bottom:2px solid var(--line)}\n"
    "tbody td{border-bottom:1px solid var(--line)}\n"
    "td.n{text-align:right;color:var(--dim);white-space:nowrap}\n"
    "td.lane{border-left:2px solid var(--line)}\n"
    "td.on{background:var(--lane)}\n"
    "td.where{white-space:nowrap;color:var(--dim)}\n"
    "td.source{white-space:pre-wrap;overflow-wrap:break-word;min-width:16em}\n"
    "tr.stop td{background:var(--mark-bg);color:var(--mark);font-weight:600}\n"
    "tr.wait td.on{font-style:italic}\n"
    "tr.fold td{color:var(--dim);text-align:center}\n"
    "tr.other td{font-weight:600}\n"
    "tr.finding td{background:var(--bad-bg);color:var(--bad);font-weight:600}\n"
    "@media print{:root{--fg:#000;--bg:#fff;--dim:#444;--line:#bbb;--lane:#f4f4f4;"
    "--mark:#000;--mark-bg:#eee;--bad:#000;--bad-bg:#ddd}body{margin:0;max-width:none;"
    "font-size:10pt}code,pre,td,th{font-size:8.5pt}tr{break-inside:avoid}.scroll{overflow:visible}}"
    "\n";

static void put(FILE *stream, const char *text)
{
    for (; text && *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '<')
            fputs("&lt;", stream);
        else if (c == '>')
            fputs("&gt;", stream);
        else if (c == '&')
            fputs("&amp;", stream);
        else if (c == '"')
            fputs("&quot;", stream);
        else if ((c < ' ' && c != '\n' && c != '\t') || c == 127)
            fputc('?', stream); /* no character of HTML */
        else
            fputc(c, stream);
    }
}

/* What a thread does; an arrow between two values stays on their line. */
static void put_operation(FILE *stream, const char *text)
{
    const char *arrow = strstr(text, " -> ");
    char before[512];
    if (!arrow || (size_t)(arrow - text) >= sizeof before) {
        put(stream, text);
        return;
    }
    snprintf(before, sizeof before, "%.*s", (int)(arrow - text), text);
    put(stream, before);
    fputs("&nbsp;&rarr;&nbsp;", stream);
    put(stream, arrow + 4);
}

static void put_in(FILE *stream, const char *open, const char *text, const char *close)
{
    if (!text || !*text)
        return;
    fputs(open, stream);
    put(stream, text);
    fputs(close, stream);
}

static void put_head(FILE *stream, const struct explain_page *page)
{
    const char *title = page->title ? page->title : "explanation";
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"generator\" content=\"reprise\">\n",
          stream);
    put_in(stream, "<title>", title, "</title>\n");
    fprintf(stream, "<style>\n%s</style>\n</head>\n<body>\n", style);
    put_in(stream, "<h1>", title, "</h1>\n");
    put_in(stream, "<p><code>", page->program, "</code></p>\n");
    put_in(stream, "<p class=\"dim\">", page->summary, "</p>\n");
}

static void put_columns(FILE *stream, const struct explain *explain)
{
    fputs("<div class=\"scroll\">\n<table>\n<thead><tr><th></th><th>step</th>", stream);
    for (size_t i = 0; i < explain->lanes_count; i++)
        fprintf(stream, "<th scope=\"col\">%c%u%s</th>", explain->letter, explain->names[i],
                explain->lanes[i] == 0 ? " main" : "");
    fputs("<th scope=\"col\">where</th><th scope=\"col\">source</th></tr></thead>\n<tbody>\n",
          stream);
}

/* A row across all columns. */
static void put_across(FILE *stream, const struct explain *explain, const struct explain_row *row)
{
    bool finding = row->kind == EXPLAIN_FINDING;
    fprintf(stream, "<tr class=\"%s\"><td>%s</td><td colspan=\"%zu\">",
            !finding      ? "fold"
            : row->marked ? "finding"
                          : "other",
            finding && row->marked ? "!" : "", explain->lanes_count + 3);
    put(stream, row->text);
    fputs("</td></tr>\n", stream);
}

static void put_place(FILE *stream, const struct explain_row *row)
{
    fputs("<td class=\"where\"", stream);
    put_in(stream, " title=\"", row->file, "\"");
    fputc('>', stream);
    put(stream, row->function);
    if (row->file && row->line) {
        const char *slash = strrchr(row->file, '/');
        fputs(row->function ? " " : "", stream);
        put(stream, slash ? slash + 1 : row->file);
        fprintf(stream, ":%d", row->line);
    }
    fputs("</td>", stream);
    put_in(stream, "<td class=\"source\">", row->source ? row->source : " ", "</td>");
}

static void put_row(FILE *stream, const struct explain *explain, const struct explain_row *row)
{
    static const char *const classes[] = {
        [EXPLAIN_STEP] = "step", [EXPLAIN_STOP] = "stop", [EXPLAIN_WAIT] = "wait"};
    if (row->kind == EXPLAIN_FOLD || row->kind == EXPLAIN_FINDING) {
        put_across(stream, explain, row);
        return;
    }
    fprintf(stream, "<tr class=\"%s\"><td>%s</td><td class=\"n\">", classes[row->kind],
            row->marked ? "&#9654;" : "");
    if (row->number)
        fprintf(stream, "%llu", (unsigned long long)row->number);
    fputs("</td>", stream);
    for (size_t i = 0; i < explain->lanes_count; i++) {
        bool mine = explain->lanes[i] == row->thread;
        fprintf(stream, "<td class=\"lane%s\">", mine ? " on" : "");
        put_operation(stream, mine ? row->text : "");
        fputs("</td>", stream);
    }
    put_place(stream, row);
    fputs("</tr>\n", stream);
}

static void put_foot(FILE *stream, const struct explain *explain, const struct explain_page *page)
{
    fputs("</tbody>\n</table>\n</div>\n", stream);
    for (size_t i = 0; i < explain->notes_count; i++)
        put_in(stream, "<p class=\"dim\">", explain->notes[i], "</p>\n");
    put_in(stream, "<h2>Again</h2>\n<pre>", page->replay, "</pre>\n");
    put_in(stream, "<details><summary>Schedule</summary><pre>", page->schedule,
           "</pre></details>\n");
    put_in(stream, "<details><summary>Report</summary><pre>", page->report, "</pre></details>\n");
    fputs("<p class=\"dim\">The rows are in the order in which things were done. A marked row is a "
          "switch of threads without which the program does not fail so.</p>\n</body>\n</html>\n",
          stream);
}

void explain_print_html(FILE *stream, const struct explain *explain,
                        const struct explain_page *page)
{
    put_head(stream, page);
    put_columns(stream, explain);
    for (size_t i = 0; i < explain->count; i++)
        put_row(stream, explain, &explain->rows[i]);
    put_foot(stream, explain, page);
}
