package supervisor_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// TestStress runs a tree whose servers answer in every way there is, under callers that give up, while others exit, kill, suspend,
// terminate and restart what is in it. Whatever happens, each call ends in time with its own answer or with an error, and in the end
// nothing is left. It takes about a second; OTPLINT_STRESS, a duration as in "1m", makes it take longer.
func TestStress(t *testing.T) {
	total := time.Second
	if text := os.Getenv("OTPLINT_STRESS"); text != "" {
		var err error
		if total, err = time.ParseDuration(text); err != nil {
			t.Fatalf("OTPLINT_STRESS: %v", err)
		}
	}
	processors := []int{1, 2, 8}
	for _, procs := range processors {
		t.Run(fmt.Sprintf("%d processors", procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			newStress(t).run(total / time.Duration(len(processors)))
		})
	}
}

// stress is the tree and what has become of the calls to it.
type stress struct {
	*testing.T
	node   *process.Node
	ctx    context.Context
	cruel  atomic.Bool // starts may fail now
	served []supervisor.Child[genserver.Ref[*moody]]
	groups []supervisor.Child[supervisor.Ref]
	root   supervisor.Child[supervisor.Ref]

	stop               chan struct{}
	busy               sync.WaitGroup
	last               atomic.Uint64 // question
	answered, timedOut atomic.Int64
	failed             atomic.Int64
}

func newStress(t *testing.T) *stress {
	s := &stress{T: t, stop: make(chan struct{})}
	s.node = process.NewNode("stress", process.WithLogger(slog.New(slog.DiscardHandler)))
	s.ctx = process.WithNode(context.Background(), s.node)
	const servers = 8
	for i := range servers {
		var opts []genserver.Option
		if i%2 == 0 {
			opts = append(opts, genserver.WithName(process.Name(fmt.Sprint("named ", i))))
		}
		neighbour := func() genserver.Ref[*moody] { return s.served[(i+1)%servers].Ref() }
		s.served = append(s.served, supervisor.Server(fmt.Sprint("server ", i), func() *moody {
			return &moody{stress: s, neighbour: neighbour()}
		}, opts...).Shutdown(20*time.Millisecond))
	}
	resource := supervisor.Opened("resource", func(context.Context) (int, error) {
		if s.cruel.Load() && rand.IntN(5) == 0 {
			return 0, errBoom
		}
		return 1, nil
	}, func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
	group := func(id string, how supervisor.Strategy, children ...supervisor.Spec) supervisor.Child[supervisor.Ref] {
		return supervisor.Supervisor(id, how, children, supervisor.Intensity(1<<30, time.Second))
	}
	s.groups = []supervisor.Child[supervisor.Ref]{
		group("one for one", supervisor.OneForOne, s.served[0], s.served[1], s.served[2]),
		group("one for all", supervisor.OneForAll, s.served[3], s.served[4]),
		group("rest for one", supervisor.RestForOne, s.served[5], s.served[6], s.served[7], resource),
	}
	s.root = group("root", supervisor.OneForOne, s.groups[0], s.groups[1], s.groups[2])
	return s
}

func (s *stress) run(d time.Duration) {
	ctx, end := context.WithCancel(s.ctx)
	defer end()
	ended := make(chan error, 1)
	go func() { ended <- supervisor.Run(ctx, s.root) }()
	for begin := time.Now(); !s.up() && time.Since(begin) < time.Second; {
		time.Sleep(time.Millisecond)
	}
	s.cruel.Store(true)
	for range 16 {
		s.busy.Go(s.call)
	}
	s.harass()
	select {
	case <-time.After(d):
	case err := <-ended:
		s.Errorf("the tree ended: %v", err)
		ended <- err
	}
	close(s.stop)
	defer time.AfterFunc(20*time.Second, func() { panic("the stress test hangs:\n" + goroutines()) }).Stop()
	s.busy.Wait()
	s.cruel.Store(false)
	end()
	if err := <-ended; err != nil && !s.Failed() {
		s.Errorf("run: %v", err)
	}
	s.checkNothingLeft()
	s.Logf("%d answers, %d failures, %d timeouts", s.answered.Load(), s.failed.Load(), s.timedOut.Load())
	if s.answered.Load() == 0 {
		s.Error("no call was answered")
	}
}

// up reports whether the root answers, as it does when all have started.
func (s *stress) up() bool {
	_, err := supervisor.WhichChildren(s.ctx, s.root.Ref())
	return err == nil
}

// checkNothingLeft waits for the last goroutines to return.
func (s *stress) checkNothingLeft() {
	left := func() []process.PID { return slices.Collect(s.node.Processes()) }
	if pid, ok := process.WhereIs(s.ctx, passing); ok {
		process.Exit(s.ctx, pid, process.Kill)
	}
	for begin := time.Now(); len(left()) > 0 || s.node.Abandoned() != 0; time.Sleep(time.Millisecond) {
		if time.Since(begin) < 5*time.Second {
			continue
		}
		s.Errorf("left: %d abandoned, processes", s.node.Abandoned())
		for _, pid := range left() {
			info, _ := process.InfoOf(s.ctx, pid)
			s.Errorf("%v, alive %v: %+v", pid, pid.Alive(), info)
		}
		s.Fatal(goroutines())
	}
}

func goroutines() string {
	var text bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&text, 1)
	return text.String()
}

