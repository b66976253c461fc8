package process

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// tallyOf is the node's tally of a kind.
func tallyOf(t testing.TB, n *Node, behaviour string) Tally {
	t.Helper()
	for _, tally := range n.Tallies() {
		if tally.Behaviour == behaviour {
			return tally
		}
	}
	return Tally{}
}

func quietNode() (*Node, context.Context) {
	n := NewNode("test", WithLogger(new(lines).logger()))
	return n, WithNode(context.Background(), n)
}

func start1(t testing.TB, ctx context.Context, handle func(*Context, *Envelope) error, opts ...Option) PID {
	t.Helper()
	pid, err := Start(ctx, &driven{handle: handle}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// Whatever a process has handled counts, and goes on to count when it has
// ended, in whichever way: also the message that it ended at, and those of a
// batch that was never done.
func TestTallyOfHandledOutlivesTheProcess(t *testing.T) {
	boom := errors.New("boom")
	for name, tt := range map[string]struct {
		end  func(c *Context) error // what the last of the messages does
		want Endings
	}{
		"lives":  {func(*Context) error { return nil }, Endings{}},
		"stops":  {func(*Context) error { return Normal }, Endings{Clean: 1}},
		"crash":  {func(*Context) error { return boom }, Endings{Crashed: 1}},
		"panic":  {func(*Context) error { panic(boom) }, Endings{Crashed: 1}},
		"doomed": {func(c *Context) error { Exit(c, c.Self(), Shutdown); return nil }, Endings{Clean: 1}},
		"killed": {func(c *Context) error {
			Exit(context.Background(), c.Self(), Kill) // as by somebody else: abandons it
			return nil
		}, Endings{Killed: 1}},
	} {
		for _, n := range []int{1, 2, 31, 32, 100} {
			t.Run(fmt.Sprint(name, " at ", n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					node, ctx := quietNode()
					begin := make(chan struct{})
					pid := start1(t, ctx, func(c *Context, m *Envelope) error {
						<-begin // so that all the messages after the first are one batch
						if m.Msg == n {
							return tt.end(c)
						}
						return nil
					})
					for i := range n + 40 { // 40 that it does not come to
						Send(ctx, pid, i+1)
					}
					close(begin)
					synctest.Wait()
					got := tallyOf(t, node, "driven")
					want := Tally{Behaviour: "driven", Started: 1, Ended: tt.want, Handled: uint64(n)}
					if name == "lives" {
						want.Live, want.Handled = 1, uint64(n+40)
					}
					if got != want {
						t.Errorf("got %+v\nwant %+v", got, want)
					}
					Exit(ctx, pid, Kill)
					synctest.Wait()
					if now := tallyOf(t, node, "driven"); now.Handled != want.Handled || now.Live != 0 {
						t.Errorf("after the end %+v", now)
					}
				})
			})
		}
	}
}

// A process that ends when it has been woken, but before its code has had the
// message, has not handled it: not even if that stands where the last one stood.
func TestTallyOfAMessageThatCameTooLate(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that mostly the exit signal comes before the process runs
	node, ctx := quietNode()
	var had atomic.Uint64
	const processes = 50
	for range processes {
		done := make(chan struct{}, 2)
		pid := start1(t, ctx, func(*Context, *Envelope) error {
			had.Add(1)
			done <- struct{}{}
			return nil
		})
		Send(ctx, pid, "first")
		<-done
		for { // until it is parked
			if info, ok := InfoOf(ctx, pid); ok && !info.Busy {
				break
			}
			runtime.Gosched()
		}
		Send(ctx, pid, "second")
		Exit(ctx, pid, Shutdown)
		if _, err := Wait(ctx, pid); err != nil {
			t.Fatal(err)
		}
	}
	if had.Load() == 2*processes {
		t.Error("no message came too late")
	}
	if got := tallyOf(t, node, "driven"); got.Handled != had.Load() {
		t.Errorf("%d messages count as handled, %d were", got.Handled, had.Load())
	}
}

func TestTallyOfMailboxes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node, ctx := quietNode()
		hold := make(chan struct{})
		block := func(*Context, *Envelope) error { <-hold; return nil }
		a := start1(t, ctx, block)
		b := start1(t, ctx, block, Bounded(2, Refuse))
		c := start1(t, ctx, block)
		for range 100 {
			Send(ctx, a, "x")
		}
		Send(ctx, b, "x")
		synctest.Wait() // it handles that one
		for range 5 {
			Send(ctx, b, "x")
		}
		got := tallyOf(t, node, "driven")
		want := Tally{Behaviour: "driven", Live: 3, Busy: 2, Mailbox: 103, MaxMailbox: 100, Started: 3, Lost: 3}
		if got != want {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
		Exit(ctx, b, Kill)
		if got := tallyOf(t, node, "driven"); got.Lost != 3 || got.Mailbox != 100 {
			t.Errorf("after the end %+v", got)
		}
		close(hold)
		synctest.Wait()
		if got := tallyOf(t, node, "driven"); got.Handled != 101 || got.Mailbox != 0 || got.Busy != 0 {
			t.Errorf("at rest %+v", got)
		}
		for _, pid := range []PID{a, c} {
			Exit(ctx, pid, Shutdown)
		}
	})
}

