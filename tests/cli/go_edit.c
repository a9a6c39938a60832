/* Edits of Go's library: what is found and put where, what does not fit, and that nothing is left
 * then. With arguments it is a tool for go_edit.sh: EDITS GOROOT VERSION DIRECTORY. */
#include "cli/go_edit.h"
#include "../check.h"
#include "core/op.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *path, const char *text)
{
    FILE *stream = fopen(path, "we");
    if (!stream || fputs(text, stream) < 0 || fclose(stream) != 0)
        perror(path), exit(1);
}

static char *read_file(const char *path)
{
    char *text = NULL;
    size_t room = 0;
    FILE *stream = fopen(path, "re");
    if (!stream)
        return strdup("");
    if (getdelim(&text, &room, '\0', stream) < 0)
        text[0] = '\0';
    fclose(stream);
    return text;
}

static int files_in(const char *directory)
{
    int count = 0;
    DIR *dir = opendir(directory);
    for (struct dirent *e; dir && (e = readdir(dir));)
        count += e->d_name[0] != '.';
    closedir(dir);
    return count;
}

/* Runs it with what it says in the file "said". */
static int apply(struct go_version version, struct go_overlay *overlay)
{
    char here[4096], edits[4200], root[4200], out[4200];
    if (!getcwd(here, sizeof here))
        exit(1);
    snprintf(edits, sizeof edits, "%s/edits", here);
    snprintf(root, sizeof root, "%s/root", here);
    snprintf(out, sizeof out, "%s/out", here);
    fflush(stderr);
    int kept = dup(2);
    if (!freopen("said", "we", stderr))
        exit(1);
    int result = go_edit_apply(edits, root, version, out, overlay);
    fflush(stderr);
    dup2(kept, 2);
    close(kept);
    return result;
}

static int apply_text(const char *edit, int minor)
{
    struct go_overlay overlay = {0};
    write_file("edits/a.edit", edit);
    int result = apply((struct go_version){1, minor}, &overlay);
    CHECK_EQ(result ? 0 : 1, overlay.count > 0);
    go_overlay_free(&overlay);
    return result;
}

static void check_result(const char *want)
{
    char *text = read_file("out/runtime_a.go");
    CHECK_STR_EQ(text, want);
    free(text);
    unlink("out/runtime_a.go");
}

#define SOURCE "package a\n\nfunc f(x int) {\n\tg(x)\n}\n\nfunc h() {\n\tg(1)\n\treturn\n}\n"
#define HEAD   "edit one\nfile runtime/a.go\n"

static void refuse(const char *edit, int minor, const char *why)
{
    CHECK_EQ(apply_text(edit, minor), -1);
    char *said = read_file("said");
    if (!strstr(said, why))
        CHECK_STR_EQ(said, why);
    CHECK_EQ(strchr(said, '\n') != NULL && strchr(said, '\n')[1] == '\0', 1);
    CHECK_EQ(files_in("out"), 0);
    free(said);
}

static void test_lines_keep_their_numbers(void)
{
    CHECK_EQ(apply_text(HEAD "= func h() {\nafter\n+ if a {\n+ b()\n+ }\n+ c()\n", 26), 0);
    check_result("package a\n\nfunc f(x int) {\n\tg(x)\n}\n\nfunc h() { if a { b() }; c()\n\tg(1)\n"
                 "\treturn\n}\n");
    CHECK_EQ(apply_text(HEAD "= return\nbefore\n+ b()\n", 26), 0);
    check_result("package a\n\nfunc f(x int) {\n\tg(x)\n}\n\nfunc h() {\n\tg(1)\nb(); return\n}\n");
    CHECK_EQ(apply_text(HEAD "= g(1)\n= return\nreplace\n+ b()\n", 26), 0);
    check_result("package a\n\nfunc f(x int) {\n\tg(x)\n}\n\nfunc h() {\nb()\n\n}\n");
}

