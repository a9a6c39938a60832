/*
 * The calls that want more than their arguments: Go's runtime comes here with the goroutine's g in
 * R14 and its stack pointer in R12 (racecall in race_amd64.s), and the ABI of C has no word for
 * that.
 */
	.text

	.globl	__tsan_func_enter
	.hidden	__tsan_func_enter
	.type	__tsan_func_enter, @function
__tsan_func_enter:
	movq	%r12, %rdx
	movq	%r14, %rcx
	jmp	rt_go_func_enter
	.size	__tsan_func_enter, .-__tsan_func_enter

	.globl	__tsan_func_exit
	.hidden	__tsan_func_exit
	.type	__tsan_func_exit, @function
__tsan_func_exit:
	movq	%r12, %rsi
	movq	%r14, %rdx
	jmp	rt_go_func_exit
	.size	__tsan_func_exit, .-__tsan_func_exit
