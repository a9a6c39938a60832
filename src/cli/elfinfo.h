/* What `reprise run` wants to know about a program before it starts it. */
#ifndef REPRISE_CLI_ELFINFO_H
#define REPRISE_CLI_ELFINFO_H

#include <stdbool.h>

struct elfinfo {
    bool is_elf;        /* not a script or something unreadable */
    bool instrumented;  /* refers to, or contains, the runtime of -fsanitize=thread */
    bool wants_libtsan; /* needs libtsan.so.2, as gcc links it: ours can take its place */
};

/* Never fails: what cannot be read is not ELF. */
struct elfinfo elfinfo_read(const char *path);

#endif
