//go:build ignore

// Appended to runtime/proc.go: who runs next, and all else that follows the seed.
//
// There is one P. Goroutines of the program that can run stand in an array; one that comes in by
// any of Go's queues is moved there before the next one is picked, so the order in which they came
// does not count. Goroutines of the runtime run first, and are shown to nobody.
//
// Functions here run on g0 with the P, unless something else is said.

package runtime

import "unsafe"

//below

// ---- Reprise ----

const (
	repriseDelay      = 1
	repriseControlled = 2
)

// Operations, as enum core_op numbers them.
const (
	repriseOpAtomicStore = 6
	repriseOpAtomicRMW   = 7
	repriseOpCreate      = 22
	repriseOpYield       = 27
	repriseOpExternal    = 31
	repriseOpSend        = 33
	repriseOpReceive     = 34
	repriseOpClose       = 35
	repriseOpSelect      = 36
)

const (
	repriseTimeZero  = 1000000000 // of nanotime, which must not be 0
	repriseSyscallNS = 200000000  // a system call keeps the P for so long
	repriseSliceNS   = 5000000    // how often sysmon asks whether a goroutine may go on
	reprisePollSteps = 4096       // how often to look outside while somebody can run
	repriseEarlyOne  = 4          // one of so many short sleeps is over at once
	repriseEarlyNS   = 2000000000 // longer ones are watchdogs
	repriseRestNS    = 10000000000
	repriseStacks    = 64   // at most, in one report
	repriseFrames    = 64   // of each
	repriseRestJumps = 1000 // what the end of a test waits for: timers within so much virtual time
)

var (
	repriseSeed  uint64
	repriseDraws uint64

	repriseVirtual bool  // the clocks are ours
	repriseNow     int64 // what nanotime says then
	repriseWall    int64 // seconds since 1970 at repriseTimeZero

	repriseReadyG    uintptr // array of *g, outside the heap; and beside each
	repriseReadyT    uintptr // its race context
	repriseReadyN    uintptr
	repriseReadyRoom uintptr
	repriseSystem    gQueue // of the runtime
	repriseArrivals  gQueue // from outside; not to be seen before their turn

	repriseCurrent   guintptr // who was picked last
	repriseCurrentAt int      // where it stands in the array; -1: nowhere
	repriseAsked     bool     // it gave way by its own doing: others may be picked
	repriseAway      bool     // it went into a long system call
	repriseTakenAs   guintptr // whom execute() may run without a question
	repriseGathering bool
	repriseStep      uint64
	reprisePick1     reprisePicking

	repriseProcs      int   // what the program believes GOMAXPROCS to be
	repriseWaitFrom   int64 // real time: since when nobody can run and a timer waits
	repriseSliceAsked int64
	repriseSliceEnd   uint64 // why the goroutine that runs is to stop; 0: it is not

	repriseTests     uint32
	repriseResting   guintptr // waits until nobody else can run
	repriseRestUntil int64
	repriseRestLeft  int
	repriseRestSure  bool // and nothing can wake anybody
)

// struct rt_go_pick
type reprisePicking struct {
	ready  uintptr
	count  uint64
	last   uintptr
	chosen uint64
	idle   uint64
	timer  uint64
}

// struct rt_go_waiting
type repriseWaiting struct {
	thread uintptr
	reason uintptr
	length uint64
	pcs    uintptr
	depth  uint64
}

//go:nosplit
func repriseWord(base, i uintptr) *uintptr {
	return (*uintptr)(unsafe.Pointer(base + i*unsafe.Sizeof(i)))
}

// ---- points ----

// Before an operation of the program, on the goroutine that does it. May sleep, may let others
// run. Does nothing where a goroutine must not stop.
func reprisePoint(op uintptr, object uintptr, pc uintptr) {
	gp := getg()
	mp := gp.m
	if gp != mp.curg || gp.repriseSystem || !canPreemptM(mp) ||
		repriseMode != repriseControlled && repriseOwnCode(pc) {
		return
	}
	action := repriseAskPoint(gp.racectx, op|pc<<8, object)
	if action == 0 {
		return
	}
	if repriseMode == repriseControlled {
		repriseAsked = true
		repriseReadClock() // a timer may be due
		mcall(gosched_m)
	} else if action > 2 {
		timeSleep(int64(action))
	}
}

