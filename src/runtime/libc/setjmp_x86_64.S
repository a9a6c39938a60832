/*
 * setjmp, _setjmp, __sigsetjmp (x86-64).
 *
 * They return twice, so no C function can stand between them and their caller: each tells
 * rt_setjmp_note the caller's stack pointer, gets the address of the real function, and jumps
 * there, with the registers and the stack as the caller left them.
 */
    .text

/* index: which real function, a row of `real` in setjmp.c */
.macro WRAPPER name, index
    .globl  __interceptor_\name
    .type   __interceptor_\name, @function
__interceptor_\name:
    .cfi_startproc
    endbr64
    pushq   %rdi
    .cfi_adjust_cfa_offset 8
    pushq   %rsi
    .cfi_adjust_cfa_offset 8
    subq    $8, %rsp            /* 16-byte alignment for the call */
    .cfi_adjust_cfa_offset 8
    leaq    32(%rsp), %rdi      /* the caller's, once this call has returned */
    movl    $\index, %esi
    call    rt_setjmp_note
    addq    $8, %rsp
    .cfi_adjust_cfa_offset -8
    popq    %rsi
    .cfi_adjust_cfa_offset -8
    popq    %rdi
    .cfi_adjust_cfa_offset -8
    jmp     *%rax
    .cfi_endproc
    .size   __interceptor_\name, . - __interceptor_\name
    .weak   \name
    .set    \name, __interceptor_\name
    .globl  ___interceptor_\name
    .set    ___interceptor_\name, __interceptor_\name
    .type   \name, @function
    .type   ___interceptor_\name, @function
.endm

WRAPPER setjmp, 0
WRAPPER _setjmp, 1
WRAPPER __sigsetjmp, 2

    .section .note.GNU-stack, "", @progbits