static void test_expressions(void)
{
    CHECK_EQ(apply_text(HEAD "in func h(\n~ g\\((x)?([0-9])\\)\nreplace\n+ g($2+$1$2)\n", 26), 0);
    check_result("package a\n\nfunc f(x int) {\n\tg(x)\n}\n\nfunc h() {\ng(1+1)\n\treturn\n}\n");
    refuse(HEAD "~ g(\nreplace\n+ b()\n", 26, "bad expression");
}

static void test_append(void)
{
    write_file("edits/more.go", "package a\nimport \"b\"\n//below\nvar c int\n");
    CHECK_EQ(
        apply_text(HEAD "append more.go\nedit two\nfile runtime/a.go\nappend\n+ var d int\n", 26),
        0);
    check_result(SOURCE "var c int\nvar d int\n");
    write_file("edits/more.go", "package a\n");
    refuse(HEAD "append more.go\n", 26, "no line //below");
    refuse(HEAD "append none.go\n", 26, "No such file");
}

static void test_versions(void)
{
    static const char two[] = HEAD "go 1.19 1.21\n= return\nbefore\n+ old()\n" HEAD
                                   "go 1.22\n= return\nbefore\n+ new()\n";
    CHECK_EQ(apply_text(two, 21), 0);
    check_result(
        "package a\n\nfunc f(x int) {\n\tg(x)\n}\n\nfunc h() {\n\tg(1)\nold(); return\n}\n");
    CHECK_EQ(apply_text(two, 22), 0);
    check_result(
        "package a\n\nfunc f(x int) {\n\tg(x)\n}\n\nfunc h() {\n\tg(1)\nnew(); return\n}\n");
    refuse(two, go_edit_newest.minor + 1, "seeds are for Go 1.19 to 1.");
    refuse(two, go_edit_oldest.minor - 1, "seeds are for Go 1.19 to 1.");
}

/* Also when it is a later edit that does not fit: nothing is written. */
static void test_does_not_fit(void)
{
    static const char good[] = "edit zero\nfile runtime/b.go\n= var b int\nafter\n+ var c int\n";
    char text[400];
    refuse(HEAD "= k()\nafter\n+ b()\n", 26,
           "edit 'one' (a.edit:1) does not fit runtime/a.go of Go 1.26: is not there");
    refuse(HEAD "~ g\\(.*\nafter\n+ b()\n", 26, "is there more than once");
    refuse(HEAD "in func k(\n= g(1)\nafter\n+ b()\n", 26, "its 'in' is not there");
    refuse(HEAD "in func\n= g(1)\nafter\n+ b()\n", 26, "its 'in' is there more than once");
    refuse("edit one\nfile runtime/none.go\n= x\nafter\n+ b()\n", 26, "No such file");
    snprintf(text, sizeof text, "%s%s", good, HEAD "= k()\nafter\n+ b()\n");
    refuse(text, 26, "is not there");
}

static void test_bad_form(void)
{
    refuse("file runtime/a.go\n", 26, "a.edit:1: nothing may stand before the first edit");
    refuse(HEAD "= x\nbeside\n", 26, "a.edit:4: no such word");
    refuse(HEAD "= x\n", 26, "does nothing");
    refuse("edit one\n= x\nafter\n+ y\n", 26, "names no file");
    refuse(HEAD "after\n+ y\n", 26, "must find lines");
    refuse(HEAD "go 1.26 1.20\n= x\nafter\n+ y\n", 26, "not versions of Go");
    refuse(HEAD "file runtime/b.go\n= x\nafter\n+ y\n", 26, "said twice");
    refuse("# nothing\n", 26, "no edits in there");
    unlink("edits/a.edit");
    struct go_overlay overlay = {0};
    CHECK_EQ(apply((struct go_version){1, 26}, &overlay), -1);
}