func (s *stress) anyServer() genserver.Ref[*moody] { return s.served[rand.IntN(len(s.served))].Ref() }
func (s *stress) anyGroup() supervisor.Ref         { return s.groups[rand.IntN(len(s.groups))].Ref() }

func (s *stress) exit(d process.Dest, reason error) {
	if pid, err := d.Resolve(s.node); err == nil {
		process.Exit(s.ctx, pid, reason)
	}
}

// call asks any server anything, over and over.
func (s *stress) call() {
	for !s.stopped() {
		n := s.last.Add(2) // n+1 is the wrong answer
		ctx, cancel, patient := s.ctx, context.CancelFunc(func() {}), rand.IntN(3) != 0
		if !patient {
			ctx, cancel = context.WithTimeout(ctx, upTo(2*time.Millisecond))
		}
		got, err := genserver.Call(ctx, s.anyServer(), question{n: n, mood: anyMood()})
		cancel()
		switch {
		case err == nil && got != n:
			s.Errorf("question %d got the answer %d", n, got)
		case err == nil:
			s.answered.Add(1)
		case !errors.Is(err, genserver.ErrTimeout):
			s.failed.Add(1)
			time.Sleep(100 * time.Microsecond) // it may be about to be restarted
		case patient:
			s.Errorf("a call that nobody answers: %v", err)
		default:
			s.timedOut.Add(1)
		}
	}
}

func (s *stress) stopped() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

func upTo(d time.Duration) time.Duration { return rand.N(d) }

// every does something again and again, at random times.
func (s *stress) every(d time.Duration, f func()) {
	s.busy.Go(func() {
		for {
			select {
			case <-s.stop:
				return
			case <-time.After(upTo(2 * d)):
				f()
			}
		}
	})
}

// passing is the name of a server whose start is raced with its death.
const passing process.Name = "passing"

