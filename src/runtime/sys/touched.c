#include "sys.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>

enum { PAGE_BITS = 12, ENTRIES = 128 };
#define PRESENT_OR_SWAPPED (3ull << 62)

static bool has_swap(void)
{
    struct sysinfo info = {.totalswap = 1};
    sys_call(SYS_sysinfo, (long)&info, 0, 0, 0, 0, 0);
    return info.totalswap != 0;
}

int sys_touched_begin(int *handle)
{
    *handle = -1;
    if (!has_swap()) /* then what is not resident was never written */
        return 0;
    if (sys_maps_are_shared()) /* pagemap doesn't know what a file has swapped out */
        return -ENOTSUP;
    *handle = sys_open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC, 0);
    return *handle < 0 ? *handle : 0;
}

int sys_touched(int handle, uintptr_t addr, size_t bytes, unsigned char *vec)
{
    if (handle < 0)
        return sys_resident(addr, bytes, vec);
    uint64_t entries[ENTRIES];
    for (size_t done = 0, pages = bytes >> PAGE_BITS; done < pages;) {
        size_t n = pages - done < ENTRIES ? pages - done : ENTRIES;
        long got = sys_call(SYS_pread64, handle, (long)entries, (long)(n * sizeof *entries),
                            (long)(((addr >> PAGE_BITS) + done) * sizeof *entries), 0, 0);
        if (got != (long)(n * sizeof *entries))
            return -EIO;
        for (size_t i = 0; i < n; i++)
            vec[done + i] = (entries[i] & PRESENT_OR_SWAPPED) != 0;
        done += n;
    }
    return 0;
}

void sys_touched_end(int handle)
{
    if (handle >= 0)
        sys_close(handle);
}
