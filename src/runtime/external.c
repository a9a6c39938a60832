#include "external.h"

#include "finding.h"
#include "format.h"

static struct tag {
    const char *object_type, *header; /* atomic; release when set, never freed once read */
} tags[RT_TAGS_MAX] = {
    [RT_TAG_SWIFT] = {"Swift variable", "Swift access race"},
};
static unsigned used = RT_TAG_FIRST; /* atomic; may run beyond RT_TAGS_MAX */

static bool known(unsigned tag)
{
    return tag && tag < RT_TAGS_MAX && tag < __atomic_load_n(&used, __ATOMIC_RELAXED);
}

static char *copy(const char *prefix, const char *s)
{
    size_t np = rt_strlen(prefix), ns = rt_strlen(s);
    char *to = core_alloc(np + ns + 1);
    rt_memcpy(to, prefix, np);
    rt_memcpy(to + np, s, ns);
    return to;
}

unsigned rt_tag_register(const char *object_type)
{
    unsigned tag = __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED);
    if (tag >= RT_TAGS_MAX) {
        if (tag == RT_TAGS_MAX)
            rt_say("more than %d external object types; further ones have no name", RT_TAGS_MAX);
        return 0;
    }
    /* release: whoever sees the pointer sees the text */
    __atomic_store_n(&tags[tag].header, copy("race on ", object_type), __ATOMIC_RELEASE);
    __atomic_store_n(&tags[tag].object_type, copy("", object_type), __ATOMIC_RELEASE);
    return tag;
}

/* The old text stays: a report may be reading it. */
void rt_tag_set_header(unsigned tag, const char *header)
{
    if (known(tag) && tag >= RT_TAG_FIRST)
        __atomic_store_n(&tags[tag].header, copy("", header), __ATOMIC_RELEASE);
}

const char *rt_tag_object(unsigned tag)
{
    /* acquire: pairs with the release above */
    return known(tag) ? __atomic_load_n(&tags[tag].object_type, __ATOMIC_ACQUIRE) : NULL;
}

const char *rt_tag_header(unsigned tag)
{
    return known(tag) ? __atomic_load_n(&tags[tag].header, __ATOMIC_ACQUIRE) : NULL;
}
