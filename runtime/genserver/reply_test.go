package genserver_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// raceFor bounds each test that waits for two goroutines to meet at the wrong moment.
const raceFor = 100 * time.Millisecond

// replier answers, on a goroutine of its own, the callers that it is handed, a moment later or at once.
type replier struct {
	next atomic.Pointer[genserver.Caller[any]]
	stop atomic.Bool
	done sync.WaitGroup
}

func newReplier() *replier {
	r := new(replier)
	r.done.Go(func() {
		for !r.stop.Load() {
			if caller := r.next.Swap(nil); caller != nil {
				caller.Reply("elsewhere")
			}
		}
	})
	return r
}

// hand gives the replier a caller and lets a moment pass.
func (r *replier) hand(caller genserver.Caller[any], spin int) {
	r.next.Store(&caller)
	for range spin {
		r.next.Load()
	}
}

func (r *replier) end() {
	r.stop.Store(true)
	r.done.Wait()
}

// A reply from elsewhere arrives, also when the callback that put it off is just returning or its server is just dying: then the caller
// hears of the death instead at the worst. It could hear neither.
func TestRepliesFromElsewhere(t *testing.T) {
	for name, after := range map[string]func(c *genserver.Context) genserver.Result{
		"callback returns": func(c *genserver.Context) genserver.Result { return c.NoReply() },
		"server panics":    func(*genserver.Context) genserver.Result { panic(errBoom) },
		"server is killed": func(c *genserver.Context) genserver.Result {
			process.Exit(context.Background(), c.Self(), process.Kill)
			return c.NoReply()
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, elsewhere := proctest.New(t), newReplier()
			defer elsewhere.end()
			var r running
			for i, begin := 0, time.Now(); time.Since(begin) < raceFor; i++ {
				if !r.pid.Alive() {
					r = run(w, server{})
				}
				ctx, cancel := context.WithTimeout(w.Ctx, soon)
				v, err := call(ctx, r.ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
					elsewhere.hand(req.Caller(from), i%64)
					return after(c)
				})
				cancel()
				if errors.Is(err, genserver.ErrTimeout) || err == nil && v != "elsewhere" {
					t.Fatalf("call %d: %v, %v", i, v, err)
				}
			}
			process.Exit(w.Ctx, r.pid, process.Kill)
		})
	}
}

// An answer that is filled in leaves with the callback's return. So whom the callback calls after that cannot call back, and hears so at
// once instead of waiting for its timeout.
func TestCircleAfterReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		a, b := serve(w, server{}), serve(w, server{})
		var back error
		v, err := call(w.Ctx, a.ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
			v, err := call(c, b.ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
				answered := req.Reply(from, "answer")
				within(t, "the call back", func() { _, back = call(c, a.ref, reply("never")) })
				return answered
			})
			if err != nil {
				return req.Fail(from, err)
			}
			return req.Reply(from, v)
		})
		if v != "answer" || err != nil {
			t.Errorf("%v, %v", v, err)
		}
		var deadlock *genserver.DeadlockError
		if !errors.As(back, &deadlock) {
			t.Errorf("the call back: %v, want a deadlock", back)
		}
		wantAlive(t, w, a)
		wantAlive(t, w, b)
	})
}

// Whoever answers later is told whether the answer was still wanted.
func TestReplyTellsWhetherItIsWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		s, err := genserver.Start(w.Ctx, func() *server { return &server{journal: new(journal)} })
		if err != nil {
			t.Fatal(err)
		}
		w.KillAtEnd(w.Resolve(s.Dest()))
		callers := make(chan genserver.Caller[any], 2)
		later := ask{f: func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
			callers <- req.Caller(from)
			return c.NoReply()
		}}
		impatient, cancel := context.WithTimeout(w.Ctx, time.Second)
		defer cancel()
		if _, err := genserver.Call(impatient, s, later); !errors.Is(err, genserver.ErrTimeout) {
			t.Errorf("Call: %v", err)
		}
		if caller := <-callers; caller.Reply("late") || caller.Fail(errBoom) {
			t.Error("the answer to a caller that has given up was wanted")
		}
		got := make(chan any)
		go func() { v, _ := genserver.Call(w.Ctx, s, later); got <- v }()
		caller := <-callers
		if first, second := caller.Reply("first"), caller.Reply("second"); !first || second {
			t.Errorf("two answers: wanted %v and %v", first, second)
		}
		if v := <-got; v != "first" {
			t.Errorf("the caller got %v", v)
		}
	})
}
