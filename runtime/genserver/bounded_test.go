package genserver_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// gated is a server with a bounded mailbox that is busy until open is called.
type gated struct {
	*proctest.World
	ref     ref
	journal *journal
	open    func()
}

func startGated(t *testing.T, n int, o process.Overflow) *gated {
	t.Helper()
	g := &gated{World: proctest.New(t), journal: new(journal)}
	var err error
	g.ref, err = genserver.Start(g.Ctx, func() *server { return &server{journal: g.journal} }, genserver.Bounded(n, o))
	if err != nil {
		t.Fatal(err)
	}
	g.KillAtEnd(g.pid())
	gate := make(chan struct{})
	g.open = sync.OnceFunc(func() { close(gate); synctest.Wait() })
	t.Cleanup(g.open)
	genserver.Cast(g.Ctx, g.ref, tell{f: func(c *genserver.Context) genserver.Result { <-gate; return c.NoReply() }})
	synctest.Wait() // it is handled now, and takes up no room any more
	return g
}

func (g *gated) pid() process.PID { return g.Resolve(g.ref.Dest()) }

func (g *gated) say(ctx context.Context, what string) error {
	return genserver.TryCast(ctx, g.ref, g.saying(what))
}

func (g *gated) saying(what string) tell {
	return tell{f: func(c *genserver.Context) genserver.Result { g.journal.add(what); return c.NoReply() }}
}

func (g *gated) asking(what string) ask {
	return ask{f: func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
		g.journal.add(what)
		return req.Reply(from, what)
	}}
}

func (g *gated) wantLost(t *testing.T, want uint64) {
	t.Helper()
	if info, _ := process.InfoOf(g.Ctx, g.pid()); info.Lost != want {
		t.Errorf("lost %d messages, want %d", info.Lost, want)
	}
}

func TestBoundedRefuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := startGated(t, 2, process.Refuse)
		if err := errors.Join(g.say(g.Ctx, "a"), process.Send(g.Ctx, g.ref.Dest(), "b")); err != nil {
			t.Fatalf("with room: %v", err)
		}
		if err := g.say(g.Ctx, "cast"); !errors.Is(err, genserver.ErrFull) {
			t.Errorf("TryCast: %v", err)
		}
		if err := process.Send(g.Ctx, g.ref.Dest(), "send"); !errors.Is(err, process.ErrFull) {
			t.Errorf("Send: %v", err)
		}
		var failed *genserver.CallError
		if _, err := genserver.Call(g.Ctx, g.ref, g.asking("call")); !errors.As(err, &failed) || failed.Reason != genserver.ErrFull {
			t.Errorf("Call: %v", err)
		}
		g.wantLost(t, 3)
		if log := g.Log(); strings.Count(log, "mailbox full") != 2 { // the first and the second; the fourth would be next
			t.Errorf("log: %s", log)
		}
		g.open()
		if _, err := genserver.Call(g.Ctx, g.ref, g.asking("c")); err != nil {
			t.Errorf("with room again: %v", err)
		}
		g.journal.want(t, "a, b, c")
	})
}

func TestBoundedDropNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := startGated(t, 1, process.DropNewest)
		for _, what := range []string{"a", "b", "c"} {
			if err := g.say(g.Ctx, what); err != nil {
				t.Errorf("TryCast of %s: %v", what, err)
			}
		}
		if _, err := genserver.Call(g.Ctx, g.ref, g.asking("call")); !errors.Is(err, genserver.ErrFull) {
			t.Errorf("Call: %v, want it to know that nobody will answer", err)
		}
		g.wantLost(t, 3)
		g.open()
		g.journal.want(t, "a")
	})
}

func TestBoundedBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := startGated(t, 1, process.Block)
		genserver.Cast(g.Ctx, g.ref, g.saying("a"))
		var senders sync.WaitGroup
		for _, what := range []string{"b", "c"} { // they come in the order in which they began to wait
			senders.Go(func() { genserver.Cast(g.Ctx, g.ref, g.saying(what)) })
			synctest.Wait()
		}
		senders.Go(func() {
			if v, err := genserver.Call(g.Ctx, g.ref, g.asking("d")); v != "d" || err != nil {
				t.Errorf("Call: %v, %v", v, err)
			}
		})
		synctest.Wait()
		impatient, cancel := context.WithTimeout(g.Ctx, time.Second)
		defer cancel()
		if err := process.Send(impatient, g.ref.Dest(), "e"); !errors.Is(err, process.ErrTimeout) {
			t.Errorf("Send whose time is over: %v", err)
		}
		if _, err := genserver.Call(impatient, g.ref, g.asking("e")); !errors.Is(err, genserver.ErrTimeout) {
			t.Errorf("Call whose time is over: %v", err)
		}
		if err := g.say(g.Ctx, "e"); !errors.Is(err, genserver.ErrFull) {
			t.Errorf("TryCast: %v, want it not to wait", err)
		}
		if err := process.TrySend(g.Ctx, g.ref.Dest(), "e"); !errors.Is(err, process.ErrFull) {
			t.Errorf("TrySend: %v, want it not to wait", err)
		}
		g.open()
		senders.Wait()
		g.journal.want(t, "a, b, c, d")
	})
}

