package testkit

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Patience is how long the helpers of a test wait for what has to happen
// before they fail it. [T.Within] sets another time.
const Patience = 5 * time.Second

// T is a test of processes: a testing.TB with a node of its own, on which the
// test starts what it tests. Its methods, and the functions that take one,
// may fail the test at once; like FailNow they are for the test's own
// goroutine.
//
// When the test has ended, after the Cleanup functions that it registered, its
// children stop in the reverse of the order they were started in, and
// whatever else still runs on the node is killed.
type T struct {
	testing.TB
	w        *world
	patience time.Duration
}

// world is what the copies of a T share.
type world struct {
	ctx     context.Context
	node    *process.Node
	bubbled bool
	output  *output
	sup     supervisor.Ref
	supEnd  *Fate
	probes  []process.PID
	watcher *Probe // monitors for all Fates
	strict  *T     // whose NoLeaks was called
}

// Run runs f as a test in virtual time: in a testing/synctest bubble, where
// the clock stands still while anybody runs and jumps when all wait. See the
// package comment for what works there.
func Run(t *testing.T, f func(t *T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(New(t)) })
}

// New makes a test, or a benchmark, one of processes, in real time or, within
// a bubble, in virtual time. A subtest makes its own.
func New(tb testing.TB) *T {
	tb.Helper()
	t := &T{TB: tb, patience: Patience, w: &world{output: &output{to: tb.Output()}}}
	t.w.node = process.NewNode(tb.Name(), process.WithLogger(slog.New(slog.NewTextHandler(t.w.output, nil))))
	t.w.ctx = process.WithNode(tb.Context(), t.w.node)
	t.Cleanup(t.end)
	t.watcher() // the first process tells whether this is a bubble
	return t
}

// Context names the test's node; what is started with it lives there. It ends
// when the test does, before the Cleanup functions.
func (t *T) Context() context.Context { return t.w.ctx }

// Node is the test's node. It logs to the test's output.
func (t *T) Node() *process.Node { return t.w.node }

// Within is the test with another patience:
//
//	t.Within(time.Minute).AwaitRestart(ref.Dest(), old)
func (t *T) Within(d time.Duration) *T {
	within := *t
	within.patience = d
	return &within
}

// lasting is the context for what the test does, which has to work in a
// Cleanup function too.
func (t *T) lasting() context.Context { return context.WithoutCancel(t.w.ctx) }

// limited is lasting for as long as the test's patience.
func (t *T) limited() (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.lasting(), t.patience)
}

// settle lets everything happen that can happen now, where that is known.
func (t *T) settle() {
	if t.w.bubbled {
		synctest.Wait()
	}
}

// How often eventually looks.
const (
	shortestPause = 50 * time.Microsecond
	longestPause  = 10 * time.Millisecond
)

// eventually waits until a condition holds that nobody tells of, and reports
// whether it came to.
func (t *T) eventually(holds func() bool) bool {
	deadline := time.Now().Add(t.patience)
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		t.settle()
		if holds() {
			return true
		}
		if !time.Now().Before(deadline) {
			return false
		}
		time.Sleep(pause)
	}
}

// end cleans up after the test.
func (t *T) end() {
	t.Helper()
	t.stopChildren()
	for _, pid := range t.w.probes {
		process.Exit(t.lasting(), pid, process.Kill)
	}
	if t.w.strict != nil {
		t.w.strict.reportProcesses()
	}
	t.killAll()
	if t.w.strict != nil {
		t.w.strict.reportAbandoned()
	}
	t.w.output.close()
}

// killAll kills what is left on the node, and what that has started meanwhile.
func (t *T) killAll() {
	const rounds = 10
	for range rounds {
		none := true
		for pid := range t.w.node.Processes() {
			process.Exit(t.lasting(), pid, process.Kill)
			none = false
		}
		if none {
			return
		}
		t.settle()
	}
}

// output is a test's output until the test has ended: what an abandoned
// process logs later would be a panic.
type output struct {
	mu sync.Mutex
	to io.Writer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to.Write(p)
}

func (o *output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.to = io.Discard
}
