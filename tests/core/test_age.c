/* The newest id of some cells, in whatever form they are. */
#include "../check.h"
#include "core/age.h"
#include "world.h"

static struct world world;

/* Each access is of a site of its own, so the last one's id is the newest of its word. */
static core_id access_by(unsigned slot, unsigned word, unsigned mask, unsigned kind)
{
    static unsigned site;
    struct world_thread *t = &world.thread[slot];
    world_new_window(&world, t);
    core_id id = world_id(&world, t, ++site & 31, kind);
    struct core_actor a = world_actor(t, slot);
    core_shadow_access(&world.shadow, &a, &world.p[word], &world.q[word], mask, id, kind);
    return id;
}

static core_id newest_of(unsigned word)
{
    return core_cells_newest(&world.shadow, &world.p[word], &world.q[word], 1);
}

static void test_newest(void)
{
    struct world_setup setup = {
        .threads = 40, .run_burst = 1, .set_words = WORLD_SET_WORDS, .records = WORLD_RECORDS};
    world_begin(&world, &setup);
    CHECK_EQ(newest_of(0), 0);
    core_id id = access_by(0, 0, 0xff, 1);
    CHECK_EQ(newest_of(0), id);
    id = access_by(0, 0, 0x0f, 1); /* split */
    CHECK_EQ(newest_of(0), id);
    id = access_by(0, 0, 0x20, 1);
    CHECK_EQ(newest_of(0), id);
    for (unsigned i = 0; i < 4; i++) /* a record */
        id = access_by(0, 1, 1u << i, 1);
    CHECK_EQ(newest_of(1), id);
    for (unsigned i = 0; i < 40; i++) /* a set, with one mask and with several */
        id = access_by(i, 2, 0xff, 0);
    CHECK_EQ(newest_of(2), id);
    for (unsigned i = 0; i < 40; i++)
        id = access_by(i, 3, 1u << i % 8, 0);
    CHECK_EQ(newest_of(3), id);
    core_id all = core_cells_newest(&world.shadow, world.p, world.q, 4);
    CHECK_EQ(all, id);
    world_end(&world);
}

int main(void)
{
    world_open(&world);
    RUN(test_newest);
    return check_done();
}
