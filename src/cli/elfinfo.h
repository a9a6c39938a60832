/* What the command wants to know about a program before it starts it. */
#ifndef REPRISE_CLI_ELFINFO_H
#define REPRISE_CLI_ELFINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ELFINFO_BUILD_ID_BYTES = 32 };

struct elfinfo {
    bool is_elf;        /* not a script or something unreadable */
    bool instrumented;  /* refers to, or contains, the runtime of -fsanitize=thread; of a Go
                           program: contains ours */
    bool is_go;         /* linked by Go */
    bool stock_race;    /* Go's own race runtime is in it */
    bool wants_libtsan; /* needs libtsan.so.2, as gcc links it: ours can take its place */
    bool has_defaults;  /* brings options or suppressions for the runtime along */
    bool is_static;     /* no dynamic loader: nothing can be preloaded */
    bool foreign;       /* for another machine than this command, e.g. 32 bits */
    uint8_t build_id[ELFINFO_BUILD_ID_BYTES]; /* its first bytes; zero behind them */
    size_t build_id_bytes;                    /* 0: it has none */
};

/* Never fails: what cannot be read is not ELF. */
struct elfinfo elfinfo_read(const char *path);

#endif