// pc: where it is.
func repriseGoStatement(pc uintptr) {
	if repriseMode == repriseControlled || !repriseOwnCode(pc) {
		reprisePoint(repriseOpCreate, 0, 0)
	}
}

// The runtime itself starts goroutines and uses channels, too, and may have the semaphore of a
// collection then: a sleep allocates, which would wait for that. pc 0: not told, so it isn't.
func repriseOwnCode(pc uintptr) bool {
	if pc == 0 {
		return false
	}
	const own = "runtime."
	name := funcname(findfunc(pc - 1))
	return len(name) > len(own) && name[:len(own)] == own
}

// A short sleep is sometimes over before others do anything, for it orders nothing. True: it was.
func repriseEarly(ns int64) bool {
	gp := getg()
	if !repriseVirtual || ns <= 0 || ns > repriseEarlyNS || gp.repriseSystem ||
		repriseAskChoice(gp.racectx, repriseEarlyOne) != 1 {
		return false
	}
	repriseReadClock()
	repriseJump(repriseNow + ns)
	reprisePoint(repriseOpYield, 0, 0)
	return true
}

// runtime.Gosched of the program; Gosched goes on to let others run.
func repriseYield() {
	gp := getg()
	if gp != gp.m.curg || gp.repriseSystem || !canPreemptM(gp.m) {
		return
	}
	action := repriseAskPoint(gp.racectx, repriseOpYield, 0)
	if repriseMode == repriseControlled {
		repriseAsked = true
	} else if action > 2 {
		timeSleep(int64(action))
	}
}

//go:linkname sync_reprisePoint sync.runtime_reprisePoint
func sync_reprisePoint(op uintptr, object unsafe.Pointer) {
	if repriseMode != 0 {
		reprisePoint(op, uintptr(object), 0)
	}
}

//go:linkname internal_sync_reprisePoint internal/sync.runtime_reprisePoint
func internal_sync_reprisePoint(op uintptr, object unsafe.Pointer) {
	if repriseMode != 0 {
		reprisePoint(op, uintptr(object), 0)
	}
}

// ---- life of a goroutine ----

// newg was made, and has a race context; callergp is g0 for what timers start.
func repriseBorn(callergp, newg *g) {
	newg.repriseSystem = isSystemGoroutine(newg, false)
	newg.repriseArrived = false
	newg.repriseSignals = false
	newg.repriseTest = callergp.repriseTest
	if !newg.repriseSystem {
		repriseTellBorn(callergp.racectx, newg.racectx)
	}
}

// On the goroutine.
func repriseGone() {
	if gp := getg(); !gp.repriseSystem {
		repriseTellGone(gp.racectx)
		repriseAsked = true
		if repriseCurrent.ptr() == gp {
			repriseCurrent = 0
		}
	}
}

// On the goroutine, which is going to park.
func reprisePark(gp *g, reason waitReason) {
	if gp.repriseSystem || sched.disable.user {
		return
	}
	text := reason.String()
	repriseTellWait(gp.racectx, stringStructOf(&text).str, uintptr(len(text)))
	repriseAsked = true
}

func repriseReady(gp *g) {
	if !gp.repriseSystem {
		repriseTellReady(gp.racectx)
	}
}

// ---- who can run ----

func repriseAdd(gp *g) {
	if repriseReadyN == repriseReadyRoom {
		repriseGrow()
	}
	if gp == repriseCurrent.ptr() {
		repriseCurrentAt = int(repriseReadyN)
	}
	*repriseWord(repriseReadyG, repriseReadyN) = uintptr(unsafe.Pointer(gp))
	*repriseWord(repriseReadyT, repriseReadyN) = gp.racectx
	repriseReadyN++
}

func repriseGrow() {
	room := 2*repriseReadyRoom + 512
	bytes := room * unsafe.Sizeof(room)
	gs := uintptr(persistentalloc(bytes, 0, &memstats.other_sys))
	ts := uintptr(persistentalloc(bytes, 0, &memstats.other_sys))
	for i := uintptr(0); i < repriseReadyN; i++ {
		*repriseWord(gs, i) = *repriseWord(repriseReadyG, i)
		*repriseWord(ts, i) = *repriseWord(repriseReadyT, i)
	}
	repriseReadyG, repriseReadyT, repriseReadyRoom = gs, ts, room
}

