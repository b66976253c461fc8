// Package proctest lets the runtime's tests stand inside processes: a [Puppet] is a process that does what the test tells it, a
// [Fate] is how a process ended.
//
// Fates and puppets belong in a testing/synctest bubble: they settle the bubble instead of sleeping.
package proctest

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/process"
)

// World is a node of its own for one test. What it has started is killed when the test ends.
type World struct {
	T    testing.TB
	Ctx  context.Context // names the node and nothing else; ends with the test
	Node *process.Node
	log  log
}

// New makes a world.
func New(t testing.TB) *World {
	w := &World{T: t}
	w.Node = process.NewNode("test", process.WithLogger(slog.New(slog.NewTextHandler(&w.log, nil))))
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	w.Ctx = process.WithNode(ctx, w.Node)
	return w
}

// Log is the text of what the node has logged since the last time.
func (w *World) Log() string {
	synctest.Wait()
	return w.TakeLog()
}

// TakeLog is Log without settling, for use outside a bubble.
func (w *World) TakeLog() string { return w.log.take() }

// log keeps what is written to it.
type log struct {
	mu   sync.Mutex
	text []byte
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

func (l *log) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := string(l.text)
	l.text = nil
	return text
}

// KillAtEnd kills a process when the test ends.
func (w *World) KillAtEnd(pid process.PID) {
	w.T.Cleanup(func() { process.Exit(w.Ctx, pid, process.Kill) })
}

// Resolve is the process that a destination means now.
func (w *World) Resolve(d process.Dest) process.PID {
	w.T.Helper()
	pid, err := d.Resolve(w.Node)
	if err != nil {
		w.T.Fatalf("resolve %v: %v", d, err)
	}
	return pid
}

// Links are the processes linked to a live one.
func (w *World) Links(pid process.PID) []process.PID {
	w.T.Helper()
	info, ok := process.InfoOf(w.Ctx, pid)
	if !ok {
		w.T.Fatalf("no info of %v", pid)
	}
	return info.Links
}

// Fate is how a process ends, watched by a monitor from outside.
type Fate struct {
	PID    process.PID
	t      testing.TB
	ended  chan struct{}
	reason error
}

// Watch watches a process from now on.
func (w *World) Watch(pid process.PID) *Fate {
	f := &Fate{PID: pid, t: w.T, ended: make(chan struct{})}
	go func() {
		if reason, err := process.Wait(w.Ctx, pid); err == nil {
			f.reason = reason
			close(f.ended)
		}
	}()
	synctest.Wait()
	return f
}

// Reason is the exit reason once all that can happen now has happened; nil if the process lives.
func (f *Fate) Reason() error {
	synctest.Wait()
	select {
	case <-f.ended:
		return f.reason
	default:
		return nil
	}
}

// Want checks that the process has exited with the very reason given, or lives, if that is nil.
func (f *Fate) Want(want error) {
	f.t.Helper()
	if got := f.Reason(); got != want {
		f.t.Errorf("%v: exit reason %v, want %v (nil: lives)", f.PID, got, want)
	}
	if alive := f.PID.Alive(); alive != (want == nil) {
		f.t.Errorf("%v: Alive() = %v", f.PID, alive)
	}
}

// Puppet is a process that waits for messages, does what the test tells it, and keeps all other messages.
type Puppet struct {
	*Fate
	w *World

	mu  sync.Mutex
	got []any
}

// step is work for a puppet. What f returns ends the process if last.
type step struct {
	f    func(c *process.Context) error
	last bool
	done chan struct{}
}

// Puppet starts one that is linked to nobody and does not trap exits.
func (w *World) Puppet(opts ...process.Option) *Puppet {
	w.T.Helper()
	p := &Puppet{w: w}
	pid, err := process.Spawn(w.Ctx, p.run, opts...)
	return p.born(pid, err)
}

// Trapping starts a puppet that traps exits.
func (w *World) Trapping(opts ...process.Option) *Puppet {
	w.T.Helper()
	p := w.Puppet(opts...)
	p.Do(func(c *process.Context) { c.TrapExit(true) })
	return p
}

// SpawnLink makes the puppet start another one, which has it as its parent.
func (p *Puppet) SpawnLink(opts ...process.Option) *Puppet {
	p.w.T.Helper()
	child := &Puppet{w: p.w}
	var pid process.PID
	var err error
	p.Do(func(c *process.Context) { pid, err = process.SpawnLink(c, child.run, opts...) })
	return child.born(pid, err)
}

func (p *Puppet) born(pid process.PID, err error) *Puppet {
	p.w.T.Helper()
	if err != nil {
		p.w.T.Fatalf("spawn: %v", err)
	}
	p.w.KillAtEnd(pid)
	p.Fate = p.w.Watch(pid)
	return p
}

func (p *Puppet) run(c *process.Context) error {
	for {
		msg, err := process.Receive(c)
		if err != nil {
			return err
		}
		s, ok := msg.(step)
		if !ok {
			p.mu.Lock()
			p.got = append(p.got, msg)
			p.mu.Unlock()
			continue
		}
		if err := s.do(c); s.last {
			return err
		}
	}
}

func (s step) do(c *process.Context) error {
	defer close(s.done)
	return s.f(c)
}

// Do runs f in the process and waits for it and for all that follows from it.
func (p *Puppet) Do(f func(c *process.Context)) {
	p.w.T.Helper()
	p.tell(step{f: func(c *process.Context) error { f(c); return nil }})
}

// Exit lets the process's function return the reason.
func (p *Puppet) Exit(reason error) {
	p.w.T.Helper()
	p.tell(step{f: func(*process.Context) error { return reason }, last: true})
}

func (p *Puppet) tell(s step) {
	p.w.T.Helper()
	s.done = make(chan struct{})
	if err := process.Send(p.w.Ctx, p.PID, s); err != nil {
		p.w.T.Fatalf("puppet %v: %v", p.PID, err)
	}
	select {
	case <-s.done:
	case <-p.ended: // the step may have ended it
	}
	synctest.Wait()
	select {
	case <-s.done:
	default:
		p.w.T.Fatalf("puppet %v is dead: %v", p.PID, p.reason)
	}
}

// Link links the puppet to a process.
func (p *Puppet) Link(to process.Dest) {
	p.w.T.Helper()
	p.Do(func(c *process.Context) {
		if err := c.Link(to); err != nil {
			p.w.T.Errorf("link to %v: %v", to, err)
		}
	})
}

// Monitor makes the puppet monitor a process.
func (p *Puppet) Monitor(to process.Dest) (ref process.MonitorRef) {
	p.w.T.Helper()
	p.Do(func(c *process.Context) { ref = c.Monitor(to) })
	return ref
}

// Got are the messages that have arrived since the last time, but for those of the test itself.
func (p *Puppet) Got() []any {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	got := p.got
	p.got = nil
	return got
}

// WantExited checks that exactly one message has arrived, that the process from has exited with reason.
func (p *Puppet) WantExited(from process.PID, reason error) {
	p.w.T.Helper()
	got := p.Got()
	if len(got) != 1 {
		p.w.T.Errorf("messages %v, want one Exited from %v: %v", got, from, reason)
		return
	}
	if e, ok := got[0].(process.Exited); !ok || e.From != from || !errors.Is(e.Reason, reason) {
		p.w.T.Errorf("message %#v, want Exited from %v: %v", got[0], from, reason)
	}
}

// WantNothing checks that no message has arrived.
func (p *Puppet) WantNothing() {
	p.w.T.Helper()
	if got := p.Got(); len(got) != 0 {
		p.w.T.Errorf("messages %#v, want none", got)
	}
}
