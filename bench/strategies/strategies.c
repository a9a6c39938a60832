/* Mean number of schedules to the first failure, a strategy a column: see run. */
#include <math.h>
#include <stdlib.h>

#include "patterns.h"

#ifndef MISS
#define MISS 10000
#endif
enum { PATTERNS = sizeof patterns / sizeof patterns[0], COLUMNS = 16 };

/* Runs until one fails, at most MISS. */
static int first_failure(const struct pattern *p, const char *strategy, int trial)
{
    for (int n = 1; n < MISS; n++) {
        char seed[32];
        struct core_strategy_config config = {0};
        if (core_strategy_parse(&config, strategy)) {
            fprintf(stderr, "strategies: '%s' is not one\n", strategy);
            exit(2);
        }
        snprintf(seed, sizeof seed, "%d", trial * MISS + n);
        config.seed = core_seed_hash(seed);
        int arg = p->arg;
        sim_run(&(struct sim_input){.program = p->program, .arg = &arg, .config = config});
        if (sim.livelock)
            fprintf(stderr, "strategies: %s does not end under %s, seed %s\n", p->name, strategy,
                    seed);
        if (sim.failed)
            return n;
    }
    return MISS;
}

static double mean(const struct pattern *p, const char *strategy, int trials)
{
    double sum = 0;
    for (int i = 0; i < trials; i++)
        sum += first_failure(p, strategy, i);
    return sum / trials;
}

int main(int argc, char **argv)
{
    int trials = argc > 1 ? atoi(argv[1]) : 20;
    double logs[COLUMNS + 1] = {0};
    int published = 0;
    if (trials < 1 || argc < 3 || argc > COLUMNS + 2) {
        fprintf(stderr, "usage: strategies TRIALS STRATEGY...\n");
        return 2;
    }
    printf("%-28s %9s", "", "published");
    for (int s = 2; s < argc; s++)
        printf(" %9.9s", argv[s]);
    for (int i = 0; i < PATTERNS; i++) {
        const struct pattern *p = &patterns[i];
        printf("\n%-28s ", p->name);
        p->published ? printf("%9.0f", p->published) : printf("%9s", "-");
        for (int s = 2; s < argc; s++) {
            double m = mean(p, argv[s], trials);
            logs[s - 2] += p->published ? log(m) : 0;
            printf(" %9.1f", m);
            fflush(stdout);
        }
        logs[COLUMNS] += p->published ? log(p->published) : 0;
        published += p->published != 0;
    }
    printf("\n%-28s %9.1f", "geometric mean", exp(logs[COLUMNS] / published));
    for (int s = 2; s < argc; s++)
        printf(" %9.1f", exp(logs[s - 2] / published));
    printf("\n");
    return 0;
}
