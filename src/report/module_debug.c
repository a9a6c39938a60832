/* Separate debug files: /usr/lib/debug/.build-id/ab/cdef.debug, or the name in .gnu_debuglink
 * beside the file, in .debug/ beside it, or in its directory below /usr/lib/debug. */
#include "module.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEBUG_ROOT "/usr/lib/debug"

static int open_by_build_id(const unsigned char *id, ssize_t length)
{
    char path[PATH_MAX];
    int at = snprintf(path, sizeof path, DEBUG_ROOT "/.build-id/%02x/", id[0]);
    for (ssize_t i = 1; i < length && at < PATH_MAX - 16; i++)
        at += snprintf(path + at, sizeof path - (size_t)at, "%02x", id[i]);
    snprintf(path + at, sizeof path - (size_t)at, ".debug");
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* A debug file of another build would give wrong lines, which is worse than none. */
static bool same_build(int fd, const void *id, ssize_t length)
{
    const void *other;
    Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    bool same = elf && dwelf_elf_gnu_build_id(elf, &other) == length &&
                memcmp(id, other, (size_t)length) == 0;
    elf_end(elf);
    return same;
}

static int try_link(const char *path, const void *id, ssize_t length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && length > 0 && !same_build(fd, id, length)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int open_by_link(const char *module, const char *name, const void *id, ssize_t length)
{
    static const char *const before[] = {"", "", DEBUG_ROOT};
    static const char *const between[] = {"/", "/.debug/", "/"};
    char directory[PATH_MAX], path[PATH_MAX * 2 + 64];
    if (!realpath(module, directory))
        return -1;
    *strrchr(directory, '/') = '\0';
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s%s%s", before[i], directory, between[i], name);
        int fd = try_link(path, id, length);
        if (fd >= 0)
            return fd;
    }
    return -1;
}

int module_open_debug(const char *path, Elf *elf)
{
    const void *id = NULL;
    GElf_Word checksum;
    ssize_t length = dwelf_elf_gnu_build_id(elf, &id);
    int fd = length > 1 ? open_by_build_id(id, length) : -1;
    const char *name = fd < 0 ? dwelf_elf_gnu_debuglink(elf, &checksum) : NULL;
    return name ? open_by_link(path, name, id, length) : fd;
}
