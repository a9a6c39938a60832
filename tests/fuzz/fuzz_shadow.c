/* Any bytes are a trace (tests/core/world.h): the shadow must agree with happens-before by brute
 * force on each access, and in the end no memory and no record may be left over. */
#include <stdio.h>

#include "../core/world.h"

enum { OP_BYTES = 5, OPS_MAX = 1000 };

static struct world world;

static struct op decode(const uint8_t *b)
{
    /* half of the ops are accesses, all to two words, so that they meet */
    uint8_t what = (b[0] & 15) < OP_COUNT ? b[0] & 15 : OP_ACCESS;
    return (struct op){
        .what = what,
        .thread = b[1],
        .arg = what == OP_ACCESS || b[0] & 16 ? b[2] & 1 : b[2],
        .kind = b[3] & 7,
        .mask = b[4],
        .site = b[3] >> 3,
    };
}

static struct world_setup setup_of(const uint8_t *b)
{
    static const uint8_t threads[] = {2, 3, 4, 8, 30, 66, 100, MODEL_THREADS};
    bool tiny = (b[0] & 0x38) == 0x38;
    return (struct world_setup){
        .threads = threads[b[0] & 7],
        .run_burst = 1 + (b[1] & 3),
        .skip = b[1] & 4,
        .high_ids = b[1] & 8,
        .set_words = tiny ? 1 + (b[1] >> 4) : WORLD_SET_WORDS,
        .records = tiny ? 2 : WORLD_RECORDS,
    };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct op ops[OPS_MAX];
    size_t count = 0, at;

    if (size < 2)
        return 0;
    if (!world.log)
        world_open(&world);
    struct world_setup setup = setup_of(data);
    for (size_t i = 2; i + OP_BYTES <= size && count < OPS_MAX; i += OP_BYTES)
        ops[count++] = decode(data + i);
    enum verdict verdict = world_run(&world, &setup, ops, count, &at);
    if (verdict != AGREED) {
        fprintf(stderr, "op %zu of %zu: core %s\n", at, count, verdict_names[verdict]);
        abort();
    }
    return 0;
}