// The last one takes the place, as schedule.h says.
func repriseTake(at uintptr) *g {
	gp := (*g)(unsafe.Pointer(*repriseWord(repriseReadyG, at)))
	repriseReadyN--
	*repriseWord(repriseReadyG, at) = *repriseWord(repriseReadyG, repriseReadyN)
	*repriseWord(repriseReadyT, at) = *repriseWord(repriseReadyT, repriseReadyN)
	repriseCurrent.set(gp)
	repriseTakenAs.set(gp)
	repriseCurrentAt = -1
	repriseAsked = false
	repriseAway = false
	return gp
}

func repriseSort(gp *g) {
	if gp.repriseSystem {
		repriseSystem.pushBack(gp)
	} else if gp.repriseArrived {
		repriseArrivals.pushBack(gp)
	} else {
		repriseAdd(gp)
	}
}

// Empties Go's queues.
func repriseGather(pp *p) {
	repriseGathering = true
	for {
		gp, _ := runqget(pp)
		if gp == nil {
			break
		}
		repriseSort(gp)
	}
	repriseGathering = false
	for {
		gp := repriseGlobal()
		if gp == nil {
			break
		}
		repriseSort(gp)
	}
}

// May be called by anybody: is there somebody whom a P would run?
func repriseSomebody() bool {
	return !repriseSystem.empty() || repriseReadyN != 0 && !sched.disable.user
}

// Those who came from outside stand with the others from here on.
func repriseLetIn(pp *p) {
	if repriseNetpoll() {
		others := repriseReadyN != 0
		repriseGather(pp)
		if others || repriseReadyN > 1 || repriseNetWaits() { // who came by now is not ours to say
			repriseTellExternal()
		}
	}
	for !repriseArrivals.empty() {
		if repriseReadyN != 0 {
			repriseTellExternal()
		}
		gp := repriseArrivals.pop()
		gp.repriseArrived = false
		repriseTellReady(gp.racectx)
		repriseAdd(gp)
	}
}

// In place of runqget.
func repriseNext(pp *p) *g {
	repriseGather(pp)
	if gp := repriseSystem.pop(); gp != nil {
		return gp
	}
	if sched.disable.user {
		return nil
	}
	if repriseReadyN == 0 || repriseStep%reprisePollSteps == 0 {
		repriseLetIn(pp)
		if gp := repriseSystem.pop(); gp != nil {
			return gp
		}
	}
	if repriseReadyN == 0 {
		return nil
	}
	repriseWaitFrom = 0
	if repriseCurrentAt >= 0 && !repriseAsked {
		return repriseTake(uintptr(repriseCurrentAt)) // Go had a reason of its own
	}
	repriseStep++
	return repriseTake(repriseAsk(pp))
}

// Whom the strategy wants: an index into the array.
func repriseAsk(pp *p) uintptr {
	pick := &reprisePick1
	*pick = reprisePicking{ready: repriseReadyT, count: uint64(repriseReadyN)}
	if gp := repriseCurrent.ptr(); repriseCurrentAt >= 0 {
		pick.last = gp.racectx
	} else if gp != nil && !repriseAsked && !repriseAway {
		reason := "system call"
		repriseTellWait(gp.racectx, stringStructOf(&reason).str, uintptr(len(reason)))
	}
	when := repriseTimer(pp)
	if when != 0 && repriseVirtual {
		pick.timer = uint64(when - repriseTimeZero)
	}
	repriseAskPick(pick)
	if pick.chosen >= uint64(repriseReadyN) {
		throw("reprise: nobody of that number")
	}
	if pick.idle != 0 && pick.timer != 0 {
		repriseJump(when)
	}
	repriseReadClock()
	return uintptr(pick.chosen)
}

// In schedule(): gp was found by another way than repriseNext.
func repriseDetour(gp *g) bool {
	if gp.repriseSystem || repriseTakenAs.ptr() == gp {
		return false
	}
	if repriseNetWaits() {
		repriseTellExternal()
	}
	repriseSort(gp)
	return true
}

