/* Overlays as files, and the user's own together with ours. */
#include "attempt.h"
#include "cli.h"
#include "go_flags.h"
#include "go_overlay.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int write_json(json_t *replace, const char *path)
{
    json_t *root = json_pack("{s:O}", "Replace", replace);
    errno = 0;
    int failed = root ? json_dump_file(root, path, JSON_INDENT(1) | JSON_SORT_KEYS) : -1;
    json_decref(root);
    return failed ? errno ? -errno : -EIO : 0;
}

int go_overlay_write(const struct go_overlay *overlay, const char *path)
{
    json_t *replace = json_object();
    int error = 0;
    for (size_t i = 0; i < overlay->count && !error; i++)
        if (json_object_set_new(replace, overlay->files[i].path,
                                json_string(overlay->files[i].replace)) != 0)
            error = -EILSEQ; /* a path that is no UTF-8 cannot be said in JSON */
    if (!error)
        error = write_json(replace, path);
    json_decref(replace);
    return error;
}

/* ---- the user's ---- */

/* Takes ".", ".." and double slashes out, as go does: by the letters alone. */
static void clean(char *path)
{
    char *end = path;
    for (const char *at = path; *at;) {
        size_t length = strcspn(++at, "/");
        if (length == 2 && strncmp(at, "..", 2) == 0) {
            while (end > path && *--end != '/')
                ;
        } else if (length && !(length == 1 && *at == '.')) {
            *end++ = '/';
            memmove(end, at, length);
            end += length;
        }
        at += length;
    }
    if (end == path)
        *end++ = '/';
    *end = '\0';
}

/* Paths of an overlay are seen from where go runs. */
static const char *absolute(char *buffer, size_t size, const char *path,
                            const struct go_command *command)
{
    char here[PATH_MAX] = "";
    const char *directory = command->directory ? command->directory : "";
    if (path[0] == '/')
        directory = "";
    else if (directory[0] != '/' && !getcwd(here, sizeof here))
        here[0] = '\0';
    snprintf(buffer, size, "%s/%s/%s", here, directory, path);
    clean(buffer);
    return buffer;
}

static int refuse(const char *file, const char *format, const char *what)
{
    char text[PATH_MAX * 4];
    snprintf(text, sizeof text, format, what);
    cli_error("go", "-overlay=%s: %s", file, text);
    return CLI_USAGE;
}

static int add_all(json_t *ours, json_t *theirs, const char *file, const struct go_command *command)
{
    char from[PATH_MAX * 3], to[PATH_MAX * 3];
    const char *path;
    json_t *value;
    json_object_foreach(theirs, path, value)
    {
        const char *replace = json_string_value(value);
        if (!replace)
            return refuse(file, "what replaces %s is no text", path);
        absolute(from, sizeof from, path, command);
        if (json_object_get(ours, from))
            return refuse(file, "%s is also replaced by reprise go", from);
        if (*replace)
            replace = absolute(to, sizeof to, replace, command);
        json_object_set_new(ours, from, json_string(replace));
    }
    return 0;
}

static int merge_into(struct go_place *place, json_t *ours, const char *file,
                      const struct go_command *command)
{
    char path[PATH_MAX * 3];
    json_error_t error;
    const char *directory = attempt_temporary();
    json_t *theirs = json_load_file(absolute(path, sizeof path, file, command), 0, &error);
    json_t *replace = json_object_get(theirs, "Replace");
    int status = 0;
    if (!theirs)
        status = refuse(file, "%s", error.line > 0 ? error.text : "cannot be read");
    else if (replace)
        status = add_all(ours, replace, file, command);
    json_decref(theirs);
    if (status || !directory)
        return status ? status : CLI_FAILURE;
    cli_join(place->overlay, sizeof place->overlay, directory, "merged.json");
    int failed = -write_json(ours, place->overlay);
    if (failed)
        cli_error("go", "%s: %s", place->overlay, strerror(failed));
    return failed ? CLI_FAILURE : 0;
}

int go_merge(struct go_place *place, const struct go_tool *tool, const struct go_command *command)
{
    char *from_flags = go_flag_in(tool->flags, "overlay");
    const char *file = command->overlay ? command->overlay : from_flags;
    int status = 0;
    if (file && *file) {
        json_t *root = json_load_file(place->overlay, 0, NULL);
        json_t *ours = json_object_get(root, "Replace");
        status = ours ? merge_into(place, ours, file, command) : CLI_FAILURE;
        if (!ours)
            cli_error("go", "%s is damaged; remove it", place->overlay);
        json_decref(root);
    }
    free(from_flags);
    return status;
}
