#include "replay_print.h"
#include "run.h"

#include <string.h>

/* ---- findings ---- */

static void print_findings(const struct run *run, const struct findings *findings)
{
    struct symbols_settings settings = {0};
    struct symbols *symbols = symbols_open(&settings);
    bool color = cli_use_color(stderr, run->color);
    int width = findings_title_width(findings);
    fprintf(stderr, "reprise: %zu finding%s\n", findings->count, findings->count == 1 ? "" : "s");
    for (size_t i = 0; i < findings->count; i++)
        finding_print_brief(stderr, &findings->at[i], symbols, width, color);
    fprintf(stderr, "  kept in %s; to read them: reprise report %s\n", run->sidecar.shown,
            run->sidecar.shown);
    symbols_close(symbols);
}

/* Nothing was found: is that worth anything? A crash report ends with the status of findings. */
static void print_silence(const struct run *run, const struct findings *findings, int status)
{
    if (run->target.info.is_go && run->target.info.instrumented && !findings->starts)
        cli_error("run", "the runtime did not come up in %s, so nothing was recorded",
                  run->target.argv[0]);
    else if (run->target.info.instrumented && !findings->starts)
        cli_error("run", "the program has another runtime of -fsanitize=thread in it, so nothing "
                         "was recorded; link it with reprise cc");
    else if (run->target.seeded && !findings->starts)
        cli_error("run", "the runtime did not come up in %s, so the seed decided nothing%s",
                  run->target.argv[0],
                  run->target.info.is_elf ? "" : "; name the interpreter of a script before it");
    else if (status)
        fprintf(stderr, "reprise: no findings; the program ended with status %d\n", status);
    else
        fputs("reprise: no findings\n", stderr);
}

/* ---- the schedule ---- */

static void print_schedule(const struct run *run, const struct attempt_outcome *outcome, int status)
{
    const struct replay_origin origin = {.seed = run->seed,
                                         .strategy = run->strategy,
                                         .schedule = run->schedule,
                                         .sets = &run->sets};
    bool failed = outcome->findings.count || status;
    if (!run->target.seeded || !outcome->spoke || (run->quiet && !failed))
        return;
    replay_print_schedule(&origin, outcome);
    if (failed)
        replay_print_next("to play it again", &origin, "", run->target.argv);
}

void run_summarize(const struct run *run, int status)
{
    struct attempt_outcome outcome = {0};
    const struct findings *findings = &outcome.findings;
    if (!run->sidecar.path[0])
        return;
    int error = attempt_read_sidecar(&outcome, run->sidecar.path, run->sidecar.start, run->pid);
    if (error) {
        cli_error("run", "cannot read %s: %s", run->sidecar.path, strerror(-error));
        return;
    }
    if (!run->no_summary && findings->count)
        print_findings(run, findings);
    else if (!run->no_summary && !run->quiet)
        print_silence(run, findings, status);
    if (!run->no_summary)
        print_schedule(run, &outcome, status);
    if (findings->damaged && !run->quiet)
        cli_error("run", "%zu lines of %s are damaged", findings->damaged, run->sidecar.shown);
    if (!findings->count && !findings->damaged)
        run_sidecar_drop(&run->sidecar);
    attempt_outcome_free(&outcome);
}
