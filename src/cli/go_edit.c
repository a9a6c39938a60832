#include "go_edit.h"
#include "cli.h"
#include "go_edit_parse.h"
#include "go_edit_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct go_version go_edit_oldest = {1, 19}, go_edit_newest = {1, 27};

/* One source file on its way from GOROOT to the overlay. */
struct source {
    char *name; /* below GOROOT/src */
    struct go_edit_lines text;
};

struct work {
    const char *edits, *goroot, *directory;
    struct go_version version;
    struct source *sources;
    size_t count;
};

static char *joined(const char *a, const char *between, const char *b)
{
    char *text;
    if (asprintf(&text, "%s%s%s", a, between, b) < 0)
        abort();
    return text;
}

/* ---- overlay ---- */

void go_overlay_add(struct go_overlay *overlay, const char *path, const char *replace)
{
    overlay->files = realloc(overlay->files, (overlay->count + 1) * sizeof *overlay->files);
    if (!overlay->files)
        abort();
    overlay->files[overlay->count++] =
        (struct go_replacement){joined(path, "", ""), joined(replace, "", "")};
}

void go_overlay_free(struct go_overlay *overlay)
{
    for (size_t i = 0; i < overlay->count; i++) {
        free(overlay->files[i].path);
        free(overlay->files[i].replace);
    }
    free(overlay->files);
    *overlay = (struct go_overlay){0};
}

/* ---- reading ---- */

/* 0, or an errno. */
static int read_lines(const char *path, struct go_edit_lines *lines)
{
    FILE *stream = fopen(path, "re");
    if (!stream)
        return errno;
    char *text = NULL;
    size_t room = 0;
    ssize_t length = getdelim(&text, &room, '\0', stream);
    int error = ferror(stream) ? errno ? errno : EIO : 0;
    fclose(stream);
    if (!error)
        *lines = go_text_split(text, length > 0 ? (size_t)length : 0);
    free(text);
    return error;
}

static struct source *source_of(struct work *work, const struct go_edit *edit)
{
    for (size_t i = 0; i < work->count; i++)
        if (strcmp(work->sources[i].name, edit->file) == 0)
            return &work->sources[i];
    struct source source = {.name = joined(edit->file, "", "")};
    char *path = joined(work->goroot, "/src/", edit->file);
    int error = read_lines(path, &source.text);
    if (error)
        cli_error("go", "edit '%s' (%s): %s: %s", edit->name, edit->place, path, strerror(error));
    free(path);
    work->sources = realloc(work->sources, (work->count + 1) * sizeof source);
    if (!work->sources)
        abort();
    work->sources[work->count++] = source;
    return error ? NULL : &work->sources[work->count - 1];
}

/* ---- editing ---- */

static const char *append(const struct work *work, struct source *source,
                          const struct go_edit *edit)
{
    for (size_t i = 0; i < edit->text.count; i++)
        go_edit_lines_add(&source->text, edit->text.at[i].text, strlen(edit->text.at[i].text),
                          false);
    if (!edit->fragment)
        return NULL;
    char *path = joined(work->edits, "/", edit->fragment);
    struct go_edit_lines fragment = {0};
    int error = read_lines(path, &fragment);
    const char *wrong = error ? strerror(error) : go_text_append(&source->text, &fragment);
    go_edit_lines_free(&fragment);
    free(path);
    return wrong;
}

static int apply_edit(struct work *work, const struct go_edit *edit)
{
    struct source *source = source_of(work, edit);
    if (!source)
        return -1;
    const char *wrong = edit->how == GO_EDIT_APPEND ? append(work, source, edit)
                                                    : go_text_edit(&source->text, edit);
    if (!wrong)
        return 0;
    cli_error("go", "edit '%s' (%s) does not fit %s of Go %d.%d: %s", edit->name, edit->place,
              edit->file, work->version.major, work->version.minor, wrong);
    return -1;
}

static int apply_all(struct work *work, const struct go_edits *edits)
{
    for (size_t i = 0; i < edits->count; i++)
        if (go_edit_is_for(&edits->at[i], work->version) && apply_edit(work, &edits->at[i]))
            return -1;
    return 0;
}

/* ---- writing ---- */

/* runtime/proc.go becomes DIRECTORY/runtime_proc.go; to be freed. */
static char *result_path(const struct work *work, const struct source *source)
{
    char *path = joined(work->directory, "/", source->name);
    for (char *c = path + strlen(work->directory) + 1; *c; c++)
        if (*c == '/')
            *c = '_';
    return path;
}

static int write_source(const struct source *source, const char *path)
{
    FILE *stream = fopen(path, "we");
    for (size_t i = 0; stream && i < source->text.count; i++)
        fprintf(stream, "%s\n", source->text.at[i].text);
    if (stream && !ferror(stream) && fclose(stream) == 0)
        return 0;
    cli_error("go", "%s: %s", path, strerror(errno));
    return -1;
}

static int write_all(const struct work *work)
{
    int result = 0;
    size_t done = 0;
    for (; result == 0 && done < work->count; done++) {
        char *path = result_path(work, &work->sources[done]);
        result = write_source(&work->sources[done], path);
        free(path);
    }
    for (size_t i = 0; result && i < done; i++) {
        char *path = result_path(work, &work->sources[i]);
        unlink(path);
        free(path);
    }
    return result;
}

static void add_all(const struct work *work, struct go_overlay *overlay)
{
    for (size_t i = 0; i < work->count; i++) {
        char *from = joined(work->goroot, "/src/", work->sources[i].name);
        char *to = result_path(work, &work->sources[i]);
        go_overlay_add(overlay, from, to);
        free(from);
        free(to);
    }
}

static bool is_known(struct go_version version)
{
    if (go_version_compare(version, go_edit_oldest) >= 0 &&
        go_version_compare(version, go_edit_newest) <= 0)
        return true;
    cli_error("go", "Go %d.%d: seeds are for Go %d.%d to %d.%d", version.major, version.minor,
              go_edit_oldest.major, go_edit_oldest.minor, go_edit_newest.major,
              go_edit_newest.minor);
    return false;
}

int go_edit_apply(const char *edits, const char *goroot, struct go_version version,
                  const char *directory, struct go_overlay *overlay)
{
    struct go_edits all;
    if (!is_known(version) || go_edits_read(edits, &all))
        return -1;
    struct work work = {
        .edits = edits, .goroot = goroot, .directory = directory, .version = version};
    int result = apply_all(&work, &all);
    if (result == 0)
        result = write_all(&work);
    if (result == 0)
        add_all(&work, overlay);
    for (size_t i = 0; i < work.count; i++) {
        free(work.sources[i].name);
        go_edit_lines_free(&work.sources[i].text);
    }
    free(work.sources);
    go_edits_free(&all);
    return result;
}
