package replay

import (
	"bufio"
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// vectors are the rows of one kind in the file that the C runtime is tested with, too.
func vectors(t *testing.T, kind string) [][]string {
	t.Helper()
	f, err := os.Open("../../tests/vectors/inject.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows [][]string
	for s := bufio.NewScanner(f); s.Scan(); {
		row := strings.Split(s.Text(), "\t")
		if row[0] == kind {
			rows = append(rows, row)
		}
	}
	if len(rows) < 5 {
		t.Fatalf("%d rows of %s", len(rows), kind)
	}
	return rows
}

// unescape turns \xNN into a byte.
func unescape(t *testing.T, s string) []byte {
	t.Helper()
	out, err := strconv.Unquote(`"` + strings.ReplaceAll(s, `"`, `\"`) + `"`)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return []byte(out)
}

func TestDelays(t *testing.T) {
	for _, row := range vectors(t, "delay") {
		max, err := time.ParseDuration(row[3])
		if err != nil {
			t.Fatal(err)
		}
		r := BasicReplayer{Seed: unescape(t, row[1]), Max: max}
		if err := r.Init(); err != nil {
			t.Fatal(err)
		}
		if got := r.inject(unescape(t, row[2])); strconv.FormatInt(int64(got), 10) != row[4] {
			t.Errorf("%q: %d ns", row, got)
		}
	}
}

func TestBias(t *testing.T) {
	for _, row := range vectors(t, "bias") {
		zbias, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		r := BasicReplayer{Seed: []byte(row[1]), Max: 1 << 62, ZBias: zbias}
		calls := ""
		for range row[3] { // without Init: the sequence is made at the first call
			calls += map[bool]string{true: "0", false: "1"}[r.inject([]byte("x")) == 0]
		}
		if calls != row[3] {
			t.Errorf("seed %s, bias %s:\n%s, not\n%s", row[1], row[2], calls, row[3])
		}
	}
}

func TestDurations(t *testing.T) {
	for _, row := range vectors(t, "duration") {
		d, err := time.ParseDuration(row[1])
		if (err != nil) != (row[2] == "bad") {
			t.Errorf("%q: %v", row, err)
		} else if err == nil && (strconv.FormatInt(int64(d), 10) != row[2] || d.String() != row[3]) {
			t.Errorf("%q: %d, %s", row, int64(d), d)
		}
	}
}

func environment(values ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(values); i += 2 {
			if values[i] == name {
				return values[i+1]
			}
		}
		return ""
	}
}

func TestSettings(t *testing.T) {
	for _, row := range vectors(t, "setting") {
		r, err := fromEnvironment(environment(row[1], row[2], "GRSEED", "foo"))
		_, on := r.(*BasicReplayer)
		if on != (row[3] == "ok") || (err != nil) != (row[3] == "bad" && row[2] != "") {
			t.Errorf("%q: %T, %v", row, r, err)
		}
		if err != nil && (!strings.Contains(err.Error(), row[1]) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%q: %v", row, err)
		}
	}
}

func TestDefaults(t *testing.T) {
	made, err := fromEnvironment(environment("GRSEED", "foo"))
	r, ok := made.(*BasicReplayer)
	if err != nil || !ok {
		t.Fatalf("%T, %v", made, err)
	}
	if r.Debug || string(r.Seed) != "foo" || r.Max != 10*time.Millisecond || r.ZBias != 0 || r.Stack {
		t.Errorf("%+v", r)
	}
	if DefaultSeed != "" || DefaultMax != "10ms" || DefaultZBias != "0.0" {
		t.Error("a default constant")
	}
}

func TestNoSeedMeansOff(t *testing.T) {
	r := BasicReplayer{Max: time.Hour}
	if d := r.inject([]byte("x")); d != 0 {
		t.Error(d)
	}
	r.Seed = []byte{} // empty, but a seed
	if r.inject([]byte("x")) == 0 {
		t.Error("off")
	}
}

func TestInitRefuses(t *testing.T) {
	for _, r := range []BasicReplayer{
		{Seed: []byte("x")},
		{Seed: []byte("x"), Max: -1},
		{Seed: []byte("x"), Max: 1, ZBias: 1},
		{Seed: []byte("x"), Max: 1, ZBias: -0.1},
	} {
		if r.Init() == nil {
			t.Errorf("%+v", &r)
		}
		r.Inject(nil) // must not panic
	}
}

// One context here and one there: two delays with the stack, one without.
func here(r *BasicReplayer) time.Duration  { return r.inject(nil) }
func there(r *BasicReplayer) time.Duration { return r.inject(nil) }

func TestStack(t *testing.T) {
	r := &BasicReplayer{Seed: []byte("x"), Max: 1 << 62}
	if here(r) != there(r) {
		t.Error("the stack counts without being asked for")
	}
	r.Stack = true
	if here(r) == there(r) {
		t.Error("the stack doesn't count")
	}
	var delays [2]time.Duration
	for i := range delays {
		delays[i] = here(r)
	}
	if delays[0] != delays[1] {
		t.Error("not the same from the same place")
	}
}

func TestManyGoroutines(t *testing.T) {
	r := &BasicReplayer{Seed: []byte("x"), Max: 1 << 62, ZBias: 0.5}
	var wg sync.WaitGroup
	var zeros [8]int
	for i := range zeros {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			for k := 0; k < 1000; k++ {
				if r.inject([]byte("x")) == 0 {
					zeros[i]++
				}
			}
		}(i)
	}
	wg.Wait()
	sum := 0
	for _, n := range zeros {
		sum += n
	}
	// the sequence follows from the seed, so their number does, however they are shared out
	again := &BasicReplayer{Seed: []byte("x"), Max: 1 << 62, ZBias: 0.5}
	for k := 0; k < 8000; k++ {
		if again.inject([]byte("x")) == 0 {
			sum--
		}
	}
	if sum != 0 {
		t.Errorf("%d zeros more", sum)
	}
}