static void test_unwritable(void)
{
    struct go_overlay overlay = {0};
    write_file("edits/a.edit",
               HEAD "= return\nbefore\n+ b()\n"
                    "edit two\nfile runtime/b.go\n= var b int\nafter\n+ var c int\n");
    mkdir("out/runtime_b.go", 0777);
    CHECK_EQ(apply((struct go_version){1, 26}, &overlay), -1);
    CHECK_EQ(overlay.count, 0);
    CHECK_EQ(access("out/runtime_a.go", F_OK), -1);
    rmdir("out/runtime_b.go");
}

/* The constants repriseOpX of a fragment are numbers of enum core_op. */
static enum core_op op_of_fragment(const char *name)
{
    static const struct {
        const char *name;
        enum core_op op;
    } ops[] = {
        {"AtomicStore", CORE_OP_ATOMIC_STORE},
        {"AtomicRMW", CORE_OP_ATOMIC_RMW},
        {"Lock", CORE_OP_LOCK},
        {"ReadLock", CORE_OP_READ_LOCK},
        {"TryLock", CORE_OP_TRY_LOCK},
        {"Unlock", CORE_OP_UNLOCK},
        {"CondWait", CORE_OP_COND_WAIT},
        {"CondSignal", CORE_OP_COND_SIGNAL},
        {"CondWakeAll", CORE_OP_COND_BROADCAST},
        {"SemWait", CORE_OP_SEM_WAIT},
        {"SemPost", CORE_OP_SEM_POST},
        {"Once", CORE_OP_ONCE},
        {"Create", CORE_OP_CREATE},
        {"Yield", CORE_OP_YIELD},
        {"External", CORE_OP_EXTERNAL},
        {"Send", CORE_OP_CHAN_SEND},
        {"Receive", CORE_OP_CHAN_RECEIVE},
        {"Close", CORE_OP_CHAN_CLOSE},
        {"Select", CORE_OP_SELECT},
    };
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (strcmp(ops[i].name, name) == 0)
            return ops[i].op;
    return CORE_OP_COUNT;
}

static unsigned check_numbers(const char *fragment)
{
    const char *root = getenv("REPRISE_SOURCE");
    char path[4096], name[64], *text;
    unsigned number, seen = 0;
    snprintf(path, sizeof path, "%s/go/edits/%s", root ? root : ".", fragment);
    text = read_file(path);
    for (const char *at = text; (at = strstr(at, "\trepriseOp")); at++)
        if (sscanf(at, " repriseOp%63[A-Za-z] = %u", name, &number) == 2)
            CHECK_EQ(number, op_of_fragment(name)), seen++;
    free(text);
    return root ? seen : UINT_MAX;
}

static void test_numbers_of_operations(void)
{
    CHECK(check_numbers("proc.go") > 5);
    CHECK(check_numbers("sync.go") > 5);
    CHECK(check_numbers("internal_sync.go") > 2);
}

static int tool(char **argv)
{
    struct go_version version;
    struct go_overlay overlay = {0};
    if (sscanf(argv[3], "%d.%d", &version.major, &version.minor) != 2)
        return 2;
    int result = go_edit_apply(argv[1], argv[2], version, argv[4], &overlay);
    for (size_t i = 0; i < overlay.count; i++)
        printf("%s\t%s\n", overlay.files[i].path, overlay.files[i].replace);
    go_overlay_free(&overlay);
    return result ? 1 : 0;
}

int main(int argc, char **argv)
{
    if (argc == 5)
        return tool(argv);
    mkdir("edits", 0777), mkdir("root", 0777), mkdir("out", 0777);
    mkdir("root/src", 0777), mkdir("root/src/runtime", 0777);
    write_file("root/src/runtime/a.go", SOURCE);
    write_file("root/src/runtime/b.go", "package a\nvar b int\n");
    RUN(test_lines_keep_their_numbers);
    RUN(test_expressions);
    RUN(test_append);
    RUN(test_versions);
    RUN(test_does_not_fit);
    RUN(test_bad_form);
    RUN(test_unwritable);
    RUN(test_numbers_of_operations);
    return check_done();
}