// The time that a call waits for room is part of its timeout.
func TestBoundedCallTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := startGated(t, 1, process.Block)
		genserver.Cast(g.Ctx, g.ref, tell{f: func(c *genserver.Context) genserver.Result { time.Sleep(time.Hour); return c.NoReply() }})
		time.AfterFunc(genserver.DefaultTimeout/2, g.open)
		begin := time.Now()
		_, err := genserver.Call(g.Ctx, g.ref, g.asking("late"))
		if took := time.Since(begin); !errors.Is(err, genserver.ErrTimeout) || took != genserver.DefaultTimeout {
			t.Errorf("%v after %v, want a timeout after %v", err, took, genserver.DefaultTimeout)
		}
		time.Sleep(time.Hour)
	})
}

// What is not a user's message passes a full mailbox.
func TestBoundedPasses(t *testing.T) {
	for _, o := range []process.Overflow{process.Refuse, process.DropNewest, process.Block} {
		t.Run(fmt.Sprint(o), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testBoundedPasses(t, o) })
		})
	}
}

func testBoundedPasses(t *testing.T, o process.Overflow) {
	g := startGated(t, 1, o)
	g.open()
	other := g.Puppet()
	gate := make(chan struct{})
	_, err := genserver.Call(g.Ctx, g.ref, ask{f: func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
		c.TrapExit(true)
		c.Monitor(other.PID)
		c.SendAfter(time.Second, "timer")
		return req.Reply(from, nil)
	}})
	if err != nil {
		t.Fatal(err)
	}
	genserver.Cast(g.Ctx, g.ref, tell{f: func(c *genserver.Context) genserver.Result {
		<-gate
		if err := process.Send(c, c.Self(), "own"); err != nil {
			t.Errorf("a message to itself: %v", err)
		}
		return c.NoReply()
	}})
	synctest.Wait()
	genserver.Cast(g.Ctx, g.ref, g.saying("full"))
	process.Exit(g.Ctx, g.pid(), errBoom)
	other.Exit(nil)
	time.Sleep(time.Second)
	synctest.Wait() // the timer's goroutine
	var asked sync.WaitGroup
	asked.Go(func() {
		if _, err := genserver.Inspect(g.Ctx, g.ref, func(*server) bool { g.journal.add("inspect"); return true }); err != nil {
			t.Errorf("Inspect: %v", err)
		}
	})
	synctest.Wait()
	close(gate)
	asked.Wait()
	synctest.Wait()
	g.journal.want(t, "full, exited boom, timer, inspect, own")
	if err := genserver.Stop(g.Ctx, g.ref, nil); err != nil {
		t.Errorf("Stop: %v", err)
	}
	g.journal.mu.Lock()
	defer g.journal.mu.Unlock()
	if len(g.journal.reasons) != 1 {
		t.Errorf("it was terminated %d times", len(g.journal.reasons))
	}
}

// Two servers that wait for room in each other would wait for ever.
func TestBoundedDeadlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := startGated(t, 1, process.Block), startGated(t, 1, process.Block)
		got := make(chan error, 2)
		fill := func(g, other *gated) {
			process.Post(g.Ctx, g.pid(), process.KindCast, tell{f: func(c *genserver.Context) genserver.Result {
				got <- process.Send(c, other.ref.Dest(), "x")
				return c.NoReply()
			}}, false)
		}
		fill(a, b)
		fill(b, a)
		for _, g := range []*gated{a, b} { // each has another message behind the one that sends
			g := g
			go genserver.Cast(g.Ctx, g.ref, g.saying("behind"))
		}
		synctest.Wait()
		a.open()
		b.open()
		var circle *genserver.DeadlockError
		if err := errors.Join(<-got, <-got); !errors.As(err, &circle) || len(circle.Chain) != 3 {
			t.Errorf("%v, want a deadlock of two", err)
		}
	})
}

