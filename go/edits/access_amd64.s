// Appended to runtime/race_amd64.s: a goroutine gives way before an access or an atomic operation,
// where the race runtime asked for it. Without a seed this is a look at a word.
//
// Compiled code calls these as functions, so its frame is in order as at any call, and a function
// of Go that is entered from here returns to it.

//below
#define repriseControlled 2
#define reprisePreempt (-1314) // stackPreempt

// In place of racecalladdr where compiled code calls. Tail call of an ABIInternal function.
TEXT	reprisecalladdr<>(SB), NOSPLIT|NOFRAME, $0-0
	CMPQ	runtime·repriseMode(SB), $repriseControlled
	JEQ	follow
	JMP	racecalladdr<>(SB)
follow:
	CALL	racecalladdr<>(SB)
	CMPQ	g_stackguard0(R14), $reprisePreempt
	JNE	done
	JMP	runtime·repriseHere<ABIInternal>(SB)
done:
	RET

// In place of racecall for operations of sync/atomic. The arguments of racecallatomic are set, its
// return address is on top of the stack. A function that was put off has done nothing.
TEXT	repriseatomic<>(SB), NOSPLIT|NOFRAME, $0-0
	NO_LOCAL_POINTERS
	CMPQ	runtime·repriseMode(SB), $repriseControlled
	JEQ	follow
	JMP	racecall<>(SB)
follow:
	MOVQ	AX, BX // racecall preserves it
	MOVQ	8(BP), R8 // who called the wrapper that called
	CALL	racecall<>(SB)
	MOVQ	runtime·repriseAgain(SB), R12
	CMPL	(R12), $0
	JNE	again
	RET
again:
	PUSHQ	BX
	CALL	runtime·repriseHere<ABIInternal>(SB)
	POPQ	AX
	MOVQ	g_racectx(R14), RARG0
	MOVQ	8(SP), RARG1
	MOVQ	(SP), RARG2
	LEAQ	16(SP), RARG3
	JMP	racecall<>(SB)
