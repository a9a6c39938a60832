// Package replay makes goroutines wait at points that the program names, for times that follow
// from a seed: so an interleaving that was found once can be brought back, without a recording.
//
// At a point, [Inject] sleeps for
//
//	FNV-1a-64(seed, context) % max
//
// The same seed gives the same delay to each context in every run; another seed gives others.
// The interface and the numbers are those of GoReplay, and reprise_inject() of reprise.h gives
// the same in C.
//
// The environment, read when the program starts, decides what the default replayer does:
//
//	GRSEED   the seed; empty: replay is off and nothing sleeps
//	GRMAX    what all delays are below, as time.ParseDuration reads it; 10ms
//	GRZBIAS  probability that a delay is zero instead; from 0.0 up to but not including 1.0
//	GRSTACK  1: the call stack is hashed, too
//	GRDEBUG  not empty: a line in the log for each point
//
// A malformed variable gives one line in the log and leaves replay off.
package replay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"log"
	"math/rand"
	"os"
	"strconv"
	"sync"
	"time"
)

// Defaults of the environment's variables.
const (
	DefaultSeed  = ""
	DefaultMax   = "10ms"
	DefaultZBias = "0.0"
)

// A Replayer decides how long a goroutine waits at a point. Its Inject may be called by any
// number of goroutines at once.
type Replayer interface {
	// Init prepares the replayer; it is called before the first Inject.
	Init() error
	// Inject waits. Context tells this visit of the point from others; it may be nil.
	Inject(context []byte)
}

// DefaultReplayer is what [Inject] uses: made from the environment when the program starts, a
// [NopReplayer] when there is no seed. A program that sets its own does so before the first call.
var DefaultReplayer Replayer = &NopReplayer{}

// Inject calls the Inject of [DefaultReplayer].
func Inject(context []byte) {
	if r := DefaultReplayer; r != nil {
		r.Inject(context)
		return
	}
	log.Print("replay: Inject has no DefaultReplayer")
}

// NopReplayer never waits.
type NopReplayer struct{}

// Init does nothing.
func (*NopReplayer) Init() error { return nil }

// Inject does nothing.
func (*NopReplayer) Inject([]byte) {}

// BasicReplayer waits as the rule of this package says. Its fields stay as they are from Init on.
type BasicReplayer struct {
	// Debug writes a line into the log for each call of Inject.
	Debug bool
	// Seed is any bytes; nil turns the replayer off.
	Seed []byte
	// Max is what all delays are below; there are none when it is not positive.
	Max time.Duration
	// ZBias is the probability that a delay is zero instead.
	ZBias float64
	// Stack adds the call stack to the hash: functions and lines, so it is the same in each run.
	Stack bool

	zeros *draws
}

// draws is the sequence that zeros are drawn from, one a call: math/rand from the hash of the
// seed. It follows from the seed, but which call gets which draw follows from their order.
type draws struct {
	sync.Mutex
	random *rand.Rand
}

// zerosLock guards BasicReplayer.zeros of all replayers: one that is used without Init makes its
// sequence at the first call.
var zerosLock sync.Mutex

// Init starts the replayer, or says what is wrong with its fields.
func (r *BasicReplayer) Init() error {
	if r.Seed != nil && r.Max <= 0 {
		return errors.New("replay: Max has to be positive")
	}
	if !(r.ZBias >= 0 && r.ZBias < 1) {
		return fmt.Errorf("replay: ZBias %v is not in [0.0, 1.0)", r.ZBias)
	}
	zerosLock.Lock()
	defer zerosLock.Unlock()
	r.zeros = newDraws(r.Seed)
	return nil
}

// Inject waits for the delay of this context.
func (r *BasicReplayer) Inject(context []byte) {
	t := r.inject(context)
	if r.Debug {
		log.Printf("t=%s (seed=%s, context=%s)", t, r.Seed, context)
	}
	time.Sleep(t)
}

// inject returns the delay without waiting.
func (r *BasicReplayer) inject(context []byte) time.Duration {
	if r.Seed == nil || r.Max <= 0 || r.drawZero() {
		return 0
	}
	h := fnv.New64a()
	h.Write(r.Seed)
	h.Write(context)
	if r.Stack {
		var name [8]byte
		binary.LittleEndian.PutUint64(name[:], stackName())
		h.Write(name[:])
	}
	return time.Duration(h.Sum64() % uint64(r.Max))
}

func newDraws(seed []byte) *draws {
	h := fnv.New64a()
	h.Write(seed)
	return &draws{random: rand.New(rand.NewSource(int64(h.Sum64())))}
}

func (r *BasicReplayer) drawZero() bool {
	if !(r.ZBias > 0) {
		return false
	}
	zerosLock.Lock()
	if r.zeros == nil {
		r.zeros = newDraws(r.Seed)
	}
	d := r.zeros
	zerosLock.Unlock()
	d.Lock()
	defer d.Unlock()
	return d.random.Float64() < r.ZBias
}

// fromEnvironment makes a replayer from the variables that getenv returns. NopReplayer when there
// is no seed; with an error, when a variable is malformed.
func fromEnvironment(getenv func(string) string) (Replayer, error) {
	or := func(name, otherwise string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return otherwise
	}
	seed := or("GRSEED", DefaultSeed)
	if seed == "" {
		return &NopReplayer{}, nil
	}
	max, err := time.ParseDuration(or("GRMAX", DefaultMax))
	if err != nil || max <= 0 {
		return malformed("GRMAX", getenv, "a duration above 0, as 500us, 10ms or 1m30s")
	}
	zbias, err := strconv.ParseFloat(or("GRZBIAS", DefaultZBias), 64)
	if err != nil || !(zbias >= 0 && zbias < 1) {
		return malformed("GRZBIAS", getenv, "a number from 0.0 up to but not including 1.0")
	}
	stack := or("GRSTACK", "0")
	if stack != "0" && stack != "1" {
		return malformed("GRSTACK", getenv, "0 or 1")
	}
	r := &BasicReplayer{
		Debug: getenv("GRDEBUG") != "",
		Seed:  []byte(seed),
		Max:   max,
		ZBias: zbias,
		Stack: stack == "1",
	}
	return r, r.Init()
}

func malformed(name string, getenv func(string) string, wants string) (Replayer, error) {
	return &NopReplayer{}, fmt.Errorf("replay: %s=%q is not %s; replay is off", name, getenv(name),
		wants)
}

func init() {
	r, err := fromEnvironment(os.Getenv)
	if err != nil {
		log.Print(err)
	} else if os.Getenv("GRSEED") == "" && os.Getenv("GRDEBUG") != "" {
		log.Print("replay: GRSEED is not set; replay is off")
	}
	DefaultReplayer = r
}