// A mailbox's length is right whatever part of it has been taken.
func TestTallyOfReceived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node, ctx := quietNode()
		pid, _ := Spawn(ctx, func(c *Context) error {
			for {
				if _, err := ReceiveMatch(c, func(n int) bool { return n >= 0 }); err != nil {
					return err
				}
			}
		})
		for i := range 100 {
			Send(ctx, pid, i-40) // the first forty are left in the mailbox
		}
		synctest.Wait()
		got := tallyOf(t, node, "process")
		if got.Mailbox != 40 || got.Handled != 60 {
			t.Errorf("%+v", got)
		}
		Exit(ctx, pid, Shutdown)
		synctest.Wait()
		if got := tallyOf(t, node, "process"); got.Mailbox != 0 || got.Handled != 60 || got.Ended.Clean != 1 {
			t.Errorf("%+v", got)
		}
	})
}

// initially is a driven process whose Init the test writes.
type initially struct {
	driven
	init func(*Context) error
}

func (b *initially) Init(c *Context) error { return b.init(c) }

func TestTallyOfStartsThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node, ctx := quietNode()
		pid := start1(t, ctx, nil, WithName("taken"))
		if _, err := Start(ctx, &driven{}, WithName("taken")); err == nil {
			t.Error("started under a taken name")
		}
		if _, err := Start(ctx, &initially{init: func(*Context) error { return errors.New("boom") }}); err == nil {
			t.Error("started though Init failed")
		}
		if _, err := Start(ctx, &initially{init: func(*Context) error { return ErrIgnore }}); err == nil {
			t.Error("started though ignored")
		}
		slow := func(*Context) error { time.Sleep(time.Minute); return nil }
		if _, err := Start(ctx, &initially{init: slow}, WithTimeout(time.Second)); err == nil {
			t.Error("started though too slow")
		}
		want := Tally{Behaviour: "driven", Live: 1, Started: 5, Ended: Endings{Clean: 1, Failed: 3}}
		if got := tallyOf(t, node, "driven"); got != want {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
		Exit(ctx, pid, Shutdown)
		time.Sleep(time.Minute)
	})
}

// growFor is how long the counts are watched.
const growFor = 200 * time.Millisecond

// No count ever goes back, while processes start, work, are killed and end.
func TestTallyOnlyGrows(t *testing.T) {
	node, ctx := quietNode()
	stop := make(chan struct{})
	var sent [4]uint64
	var churn sync.WaitGroup
	for i := range sent {
		churn.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				pid, err := Start(ctx, &driven{handle: func(_ *Context, m *Envelope) error { return m.Msg.(error) }})
				if err != nil {
					t.Error(err)
					return
				}
				Send(ctx, pid, error(done{}))
				if n%3 == 0 {
					Exit(ctx, pid, Kill)
				}
				Wait(ctx, pid)
				sent[i]++
			}
		})
	}
	var last Tally
	for begin := time.Now(); time.Since(begin) < growFor; {
		now := tallyOf(t, node, "driven")
		if now.Started < last.Started || now.Handled < last.Handled || now.Ended.Crashed < last.Ended.Crashed || now.Ended.Killed < last.Ended.Killed {
			t.Fatalf("from %+v to %+v", last, now)
		}
		if ended := now.Ended.Clean + now.Ended.Crashed + now.Ended.Killed + now.Ended.Failed; now.Started != ended+uint64(now.Live) {
			t.Fatalf("%d started, but %d ended and %d live", now.Started, ended, now.Live)
		}
		last = now
	}
	close(stop)
	churn.Wait()
	var all uint64
	for _, n := range sent {
		all += n
	}
	if last = tallyOf(t, node, "driven"); last.Started != all || last.Live != 0 || last.Handled > all {
		t.Errorf("%+v after %d processes", last, all)
	}
}

// done is a reason.
type done struct{}

func (done) Error() string { return "done" }

func TestKindsAreBounded(t *testing.T) {
	var ts tallies
	for i := range 2 * maxKinds {
		ts.enter(&proc{}, kind{behaviour: fmt.Sprint(i)})
	}
	if len(ts.list) > maxKinds+1 {
		t.Errorf("%d kinds", len(ts.list))
	}
	if other := ts.list[ts.at[otherKinds]]; other.live != maxKinds {
		t.Errorf("%d others", other.live)
	}
}

func TestRestartsAreCountedBySupervisor(t *testing.T) {
	n := NewNode("test")
	for i := range maxSupervisors + 10 {
		n.CountRestart(fmt.Sprint(i))
	}
	n.CountRestart("7")
	got := n.Restarts()
	if got["7"] != 2 || got["8"] != 1 || got[otherSupervisors] != 10 || len(got) != maxSupervisors+1 {
		t.Errorf("7: %d, others: %d, %d in all", got["7"], got[otherSupervisors], len(got))
	}
}

func BenchmarkTallies(b *testing.B) {
	node, ctx := quietNode()
	for range 100_000 {
		pid := start1(b, ctx, nil)
		defer Exit(ctx, pid, Kill)
	}
	node.GiveBack()
	b.ReportAllocs()
	for b.Loop() {
		node.Tallies()
	}
}

// Tallies look at processes on their way out as well.
func TestTalliesBesideKills(t *testing.T) {
	node, ctx := quietNode()
	stop := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				node.Tallies()
			}
		}
	})
	for begin := time.Now(); time.Since(begin) < growFor; {
		pid, err := Spawn(ctx, func(c *Context) error {
			_, err := ReceiveMatch(c, func(n int) bool { return n > 0 })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			Send(ctx, pid, 0) // which it saves
		}
		Exit(ctx, pid, Kill)
	}
	close(stop)
	watch.Wait()
	for begin := time.Now(); node.Abandoned() > 0; runtime.Gosched() {
		if time.Since(begin) > 10*time.Second {
			t.Fatalf("%d processes abandoned", node.Abandoned())
		}
	}
	if got := tallyOf(t, node, "process"); got.Live != 0 || got.Mailbox != 0 || got.Ended.Killed == 0 {
		t.Errorf("%+v", got)
	}
}
