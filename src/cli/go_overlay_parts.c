/* What the overlay consists of: the runtime in the place of Go's, and the edits. */
#include "cli.h"
#include "core/inject.h"
#include "go_overlay.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Changes when overlays are made in another way. */
#define FORM "2"

#define OBJECT  "race_linux_amd64.S"
#define IN_RACE "zz_reprise_linux_amd64.S"

/* ---- what there is ---- */

/* Adds a file to the hash. 0 or an errno. */
static int hash_file(uint64_t *hash, const char *path)
{
    static char block[1 << 16];
    FILE *file = fopen(path, "re");
    if (!file)
        return errno;
    size_t length, whole = 0;
    while ((length = fread(block, 1, sizeof block, file))) {
        *hash = core_fnv(*hash, block, length);
        whole += length;
    }
    int error = ferror(file) ? EIO : 0;
    fclose(file);
    *hash = core_fnv_number(*hash, whole);
    return error;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int hash_directory(uint64_t *hash, const char *path)
{
    char name[PATH_MAX + 256];
    struct dirent **entries;
    int count = scandir(path, &entries, visible, alphasort), error = count < 0 ? errno : 0;
    for (int i = 0; i < count; i++) {
        *hash = core_fnv(*hash, entries[i]->d_name, strlen(entries[i]->d_name) + 1);
        cli_join(name, sizeof name, path, entries[i]->d_name);
        if (!error)
            error = hash_file(hash, name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return error;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return core_fnv(hash, text, strlen(text) + 1);
}

int go_parts_find(struct go_parts *parts, const struct go_tool *tool)
{
    const char *runtime = cli_runtime_dir(), *where = parts->object;
    snprintf(parts->object, sizeof parts->object, "%s/go/" OBJECT, runtime);
    snprintf(parts->edits, sizeof parts->edits, "%s/go/edits", runtime);
    parts->hash = hash_text(hash_text(CORE_FNV_START, FORM), tool->version);
    parts->hash = hash_text(parts->hash, tool->goroot);
    int error = hash_file(&parts->hash, parts->object);
    if (!tool->known)
        parts->edits[0] = '\0';
    else if (!error)
        error = hash_directory(&parts->hash, where = parts->edits);
    if (!error)
        return 0;
    cli_error("go", "the runtime for Go is not installed beside %s: %s: %s", cli_self(), where,
              strerror(error));
    return CLI_FAILURE;
}

/* ---- files ---- */

static int cannot(const char *path, int error)
{
    cli_error("go", "%s: %s", path, strerror(error));
    return CLI_FAILURE;
}

static int copy_file(const char *from, const char *to)
{
    static char block[1 << 16];
    FILE *in = fopen(from, "re"), *out = in ? fopen(to, "we") : NULL;
    bool fine = out;
    for (size_t length; fine && (length = fread(block, 1, sizeof block, in));)
        fine = fwrite(block, 1, length, out) == length;
    int error = fine && !ferror(in) ? 0 : errno ? errno : EIO;
    if (out && fclose(out) != 0 && !error)
        error = errno;
    if (in)
        fclose(in);
    return error ? cannot(out ? to : from, error) : 0;
}

static bool ends_in(const char *name, const char *end)
{
    size_t length = strlen(name), tail = strlen(end);
    return length >= tail && strcmp(name + length - tail, end) == 0;
}

/* Go's own runtimes lie in package runtime/race itself or below it, one for each machine. All that
 * a build for linux/amd64 may take are hidden. */
static void hide_stock(struct go_overlay *overlay, const char *directory, int depth)
{
    char name[PATH_MAX + 256];
    struct stat status;
    DIR *dir = opendir(directory);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        cli_join(name, sizeof name, directory, entry->d_name);
        if (ends_in(name, ".syso") && strstr(name, "linux") && strstr(name, "amd64"))
            go_overlay_add(overlay, name, "");
        else if (depth && stat(name, &status) == 0 && S_ISDIR(status.st_mode))
            hide_stock(overlay, name, depth - 1);
    }
    if (dir)
        closedir(dir);
}

/* ---- originals ---- */

static int write_originals(const struct go_overlay *overlay, const char *directory)
{
    char path[PATH_MAX];
    struct stat status;
    FILE *file = fopen(cli_join(path, sizeof path, directory, "originals"), "we");
    if (!file)
        return cannot(path, errno);
    for (size_t i = 0; i < overlay->count; i++) {
        const struct go_replacement *row = &overlay->files[i];
        if (!*row->replace || stat(row->path, &status) != 0)
            status = (struct stat){0};
        fprintf(file, "%lld %lld.%09ld\t%s\t%s\n", (long long)status.st_size,
                (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                *row->replace ? strrchr(row->replace, '/') + 1 : "", row->path);
    }
    return fclose(file) == 0 ? 0 : cannot(path, errno);
}

/* A line of it: is the file there, and the original as it was? */
static bool line_is_fresh(const char *line, const char *directory)
{
    char file[256] = "", original[PATH_MAX], path[PATH_MAX + 256];
    long long size, seconds;
    long nanoseconds;
    struct stat status;
    if (sscanf(line, "%lld %lld.%ld\t%255[^\t]\t%4095[^\n]", &size, &seconds, &nanoseconds, file,
               original) != 5)
        return strstr(line, "\t\t"); /* only hidden */
    if (access(cli_join(path, sizeof path, directory, file), R_OK) != 0)
        return false;
    if (stat(original, &status) != 0)
        status = (struct stat){0};
    return status.st_size == size && status.st_mtim.tv_sec == seconds &&
           status.st_mtim.tv_nsec == nanoseconds;
}

bool go_overlay_fresh(const char *directory)
{
    char path[PATH_MAX + 16], line[PATH_MAX * 2];
    FILE *file = fopen(cli_join(path, sizeof path, directory, "originals"), "re");
    bool fresh = file && access(cli_join(path, sizeof path, directory, "overlay.json"), R_OK) == 0;
    while (fresh && fgets(line, sizeof line, file))
        fresh = line_is_fresh(line, directory);
    if (file)
        fclose(file);
    return fresh;
}

/* ---- the whole ---- */

/* Asks go itself whether it sees our runtime and no other: an overlay that does nothing would leave
 * the stock one in, without a word. Away from modules and without GOFLAGS, so that nothing of the
 * user's gets in the way. */
static int verify(const struct go_tool *tool, const char *overlay)
{
    struct go_tool env = {0};
    char go[PATH_MAX], option[PATH_MAX + 16];
    const char *const words[] = {"GOFLAGS=",
                                 "GO111MODULE=off",
                                 "GOTOOLCHAIN=local",
                                 go,
                                 "list",
                                 "-race",
                                 option,
                                 "-deps",
                                 "-f",
                                 "{{.ImportPath}} {{.SFiles}} {{.SysoFiles}}",
                                 "runtime/race",
                                 NULL};
    const struct go_command command = {.directory = "/"};
    snprintf(go, sizeof go, "%s/bin/go", tool->goroot);
    if (access(go, X_OK) != 0)
        snprintf(go, sizeof go, "%s", tool->path);
    snprintf(option, sizeof option, "-overlay=%s", overlay);
    int status = CLI_FAILURE;
    char *text = cli_find_program("env", env.path, sizeof env.path)
                     ? go_output(&env, &command, words, &status)
                     : NULL;
    bool fine = text && !status && strstr(text, IN_RACE) && !strstr(text, ".syso");
    free(text);
    if (!fine && status < 128)
        cli_error("go", "%s does not see the overlay with the runtime (go list)", tool->version);
    return fine ? 0 : status >= 128 ? status : CLI_FAILURE;
}

/* GOROOT/src may be a link (Debian has such), and who works inside it may have come the other way:
 * go knows files by the letters of their paths. */
static void add_real_paths(struct go_overlay *overlay, const struct go_tool *tool)
{
    char source[PATH_MAX], real[PATH_MAX], path[PATH_MAX * 2];
    cli_join(source, sizeof source, tool->goroot, "src");
    if (!realpath(source, real) || strcmp(source, real) == 0)
        return;
    for (size_t i = 0, count = overlay->count; i < count; i++) {
        cli_join(path, sizeof path, real, overlay->files[i].path + strlen(source) + 1);
        go_overlay_add(overlay, path, overlay->files[i].replace);
    }
}

/* As if the files were in `to` already. */
static int write_overlay(struct go_overlay *overlay, const char *from, const char *to)
{
    struct go_overlay moved = {0};
    char path[PATH_MAX + 256];
    for (size_t i = 0; i < overlay->count; i++) {
        const char *replace = overlay->files[i].replace;
        if (*replace)
            cli_join(path, sizeof path, to, strrchr(replace, '/') + 1);
        go_overlay_add(&moved, overlay->files[i].path, *replace ? path : "");
    }
    int error = -go_overlay_write(&moved, cli_join(path, sizeof path, from, "overlay.json"));
    go_overlay_free(&moved);
    return error ? cannot(path, error) : 0;
}

int go_overlay_fill(const struct go_parts *parts, const struct go_tool *tool, const char *directory,
                    const char *final)
{
    struct go_overlay overlay = {0};
    char race[PATH_MAX], name[PATH_MAX + 64], path[PATH_MAX];
    cli_join(race, sizeof race, tool->goroot, "src/runtime/race");
    hide_stock(&overlay, race, 2);
    cli_join(path, sizeof path, directory, OBJECT);
    go_overlay_add(&overlay, cli_join(name, sizeof name, race, IN_RACE), path);
    int status = copy_file(parts->object, path);
    if (!status && parts->edits[0] &&
        go_edit_apply(parts->edits, tool->goroot, tool->number, directory, &overlay) != 0)
        status = GO_OVERLAY_UNFIT;
    add_real_paths(&overlay, tool);
    if (!status)
        status = write_overlay(&overlay, directory, directory);
    if (!status)
        status = verify(tool, cli_join(path, sizeof path, directory, "overlay.json"));
    if (!status && strcmp(directory, final) != 0)
        status = write_overlay(&overlay, directory, final);
    if (!status)
        status = write_originals(&overlay, directory);
    go_overlay_free(&overlay);
    return status;
}
