/*
 * From an inlined quick look to the runtime; see tsan_late.h. Calling convention: preserve_most of
 * clang. All general registers are kept but r11; the argument is in rdi.
 */
    .macro save register
    pushq %\register
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset \register, 0
    .endm

    .macro restore register
    popq %\register
    .cfi_adjust_cfa_offset -8
    .cfi_restore \register
    .endm

    /* late NAME, FUNCTION, SIZE, KIND: NAME(a) is FUNCTION(a, return address, SIZE, KIND) */
    .macro late name, function, size=0, kind=0
    .globl \name
    .hidden \name
    .type \name, @function
    .p2align 4
\name:
    .cfi_startproc
    .irp register, rax, rcx, rdx, rsi, rdi, r8, r9, r10
    save \register
    .endr
    movq 64(%rsp), %rsi
    movl $\size, %edx
    movl $\kind, %ecx
    subq $8, %rsp /* 16-byte alignment */
    .cfi_adjust_cfa_offset 8
    call \function
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    .irp register, r10, r9, r8, rdi, rsi, rdx, rcx, rax
    restore \register
    .endr
    ret
    .cfi_endproc
    .size \name, . - \name
    .endm

    .hidden rt_late_access
    .hidden rt_late_range
    .hidden rt_late_entry

    .text
    /* the kinds are those of enum rt_kind */
    .irp size, 1, 2, 4, 8
    .hidden rt_late_plain_read\size
    .hidden rt_late_plain_write\size
    late rt_late_read\size, rt_late_plain_read\size
    late rt_late_write\size, rt_late_plain_write\size
    .endr
    late rt_late_read16, rt_late_range, 16, 0
    late rt_late_write16, rt_late_range, 16, 1
    late rt_late_vptr_read8, rt_late_access, 8, 16
    late rt_late_vptr_write8, rt_late_access, 8, 17
    late rt_late_inlined_entry, rt_late_entry

    .section .note.GNU-stack, "", @progbits
