/*
 * vfork (x86-64).
 *
 * The child runs on its parent's stack and in its memory, while the parent waits. So the return
 * address must survive in a register, as in libc's own vfork, and nothing that the child does
 * may count as the parent's: its depth says RT_DEPTH_VFORK, and when the parent goes on, it has
 * the depth and the shadow stack that it had before.
 */
    .set SYS_vfork, 58
    .set DEPTH_VFORK, 1 << 20  /* checked against rt.h in process.c, like the next two */
    .set RT_TLS_TOP, 8
    .set RT_TLS_DEPTH, 24

    .text
    .globl  __interceptor_vfork
    .type   __interceptor_vfork, @function
__interceptor_vfork:
    .cfi_startproc
    endbr64
    popq    %rdi                /* the kernel keeps rdi, rsi, rdx, r8, r10 */
    .cfi_adjust_cfa_offset -8
    .cfi_register %rip, %rdi
    movq    rt_tls@gottpoff(%rip), %r8
    movq    %fs:RT_TLS_TOP(%r8), %rsi
    movl    %fs:RT_TLS_DEPTH(%r8), %edx
    movl    $SYS_vfork, %eax
    syscall
    testq   %rax, %rax
    jz      1f
    movq    %rsi, %fs:RT_TLS_TOP(%r8)   /* the parent, or there is no child */
    movl    %edx, %fs:RT_TLS_DEPTH(%r8)
    jmp     2f
1:  leal    DEPTH_VFORK(%rdx), %edx
    movl    %edx, %fs:RT_TLS_DEPTH(%r8)
2:  pushq   %rdi
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rip, 0
    cmpq    $-4095, %rax
    jae     3f
    ret
3:  negl    %eax
    movq    errno@gottpoff(%rip), %rcx
    movl    %eax, %fs:(%rcx)
    movl    $-1, %eax
    ret
    .cfi_endproc
    .size   __interceptor_vfork, . - __interceptor_vfork

    .globl  ___interceptor_vfork
    .set    ___interceptor_vfork, __interceptor_vfork
    .weak   vfork
    .set    vfork, __interceptor_vfork
    .weak   __vfork
    .set    __vfork, __interceptor_vfork
    .type   vfork, @function
    .type   __vfork, @function
    .type   ___interceptor_vfork, @function

    .section .note.GNU-stack, "", @progbits
