#include "op.h"

#include <stddef.h>

static const struct row {
    const char *name;
    enum core_op_effect effect;
} rows[] = {
#define ROW(name, text, how) {text, CORE_OP_##how},
    CORE_OPS(ROW)
#undef ROW
};

static bool equal(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

const char *core_op_name(enum core_op op)
{
    return (unsigned)op < CORE_OP_COUNT ? rows[op].name : "?";
}

enum core_op core_op_of_name(const char *name)
{
    unsigned op = 0;
    while (op < CORE_OP_COUNT && !equal(rows[op].name, name))
        op++;
    return (enum core_op)op;
}

enum core_op_effect core_op_effect(enum core_op op)
{
    return (unsigned)op < CORE_OP_COUNT ? rows[op].effect : CORE_OP_NOTHING;
}

bool core_op_is_sent(enum core_op op)
{
    return op == CORE_OP_SIGNAL || op == CORE_OP_CANCEL;
}

static bool is_of_channel(enum core_op op)
{
    return op >= CORE_OP_CHAN_SEND && op <= CORE_OP_SELECT;
}

bool core_op_conflict(enum core_op a, uint32_t object_a, enum core_op b, uint32_t object_b)
{
    if (core_op_is_sent(a) || core_op_is_sent(b)) /* what it interrupts may be anything */
        return true;
    if (a == CORE_OP_SELECT || b == CORE_OP_SELECT) /* on any of several channels */
        return is_of_channel(a) && is_of_channel(b);
    enum core_op_effect ea = core_op_effect(a), eb = core_op_effect(b);
    return object_a && object_a == object_b && ea && eb &&
           (ea == CORE_OP_CHANGES || eb == CORE_OP_CHANGES);
}