// harass does to the tree what it must bear.
func (s *stress) harass() {
	within := func(d time.Duration) (context.Context, context.CancelFunc) { return context.WithTimeout(s.ctx, d) }
	s.every(2*time.Millisecond, func() { s.exit(s.anyServer().Dest(), errBoom) })
	s.every(20*time.Millisecond, func() { s.exit(s.anyServer().Dest(), process.Kill) })
	s.every(200*time.Millisecond, func() { s.exit(s.anyGroup().Dest(), process.Kill) })
	s.every(time.Millisecond, func() { genserver.Cast(s.ctx, s.anyServer(), nudge{}) })
	s.every(3*time.Millisecond, func() {
		ctx, cancel := within(50 * time.Millisecond)
		defer cancel()
		server := s.anyServer()
		if genserver.Suspend(ctx, server) == nil {
			time.Sleep(time.Millisecond)
		}
		genserver.Resume(s.ctx, server) // what was told to suspend too late is suspended yet
	})
	s.every(5*time.Millisecond, func() {
		ctx, cancel := within(100 * time.Millisecond)
		defer cancel()
		group := s.anyGroup()
		if children, err := supervisor.WhichChildren(ctx, group); err == nil {
			id := children[rand.IntN(len(children))].ID
			supervisor.TerminateChild(ctx, group, id)
			supervisor.RestartChild(s.ctx, group, id)
		}
	})
	s.every(3*time.Millisecond, func() {
		ctx, cancel := within(upTo(300 * time.Microsecond))
		defer cancel()
		genserver.Start(ctx, func() *moody { time.Sleep(upTo(300 * time.Microsecond)); return &moody{stress: s} }, genserver.WithName(passing))
		if pid, ok := process.WhereIs(s.ctx, passing); ok {
			process.Exit(s.ctx, pid, process.Kill)
			process.Wait(s.ctx, pid)
			if at, ok := process.WhereIs(s.ctx, passing); ok && at == pid {
				s.Errorf("the name leads to %v, which is dead", at)
			}
		}
	})
}

// moody is a server that answers as each question wants.
type moody struct {
	*stress
	neighbour genserver.Ref[*moody]
}

// question n is answered with n.
type question struct {
	genserver.CallTo[*moody, uint64]
	n    uint64
	mood mood
}

type nudge struct{ genserver.CastTo[*moody] }

type mood int

const (
	atOnce mood = iota
	fromElsewhere
	later
	slowly
	twice
	afterACall
	withMonitors
	andStops
	panics
	exits

	harmless = andStops // how many do not end the server
	moods    = exits + 1
)

// anyMood is seldom one that ends the server, so that most questions find one.
func anyMood() mood {
	if rand.IntN(50) == 0 {
		return rand.N(moods)
	}
	return rand.N(harmless)
}

func (m *moody) Init(c *genserver.Context) genserver.Result {
	if m.cruel.Load() && rand.IntN(200) == 0 {
		panic("init")
	}
	return c.OK()
}

func (m *moody) HandleCast(c *genserver.Context, _ any) genserver.Result { return c.NoReply() }

func (m *moody) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	if down, ok := msg.(process.Down); ok {
		c.Demonitor(down.Ref, process.Flush())
	}
	return c.NoReply()
}

func (m *moody) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	q := req.(question)
	switch q.mood {
	case fromElsewhere:
		go q.Caller(from).Reply(q.n)
		return c.NoReply()
	case later:
		caller := q.Caller(from)
		time.AfterFunc(upTo(3*time.Millisecond), func() {
			caller.Reply(q.n)
			caller.Reply(q.n + 1) // is dropped, whatever its caller asks meanwhile
		})
		return c.NoReply()
	case slowly:
		time.Sleep(upTo(2 * time.Millisecond))
	case twice:
		go q.Reply(from, q.n)
		go q.Reply(from, q.n)
		return c.NoReply().Timeout(time.Microsecond)
	case afterACall:
		n, err := genserver.Call(c, m.neighbour, question{n: q.n, mood: anyMood()})
		if err != nil {
			return q.Fail(from, err)
		}
		return q.Reply(from, n)
	case withMonitors:
		m.monitor(c)
	case andStops:
		return q.Reply(from, q.n).Stop(nil)
	case panics:
		panic("boom")
	case exits:
		runtime.Goexit()
	}
	return q.Reply(from, q.n)
}

// monitor monitors something short-lived and starts a timer, and perhaps takes both back.
func (m *moody) monitor(c *genserver.Context) {
	if pid, err := process.Spawn(c, func(*process.Context) error { return nil }); err == nil {
		ref := c.Monitor(pid)
		if rand.IntN(2) == 0 {
			c.Demonitor(ref, process.Flush())
		}
	}
	timer := c.SendAfter(upTo(time.Millisecond), "tick")
	if rand.IntN(2) == 0 {
		timer.Cancel()
	}
}
