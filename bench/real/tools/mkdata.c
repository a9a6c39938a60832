// mkdata: make input files that are the same on every machine.
//
//   mkdata text BYTES   word salad: compresses like prose, a third of its size or so
//   mkdata video FRAMES 320x240 YUV4MPEG2: moving shapes over a textured ground
//   mkdata genome BASES one sequence in FASTA
//   mkdata reads COUNT  pieces of `genome 400000`, some 2000 bases each, one base in 16 altered
//
// Writes to standard output. Nothing depends on the locale, the time or the C library's rand.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint32_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

enum { WORDS = 4096, MAX_WORD = 12, WIDTH = 320, HEIGHT = 240 };

static void make_words(char words[WORDS][MAX_WORD])
{
    for (int i = 0; i < WORDS; i++) {
        uint32_t len = 2 + next_random() % (MAX_WORD - 3);
        for (uint32_t k = 0; k < len; k++)
            words[i][k] = (char)('a' + next_random() % 26);
        words[i][len] = 0;
    }
}

static int text(uint64_t bytes)
{
    static char words[WORDS][MAX_WORD];
    uint64_t done = 0;

    make_words(words);
    while (done < bytes) {
        // The product of two draws makes few words frequent and many rare.
        uint64_t pick = (uint64_t)(next_random() % WORDS) * (next_random() % WORDS) / WORDS;
        uint32_t r = next_random() % 16;
        int n = printf("%s%s", words[pick], r == 0 ? ".\n" : r == 1 ? ", " : " ");
        if (n < 0)
            return 1;
        done += (uint64_t)n;
    }
    return 0;
}

static uint8_t luma(int x, int y, int frame)
{
    int ground = ((x * 7 + y * 13) ^ (x * y / 31)) & 63;
    int cx = 40 + frame * 5 % (WIDTH - 80), cy = 120 + (frame * 3 % 80 - 40);
    int dx = x - cx, dy = y - cy;

    if (dx * dx + dy * dy < 900)
        return (uint8_t)(160 + ((dx + dy + frame) & 31));
    return (uint8_t)(64 + ground + (int)(next_random() & 3));
}

static int video(uint64_t frames)
{
    static uint8_t line[WIDTH];

    printf("YUV4MPEG2 W%d H%d F25:1 Ip A1:1 C420jpeg\n", WIDTH, HEIGHT);
    for (uint64_t f = 0; f < frames; f++) {
        printf("FRAME\n");
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++)
                line[x] = luma(x, y, (int)f);
            fwrite(line, 1, WIDTH, stdout);
        }
        for (int y = 0; y < HEIGHT; y++) { // both chroma planes, half width, half height
            memset(line, 96 + (y + (int)f) % 64, WIDTH / 2);
            fwrite(line, 1, WIDTH / 2, stdout);
        }
    }
    return 0;
}

static char *make_bases(uint64_t n)
{
    char *bases = malloc(n + 1);

    for (uint64_t i = 0; bases && i < n; i++)
        bases[i] = "ACGT"[next_random() & 3];
    if (bases)
        bases[n] = 0;
    return bases;
}

static int genome(uint64_t n)
{
    char *bases = make_bases(n);

    return !bases || printf(">chromosome\n%s\n", bases) < 0;
}

static int reads(uint64_t count)
{
    enum { BASES = 400000 };
    char *bases = make_bases(BASES);

    for (uint64_t i = 0; bases && i < count; i++) {
        uint32_t length = 1000 + next_random() % 2000, at = next_random() % (BASES - length);
        printf(">read%lu\n", (unsigned long)i);
        for (uint32_t k = 0; k < length; k++)
            putchar(next_random() % 16 ? bases[at + k] : "ACGT"[next_random() & 3]);
        putchar('\n');
    }
    return !bases;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "text"))
        return text(strtoull(argv[2], NULL, 10)) || fflush(stdout);
    if (argc == 3 && !strcmp(argv[1], "video"))
        return video(strtoull(argv[2], NULL, 10)) || fflush(stdout);
    if (argc == 3 && !strcmp(argv[1], "genome"))
        return genome(strtoull(argv[2], NULL, 10)) || fflush(stdout);
    if (argc == 3 && !strcmp(argv[1], "reads"))
        return reads(strtoull(argv[2], NULL, 10)) || fflush(stdout);
    fprintf(stderr,
            "mkdata: usage: mkdata text BYTES | video FRAMES | genome BASES | reads COUNT\n");
    return 2;
}