func TestInjectWithoutReplayer(t *testing.T) {
	var text bytes.Buffer
	log.SetOutput(&text)
	defer log.SetOutput(os.Stderr)
	defer func(r Replayer) { DefaultReplayer = r }(DefaultReplayer)
	DefaultReplayer = nil
	Inject(nil)
	if strings.Count(text.String(), "\n") != 1 {
		t.Errorf("%q", &text)
	}
}

func TestDebugLine(t *testing.T) {
	var text bytes.Buffer
	log.SetOutput(&text)
	defer log.SetOutput(os.Stderr)
	r := &BasicReplayer{Debug: true, Seed: []byte("foo"), Max: 10 * time.Millisecond}
	r.Inject([]byte("bar"))
	if !strings.HasSuffix(text.String(), " t=2.436968ms (seed=foo, context=bar)\n") {
		t.Errorf("%q", &text)
	}
}

// TestProcess runs this test program once more, as the environment of a program is read only once.
func TestProcess(t *testing.T) {
	if os.Getenv("REPLAY_TEST_CHILD") != "" {
		fmt.Printf("replayer %T\n", DefaultReplayer)
		if r, ok := DefaultReplayer.(*BasicReplayer); ok {
			fmt.Println("delay", int64(here(r)))
		}
		return
	}
	child := func(settings ...string) (string, string) {
		c := exec.Command(os.Args[0], "-test.run=^TestProcess$")
		c.Env = append(append(os.Environ(), "REPLAY_TEST_CHILD=1"), settings...)
		var out, errors bytes.Buffer
		c.Stdout, c.Stderr = &out, &errors
		if err := c.Run(); err != nil {
			t.Fatal(err)
		}
		return out.String(), errors.String()
	}
	out, errors := child("GRSEED=", "GRMAX=bad")
	if !strings.Contains(out, "NopReplayer") || errors != "" {
		t.Errorf("no seed: %q %q", out, errors)
	}
	out, errors = child("GRSEED=x", "GRMAX=bad")
	if !strings.Contains(out, "NopReplayer") || strings.Count(errors, "\n") != 1 {
		t.Errorf("bad GRMAX: %q %q", out, errors)
	}
	out, errors = child("GRSEED=", "GRDEBUG=1")
	if !strings.Contains(out, "NopReplayer") || strings.Count(errors, "\n") != 1 {
		t.Errorf("debug without seed: %q %q", out, errors)
	}
	first, errors := child("GRSEED=x", "GRSTACK=1")
	if !strings.Contains(first, "BasicReplayer") || errors != "" {
		t.Errorf("good: %q %q", first, errors)
	}
	for i := 0; i < 3; i++ {
		if next, _ := child("GRSEED=x", "GRSTACK=1"); next != first {
			t.Errorf("another run, another stack:\n%s%s", first, next)
		}
	}
}
