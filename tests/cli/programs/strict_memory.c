/*
 * strict_memory PROGRAM [ARGUMENT...] - runs a program where the kernel refuses large private
 * writable mappings, as it does under vm.overcommit_memory=2, without changing the machine.
 * Exits with 77 where filters of system calls are not to be had.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LARGE                    (256u << 20)
#define LOAD(field)              BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOW(n)                   LOAD(args[n])
#define HIGH(n)                  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[n]) + 4)
#define IF(test, value, yes, no) BPF_JUMP(BPF_JMP | (test) | BPF_K, (value), (yes), (no))

static struct sock_filter filter[] = {
    /*  0 */ LOAD(arch),
    /*  1 */ IF(BPF_JEQ, AUDIT_ARCH_X86_64, 0, 10),
    /*  2 */ LOAD(nr),
    /*  3 */ IF(BPF_JEQ, SYS_mmap, 0, 8),
    /*  4 */ LOW(2),
    /*  5 */ IF(BPF_JSET, PROT_WRITE, 0, 6),
    /*  6 */ LOW(3),
    /*  7 */ IF(BPF_JSET, MAP_PRIVATE, 0, 4),
    /*  8 */ HIGH(1),
    /*  9 */ IF(BPF_JEQ, 0, 0, 3), /* 4 GiB or more */
    /* 10 */ LOW(1),
    /* 11 */ IF(BPF_JGE, LARGE, 1, 0),
    /* 12 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    /* 13 */ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOMEM),
};

int main(int argc, char **argv)
{
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (argc < 2)
        return 2;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        return 77;
    execv(argv[1], argv + 1);
    perror(argv[1]);
    return 126;
}