// In execute(): gp may have come back from a system call and found the P idle.
func repriseExecute(gp *g) {
	taken := repriseTakenAs.ptr()
	repriseTakenAs = 0
	if gp.repriseSystem {
		return
	}
	gp.repriseArrived = false
	if gp == taken || gp == repriseCurrent.ptr() && !repriseAway {
		repriseCurrent.set(gp)
		return
	}
	repriseTellReady(gp.racectx)
	thread := gp.racectx
	pick := &reprisePick1
	*pick = reprisePicking{ready: uintptr(unsafe.Pointer(&thread)), count: 1}
	repriseAskPick(pick)
	repriseCurrent.set(gp)
	repriseCurrentAt = -1
	repriseAsked = false
	repriseAway = false
}

// ---- select ----

// Moves one of the ready cases to the front. On the goroutine; one P: nobody interferes.
func repriseSelect(scases []scase, order []uint16, nsends int) {
	ready := uint64(0)
	for _, i := range order {
		if repriseCaseReady(&scases[i], int(i) < nsends) {
			ready++
		}
	}
	if ready < 2 {
		return
	}
	chosen := repriseAskChoice(getg().racectx, ready)
	for k, i := range order {
		if !repriseCaseReady(&scases[i], int(i) < nsends) {
			continue
		}
		if chosen == 0 {
			order[0], order[k] = order[k], order[0]
			return
		}
		chosen--
	}
}

func repriseCaseReady(k *scase, sends bool) bool {
	c := k.c
	if sends {
		return c.closed != 0 || c.recvq.first != nil || c.qcount < c.dataqsiz
	}
	return c.closed != 0 || c.sendq.first != nil || c.qcount > 0
}

// ---- random numbers ----

// The next number of the program, or of the runtime when no goroutine of the program is at work.
//
//go:nosplit
func repriseRandom() uint64 {
	if mp := getg().m; mp.curg != nil && mp.p != 0 && !mp.curg.repriseSystem {
		return repriseAskRandom(mp.curg.racectx)
	}
	return repriseMix()
}

