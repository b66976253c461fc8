package testkit

import (
	"reflect"
	"runtime/debug"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// Probe is a process that keeps the messages it gets until the test asks for
// them with [Expect]. It is a process.Dest. It traps exits, so that what it is
// linked to may crash: then it gets a process.Exited.
type Probe struct {
	t   *T
	pid process.PID
	in  *inbox
}

// NewProbe starts a probe, which ends with the test.
func NewProbe(t *T, opts ...process.Option) *Probe {
	t.Helper()
	p := &Probe{t: t, in: newInbox()}
	ready := make(chan struct{})
	pid, err := process.Spawn(t.lasting(), func(c *process.Context) error {
		defer close(p.in.ended)
		c.TrapExit(true)
		close(ready)
		return p.run(c)
	}, opts...)
	if err != nil {
		t.Fatalf("testkit: start a probe: %v", err)
	}
	<-ready
	p.pid = pid
	t.w.probes = append(t.w.probes, pid)
	return p
}

// PID is the probe's process.
func (p *Probe) PID() process.PID { return p.pid }

// Resolve makes a Probe a process.Dest.
func (p *Probe) Resolve(*process.Node) (process.PID, error) { return p.pid, nil }

// String names the probe for people.
func (p *Probe) String() string { return "probe " + p.pid.String() }

// Within is the probe with another patience:
//
//	testkit.Expect[tick](p.Within(time.Minute))
func (p *Probe) Within(d time.Duration) *Probe {
	within := *p
	within.t = p.t.Within(d)
	return &within
}

// Do runs f in the probe's process and waits for it: to monitor or link, to
// subscribe, and to call a server that looks at who calls it. A panic in f
// fails the test; so does a FailNow, which ends the probe too. f has c for what
// Do and Monitor are for outside: to call them there fails the test.
func (p *Probe) Do(f func(c *process.Context)) {
	p.t.Helper()
	if !p.in.busy.CompareAndSwap(false, true) {
		p.t.Fatalf("testkit: Do or Monitor of %v inside Do, which would wait for itself: use the process.Context there", p)
	}
	defer p.in.busy.Store(false)
	s := &step{f: f, done: make(chan struct{})}
	if err := process.Send(p.t.lasting(), p.pid, s); err != nil {
		p.t.Fatalf("testkit: %v has ended: %v", p, err)
	}
	select {
	case <-s.done:
	case <-p.in.ended:
		p.t.Fatalf("testkit: %v has ended", p)
	}
	if s.panicked {
		p.t.Fatalf("testkit: panic in Do: %v\n%s", s.value, s.stack)
	}
}

// Monitor makes the probe monitor a process: it gets a process.Down.
func (p *Probe) Monitor(d process.Dest) (ref process.MonitorRef) {
	p.t.Helper()
	p.Do(func(c *process.Context) { ref = c.Monitor(d) })
	return ref
}

// Expect waits until a message of type M has come that all match functions
// accept, takes it out of the probe's mailbox and returns it. The other
// messages stay, in order. If none comes in time it fails the test and tells
// what has come instead. M may be an interface, such as any. (ExUnit:
// assert_receive.)
func Expect[M any](p *Probe, match ...func(M) bool) M {
	p.t.Helper()
	msg, ok := p.in.take(p.t.patience, accepts(match))
	if !ok {
		p.t.Fatalf("testkit: no %v within %v; %s", reflect.TypeFor[M](), p.t.patience, p.in.describe(is[M]))
	}
	return msg.(M)
}

// ExpectNone fails the test if a message of type M that all match functions
// accept is there or comes within d. In virtual time a d of zero is enough
// for what is under way. (ExUnit: refute_receive.)
func ExpectNone[M any](p *Probe, d time.Duration, match ...func(M) bool) {
	p.t.Helper()
	p.t.settle()
	if msg, ok := p.in.take(d, accepts(match)); ok {
		p.t.Fatalf("testkit: got %s, expected no %v within %v", show(msg), reflect.TypeFor[M](), d)
	}
}

func is[M any](msg any) bool {
	_, ok := msg.(M)
	return ok
}

func accepts[M any](match []func(M) bool) func(any) bool {
	return func(msg any) bool {
		m, ok := msg.(M)
		for _, f := range match {
			ok = ok && f(m)
		}
		return ok
	}
}

// step is work for a probe.
type step struct {
	f        func(c *process.Context)
	done     chan struct{}
	panicked bool
	value    any
	stack    []byte
}

func (s *step) do(c *process.Context) {
	returned := false
	defer func() {
		if returned {
			close(s.done)
		} else if s.value = recover(); s.value != nil {
			s.panicked, s.stack = true, debug.Stack()
			close(s.done)
		} // else a Goexit, which ends the process
	}()
	s.f(c)
	returned = true
}

// run is the probe's process.
func (p *Probe) run(c *process.Context) error {
	for {
		msg, err := process.Receive(c)
		if err != nil {
			return err
		}
		if s, ok := msg.(*step); ok {
			s.do(c)
		} else {
			p.in.add(msg)
		}
	}
}
