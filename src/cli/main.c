#include "cli.h"

#include <string.h>

int main(int argc, char **argv)
{
    /* Links named reprise-cc and reprise-c++ serve build systems that want one word. */
    const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;
    name = name ? name + 1 : argc > 0 ? argv[0] : "reprise";
    const struct cli_verb *verb =
        strncmp(name, "reprise-", 8) == 0 ? cli_find_verb(name + 8) : NULL;
    return verb ? verb->main(argc, argv) : cli_root.main(argc, argv);
}
