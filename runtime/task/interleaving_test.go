package task_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
)

// looked is a context that does something when it is looked at for the nth
// time: so a test gets between two steps of who uses it.
type looked struct {
	context.Context
	left atomic.Int32
	do   func()
}

func lookedAt(ctx context.Context, n int, do func()) *looked {
	l := &looked{Context: ctx, do: do}
	l.left.Store(int32(n))
	return l
}

func (l *looked) Value(key any) any {
	if l.left.Add(-1) == 0 {
		l.do()
	}
	return l.Context.Value(key)
}

// looks is more than anything looks at a context before it waits.
const looks = 12

// An owner that is killed in the middle of a Shutdown, when the link is broken already, leaves no task behind.
func TestShutdownByKilledOwner(t *testing.T) {
	for n := 1; n <= looks; n++ {
		for _, limit := range []time.Duration{supervisor.BrutalKill, time.Second} {
			t.Run(fmt.Sprint(n, " ", limit), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := proctest.New(t)
					pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
						tk := task.Async(c, forever)
						ctx := lookedAt(c, n, func() { process.Exit(w.Ctx, c.Self(), process.Kill) })
						_, _, _ = tk.Shutdown(ctx, limit)
						return nil
					})
					if err != nil {
						t.Fatal(err)
					}
					_, _ = process.Wait(w.Ctx, pid)
					time.Sleep(time.Minute)
					for pid := range w.Node.Processes() {
						t.Errorf("%v is left", pid)
						process.Exit(w.Ctx, pid, process.Kill)
					}
				})
			})
		}
	}
}

// A process that is killed while it starts an item of a stream leaves none behind, even if its goroutine then hangs in the inputs.
func TestStreamOwnerKilledInStart(t *testing.T) {
	for _, supervised := range []bool{false, true} {
		for n := 1; n <= looks; n++ {
			t.Run(fmt.Sprint(supervised, " ", n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := proctest.New(t)
					sup := startSup(w)
					stuck := make(chan bool)
					pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
						in := func(yield func(int) bool) {
							if yield(1) {
								<-stuck
							}
						}
						ctx := lookedAt(c, n, func() { process.Exit(w.Ctx, c.Self(), process.Kill) })
						stream := task.AsyncStream(ctx, in, func(ctx context.Context, _ int) (int, error) { return forever(ctx) }, task.MaxConcurrency(2))
						if supervised {
							stream = task.AsyncStreamIn(ctx, sup, in, func(ctx context.Context, _ int) (int, error) { return forever(ctx) }, task.MaxConcurrency(2))
						}
						results(stream)
						return nil
					})
					if err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
					process.Exit(w.Ctx, pid, process.Kill) // if nobody looked that often
					time.Sleep(time.Minute)
					for pid := range w.Node.Processes() {
						if info, _ := process.InfoOf(w.Ctx, pid); info.Behaviour == "process" {
							t.Errorf("%v is left", pid)
							process.Exit(w.Ctx, pid, process.Kill)
						}
					}
					close(stuck)
				})
			})
		}
	}
}

// A task that crashes with an error which stems from somebody else's shutdown has not just ended as it was asked to.
func TestShutdownTellsCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		crash := &process.ShutdownReason{Detail: errBoom}
		tk := task.Async(w.Ctx, func(ctx context.Context) (int, error) {
			c, _ := process.ContextOf(ctx)
			c.TrapExit(true)
			_, _ = process.Receive(c)
			panic(crash)
		})
		synctest.Wait()
		_, done, err := tk.Shutdown(w.Ctx, time.Second)
		if wantExit(t, "Shutdown", err, errBoom); !done {
			t.Error("a crash is told as nothing")
		}
	})
}

// A start under a supervisor whose context ends in its middle leaves no task behind, and its owner alive.
func TestStartCancelledInBetween(t *testing.T) {
	for n := 1; n <= looks; n++ {
		for what, start := range map[string]func(ctx context.Context, sup dynsupervisor.Ref) (*task.Task[int], error){
			"linked": func(ctx context.Context, sup dynsupervisor.Ref) (*task.Task[int], error) {
				return task.AsyncIn(ctx, sup, forever)
			},
			"unlinked": func(ctx context.Context, sup dynsupervisor.Ref) (*task.Task[int], error) {
				return task.AsyncNoLink(ctx, sup, forever)
			},
		} {
			synctest.Test(t, func(t *testing.T) {
				w := proctest.New(t)
				sup := startSup(w)
				owner := w.Puppet()
				before := slices.Collect(w.Node.Processes())
				owner.Do(func(c *process.Context) {
					inner, cancel := context.WithCancel(c)
					tk, err := start(lookedAt(inner, n, cancel), sup)
					cancel()
					if err == nil {
						_, _, _ = tk.Shutdown(c, time.Second)
					}
				})
				owner.Want(nil)
				wantNobody(w, before...)
				if t.Failed() {
					t.Logf("%s, look %d", what, n)
				}
			})
		}
	}
}
