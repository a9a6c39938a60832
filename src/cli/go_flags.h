/* The flags of the go command, as far as one must know them to tell a flag's value from a package.
 * A flag that takes a value takes the next word when it has no `=`. */
#ifndef REPRISE_CLI_GO_FLAGS_H
#define REPRISE_CLI_GO_FLAGS_H

#include <stdbool.h>
#include <stddef.h>

struct go_flag {
    const char *name;
    bool value;     /* takes one */
    bool test;      /* goes to the test binary, as -test.NAME */
    bool only_test; /* not known to build, install and run */
};

/* The flag that the word names, with one dash or two, "test." before the name or not; NULL when go
 * doesn't know it. *value is what stands behind its `=`, else NULL. */
const struct go_flag *go_flag_find(const char *word, bool testing, const char **value);

/* Is the word a flag, known or not, and neither "-" nor "--"? */
bool go_flag_is(const char *word);

/* The value of the last -NAME=VALUE (or -NAME, then "") in GOFLAGS, as a new string; else NULL. */
char *go_flag_in(const char *goflags, const char *name);

#endif