//go:nosplit
func repriseMix() uint64 {
	repriseDraws += 0x9e3779b97f4a7c15
	x := repriseSeed ^ repriseDraws
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// ---- time ----

//go:nosplit
func repriseReadClock() {
	if repriseVirtual {
		repriseNow = repriseTimeZero + int64(repriseAskClock())
	}
}

// The program looks at the clock. A point is a step, and time passes by steps: who waits by
// looking comes to an end.
func repriseLook() {
	reprisePoint(repriseOpExternal, 0, 0)
	repriseReadClock()
}

// time.Now of the program.
func repriseTimeNow() (sec int64, nsec int32, mono int64) {
	repriseLook()
	past := repriseNow - repriseTimeZero
	return repriseWall + past/1000000000, int32(past % 1000000000), repriseNow
}

//go:linkname repriseNanotime
func repriseNanotime() int64 {
	if repriseMode == repriseControlled && repriseVirtual {
		repriseLook()
	}
	return nanotime()
}

func repriseJump(when int64) {
	if when > repriseNow {
		repriseTellJump(uint64(when - repriseTimeZero))
		repriseReadClock()
		if repriseNow < when {
			repriseNow = when
		}
	}
	repriseWaitFrom = 0
}

// So much of the wait for a timer is over already, in real time.
func repriseWaited() int64 {
	if repriseWaitFrom == 0 {
		repriseWaitFrom = nanotime1()
	}
	return nanotime1() - repriseWaitFrom
}

// ---- nobody can run ----

// Whether somebody may come back without the scheduler's help: a goroutine in a system call or in
// C. With network, also one that waits for a descriptor. The goroutine that waits for signals does
// not count.
func repriseOutside() bool {
	if repriseNetWaits() {
		return true
	}
	lock(&sched.lock)
	outside := false
	for mp := allm; mp != nil; mp = mp.alllink {
		if gp := mp.curg; mp != getg().m && gp != nil && !gp.repriseSignals {
			status := readgstatus(gp) &^ _Gscan
			if status == _Gsyscall || status == _Grunning || status == _Grunnable {
				outside = true
				break
			}
		}
	}
	unlock(&sched.lock)
	return outside
}

// Is an M, other than this one, on its way from one state to another?
func repriseMoving() bool {
	lock(&sched.lock)
	moving := mcount()-sched.nmidle-sched.nmidlelocked-sched.nmsys-repriseSpareMs() > 1
	unlock(&sched.lock)
	return moving
}

// Nothing was found to run. True: look again.
func repriseIdle() bool {
	pp := getg().m.p.ptr()
	if sched.disable.user || repriseSomebody() {
		return false
	}
	when := repriseTimer(pp)
	outside := repriseOutside()
	if repriseRested(when, outside) {
		return true
	}
	if when != 0 {
		if !repriseVirtual || outside && repriseWaited() < when-repriseNow {
			return false
		}
		repriseJump(when)
		return true
	}
	if outside || sig.inuse || isarchive || islibrary {
		return false
	}
	for i := 0; i < 1000 && repriseMoving(); i++ {
		usleep(20)
		if repriseGather(pp); repriseSomebody() || !repriseArrivals.empty() || repriseOutside() {
			return true
		}
	}
	repriseStuck()
	return false
}

// Wakes the goroutine that waits for the others to come to rest.
func repriseRested(when int64, outside bool) bool {
	gp := repriseResting.ptr()
	if gp == nil {
		return false
	}
	if when != 0 && !outside && repriseVirtual && when < repriseRestUntil && repriseRestLeft > 0 {
		repriseRestLeft--
		repriseJump(when)
		return true
	}
	repriseRestSure = when == 0 && !outside
	repriseResting = 0
	ready(gp, 0, false)
	return true
}

// Those of the program's goroutines that wait, and for which wanted says so.
func repriseCollect(wanted func(*g) bool) (list unsafe.Pointer, count uintptr) {
	n := uintptr(0)
	forEachG(func(gp *g) { n++ })
	list = persistentalloc((n+1)*unsafe.Sizeof(repriseWaiting{}), 0, &memstats.other_sys)
	forEachG(func(gp *g) {
		if readgstatus(gp)&^_Gscan != _Gwaiting || gp.repriseSystem || count == n || !wanted(gp) {
			return
		}
		reason := gp.waitreason.String()
		w := (*repriseWaiting)(add(list, count*unsafe.Sizeof(repriseWaiting{})))
		w.thread = gp.racectx
		w.reason = uintptr(stringStructOf(&reason).str)
		w.length = uint64(len(reason))
		count++
	})
	return list, count
}

// Adds the stacks of the first ones: who is in package sync, or was inlined there, is where the race
// runtime has not been told.
func repriseAddStacks(list unsafe.Pointer, count uintptr) {
	if count > repriseStacks {
		count = repriseStacks
	}
	const room = repriseFrames * unsafe.Sizeof(count)
	pcs := persistentalloc(count*room, 0, &memstats.other_sys)
	forEachG(func(gp *g) {
		for i := uintptr(0); i < count; i++ {
			w := (*repriseWaiting)(add(list, i*unsafe.Sizeof(repriseWaiting{})))
			if w.thread == gp.racectx && !gp.repriseSystem {
				w.pcs = uintptr(add(pcs, i*room))
				w.depth = uint64(repriseStackOf(gp, add(pcs, i*room)))
				for w.depth > 1 && repriseIsOurs(*repriseWord(w.pcs, uintptr(w.depth)-2)) {
					w.depth-- // one stays, as at the bottom of all stacks
				}
			}
		}
	})
}

// Of the runtime, as long as nobody else called it.
func repriseIsOurs(pc uintptr) bool {
	name := funcname(findfunc(pc))
	return repriseBegins(name, "runtime.") || repriseBegins(name, "internal/runtime/")
}

func repriseStuck() {
	list, count := repriseCollect(func(gp *g) bool { return true })
	repriseAddStacks(list, count)
	// While the report is written, names are asked for; after that g is what curg says.
	setGNoWB(&getg().m.curg, getg())
	repriseTellStuck(list, count)
}

// ---- the processor is not taken away ----

// The time slice, for sysmon, which has no P.
func repriseSlice(ns int64) int64 {
	if repriseMode != repriseControlled {
		return ns
	}
	now := nanotime1()
	if now-repriseSliceAsked < repriseSliceNS {
		return 1 << 60
	}
	repriseSliceAsked = now
	repriseSliceEnd = repriseAskSlice()
	if repriseSliceEnd == 0 {
		return 1 << 60
	}
	return 0
}

// gp was preempted: by sysmon, by who collects garbage, or because a point wants it.
func reprisePreempted(gp *g) {
	end := repriseSliceEnd
	repriseSliceEnd = 0
	if gp.repriseSystem {
		return
	}
	repriseReadClock()
	if end == 0 {
		repriseAsked = !gp.preempt
		return
	}
	repriseAsked = true
	if repriseGather(gp.m.p.ptr()); end == 2 && repriseReadyN != 0 {
		repriseAskPoint(gp.racectx, repriseOpYield, 0)
		repriseTellExternal()
	}
}

// procs before, and what the program is told.
func repriseOneP(procs int32) int32 {
	repriseProcs = int(procs)
	repriseCurrentAt = -1
	debug.gcstoptheworld = 1 // garbage is collected between two steps
	repriseDebug()
	return 1
}

func repriseSetProcs(n int) int {
	before := repriseProcs
	if n > 0 {
		repriseProcs = n
	}
	return before
}

// ---- the end ----

//go:nosplit
func repriseExit(status int) {
	if raceenabled {
		repriseTellExit(uintptr(status))
	}
}

// ---- tests ----

// RepriseTest says that the calling goroutine runs a test from here on.
func RepriseTest(name string, level int) {
	gp := getg()
	if level == 1 && repriseMode == repriseControlled {
		repriseTests++
		gp.repriseTest = repriseTests
	}
	if raceenabled && level > 0 {
		repriseTellTest(gp.racectx, stringStructOf(&name).str, uintptr(len(name)))
	}
}

// RepriseTestEnd says that it ended. Goroutines that the test started and that wait for ever are
// reported.
func RepriseTestEnd(level int) {
	if level == 1 && repriseMode == repriseControlled {
		repriseRest()
	}
	if raceenabled && level > 0 {
		repriseTellTest(getg().racectx, nil, 0)
	}
}

// RepriseVirtual: time passes only when nobody can run, so limits of real time mean nothing.
func RepriseVirtual() bool {
	return repriseMode == repriseControlled && repriseVirtual
}

func repriseRest() {
	if repriseResting != 0 {
		return // another test does it
	}
	test := getg().repriseTest
	repriseRestUntil = repriseNow + repriseRestNS
	repriseRestLeft = repriseRestJumps
	gopark(repriseRestPark, nil, waitReasonSleep, repriseNoTrace, 1)
	if !repriseRestSure {
		return
	}
	var list unsafe.Pointer
	var count uintptr
	systemstack(func() {
		list, count = repriseCollect(func(gp *g) bool {
			return gp.repriseTest == test && repriseWaitsForEver(gp)
		})
	})
	if count != 0 {
		systemstack(func() { repriseAddStacks(list, count) })
		repriseTellLeaked(list, count) // not on g0: see repriseStuck
	}
}

func repriseRestPark(gp *g, _ unsafe.Pointer) bool {
	repriseResting.set(gp)
	return true
}

// Nothing from outside can come to gp, and it is none that a library keeps for itself.
func repriseWaitsForEver(gp *g) bool {
	reason := gp.waitreason.String()
	if !repriseBegins(reason, "chan ") && !repriseBegins(reason, "select") &&
		!repriseBegins(reason, "sema") && !repriseBegins(reason, "sync.") {
		return false
	}
	name := funcname(findfunc(gp.startpc))
	return !repriseBegins(name, "testing.") && !repriseBegins(name, "net/http.") &&
		!repriseBegins(name, "net.") && !repriseBegins(name, "database/sql.") &&
		!repriseBegins(name, "os/") && !repriseBegins(name, "internal/")
}

func repriseBegins(text, with string) bool {
	return len(text) >= len(with) && text[:len(with)] == with
}