// Whoever waits for room hears of the end of the process, and of its own.
func TestBoundedEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := startGated(t, 1, process.Block)
		genserver.Cast(g.Ctx, g.ref, g.saying("a"))
		sent, called := make(chan error, 2), make(chan error, 1)
		go func() { sent <- process.Send(g.Ctx, g.ref.Dest(), "x") }()
		go func() { _, err := genserver.Call(g.Ctx, g.ref, g.asking("x")); called <- err }()
		doomed, err := process.Spawn(g.Ctx, func(c *process.Context) error { sent <- process.Send(c, g.ref.Dest(), "y"); return nil })
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		process.Exit(g.Ctx, doomed, errBoom)
		if err := <-sent; !errors.Is(err, context.Canceled) {
			t.Errorf("sender that was told to end: %v", err)
		}
		process.Exit(g.Ctx, g.pid(), process.Kill)
		if err := <-sent; !errors.Is(err, process.NoProc) {
			t.Errorf("Send: %v", err)
		}
		if err := <-called; !errors.Is(err, process.Killed) {
			t.Errorf("Call: %v", err)
		}
	})
}

func TestBoundedBad(t *testing.T) {
	w := proctest.New(t)
	for n, o := range map[int]process.Overflow{0: process.Refuse, -1: process.Block, 1: 0, 2: process.Block + 1} {
		if _, err := genserver.Start(w.Ctx, func() *server { return &server{} }, genserver.Bounded(n, o)); err == nil {
			t.Errorf("Bounded(%d, %d) is accepted", n, o)
		}
	}
}

// Receive makes room too, whatever the order it takes messages in.
func TestBoundedReceive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		got := make(chan any, 10)
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			v, err := process.ReceiveMatch(c, func(n int) bool { return n == 2 })
			for ; err == nil; v, err = process.ReceiveMatch(c, func(int) bool { return true }) {
				got <- v
			}
			return err
		}, process.Bounded(2, process.Block))
		if err != nil {
			t.Fatal(err)
		}
		w.KillAtEnd(pid)
		for n := range 6 { // 1 and 2 are in; the others wait, until 2 is taken
			if err := process.Send(w.Ctx, pid, n+1); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		close(got)
		var order []any
		for v := range got {
			order = append(order, v)
		}
		if fmt.Sprint(order) != "[2 1 3 4 5 6]" {
			t.Errorf("received %v", order)
		}
	})
}

// looked is a context that calls f when it is looked at for the n-th time.
type looked struct {
	context.Context
	n *int
	f func()
}

func (l looked) Value(key any) any {
	if *l.n--; *l.n == 0 {
		l.f()
	}
	return l.Context.Value(key)
}

// A sender that finds no room does not wait for what has become free before it stands in the queue.
func TestBoundedRoomMeanwhile(t *testing.T) {
	for n := 1; n <= 2; n++ { // before it looks at the mailbox, and between that and the queue
		synctest.Test(t, func(t *testing.T) {
			g := startGated(t, 1, process.Block)
			genserver.Cast(g.Ctx, g.ref, g.saying("a"))
			looks := n
			soon, cancel := context.WithTimeout(g.Ctx, time.Second)
			defer cancel()
			if err := process.Send(looked{soon, &looks, g.open}, g.pid(), "x"); err != nil && looks <= 0 {
				t.Errorf("opened at look %d: %v", n, err)
			}
		})
	}
}

// Who gives up waiting for room is counted as lost, whatever the reason.
func TestBoundedGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := startGated(t, 1, process.Block)
		genserver.Cast(g.Ctx, g.ref, g.saying("a"))
		soon, cancel := context.WithTimeout(g.Ctx, time.Second)
		defer cancel()
		if err := process.Send(soon, g.ref.Dest(), "x"); !errors.Is(err, process.ErrTimeout) {
			t.Errorf("Send: %v", err)
		}
		if _, err := genserver.Call(soon, g.ref, g.asking("x")); !errors.Is(err, process.ErrTimeout) {
			t.Errorf("Call of an ended context: %v", err)
		}
		if _, err := genserver.Call(g.Ctx, g.ref, g.asking("x")); !errors.Is(err, process.ErrTimeout) {
			t.Errorf("Call: %v", err)
		}
		g.wantLost(t, 2)
		g.open()
		if err := g.say(g.Ctx, "b"); err != nil {
			t.Errorf("there is no room after those who gave up: %v", err)
		}
		synctest.Wait()
		g.journal.want(t, "a, b")
	})
}

// Under load nothing is lost, and all senders come through.
func TestBoundedStress(t *testing.T) {
	w := proctest.New(t)
	const senders, each, limit = 16, 500, 3
	var handled atomic.Int64
	s, err := genserver.Start(w.Ctx, func() *server { return &server{journal: new(journal)} }, genserver.Bounded(limit, process.Block))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range senders {
		all.Go(func() {
			for range each {
				genserver.Cast(w.Ctx, s, tell{f: func(c *genserver.Context) genserver.Result { handled.Add(1); return c.NoReply() }})
			}
		})
	}
	all.Wait()
	if err := genserver.Stop(w.Ctx, s, nil); err != nil {
		t.Fatal(err)
	}
	if handled.Load() != senders*each {
		t.Errorf("handled %d, want %d", handled.Load(), senders*each)
	}
}
