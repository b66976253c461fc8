package process

import (
	"context"
	"runtime/debug"
	"time"
)

// A Behaviour is the code of a process that its mailbox drives: the runtime
// calls it for each message and keeps no goroutine for it in between. It is
// for those who write behaviours, as proc_lib and sys are in OTP; genserver
// is the one that programs use. All methods run in the process, one at a
// time; a panic or Goexit in them is the process's crash.
type Behaviour interface {
	// Init runs first. The starter waits for it and gets its error, which is
	// also the exit reason; ErrIgnore lets the process end as Normal.
	Init(c *Context) error
	// Begin runs when the starter has been told, before the first message.
	// Its error is like Handle's.
	Begin(c *Context) error
	// Handle is called with each message in turn. A non-nil error ends the
	// process with that reason, after Terminate.
	Handle(c *Context, m *Envelope) error
	// Terminate runs before a process ends that Handle ended or that
	// crashed, not after an exit signal and not when Init fails.
	Terminate(c *Context, reason error)
	// Release is the very last call: the process is dead, and what it holds
	// should be dropped, since PIDs keep the behaviour reachable. It is not
	// called for an abandoned process before its callback returns, and on
	// the goroutine of whoever kills a process that is idle.
	Release()
	// Describe tells what the process is; it may be called at any time from
	// any goroutine.
	Describe() (behaviour, stateType string)
}

// Option is an option of a start.
type Option func(*options)

type options struct {
	name    Name
	timeout time.Duration
	bound   *bound
	via     Registration
}

// optionsOf applies the options.
func optionsOf(opts []Option) (o options, err error) {
	for _, opt := range opts {
		opt(&o)
	}
	if o.bound != nil {
		err = o.bound.problem()
	}
	return o, err
}

// WithName registers the process before its code runs. A taken name fails
// the start with *AlreadyStarted.
func WithName(name Name) Option { return func(o *options) { o.name = name } }

// WithTimeout bounds the wait for Init, as the deadline of the start's
// context does; whichever is earlier. A process whose Init takes longer is
// killed and the start fails with ErrTimeout. Zero, the default, is no bound.
func WithTimeout(d time.Duration) Option { return func(o *options) { o.timeout = d } }

// A Registration is an entry in a registry that a process takes when it
// starts, before its code runs.
type Registration interface {
	// Register makes the entry for pid, which does not run yet. It fails with
	// *AlreadyStarted if the entry is another live process's.
	Register(pid PID) error
}

// A Leaver is a Registration that hears of the end of the process that it has
// registered, as one would that AtExit has called, at less cost.
type Leaver interface {
	Registration
	Leave(reason error)
}

// WithVia registers the process in a registry, as WithName does in the node.
// (Elixir: {:via, Registry, _}.)
func WithVia(r Registration) Option { return func(o *options) { o.via = r } }

// Start starts a process on the context's node and waits for its Init. The
// context bounds the start; it is not the process's lifetime.
func Start(ctx context.Context, b Behaviour, opts ...Option) (PID, error) {
	if err := fence(ctx); err != nil {
		return PID{}, err
	}
	return start(ctx, NodeOf(ctx), nil, b, opts)
}

// StartLink is Start for a process that is linked to the one that starts it
// and has it as its parent. A start that fails also ends the starter, with
// the same reason, unless that traps exits or the reason is Normal.
func StartLink(c *Context, b Behaviour, opts ...Option) (PID, error) {
	if err := fence(c); err != nil {
		return PID{}, err
	}
	return start(c, c.p.node, c.p, b, opts)
}

func start(ctx context.Context, n *Node, parent *proc, b Behaviour, opts []Option) (PID, error) {
	o, err := optionsOf(opts)
	if err != nil {
		return PID{}, err
	}
	p := newProc(n, parent, b)
	if err := p.enroll(o); err != nil {
		return PID{}, err
	}
	ack := getPending(p.bubble)
	ack.begin(p)
	self := procOf(ctx)
	waiting := self.waitFor(ack) // Init must not call back
	p.run(parent, ack)

	err = ack.wait(ctx, o.timeout)
	if waiting {
		self.waiting.CompareAndSwap(ack, nil)
	}
	if err == nil {
		err = ack.err
		putPending(ack, p.bubble)
		return pidUnless(p, err), err
	}
	// Init takes too long: the process is killed, its parent hears nothing.
	if parent != nil {
		unlink(parent, p)
	}
	p.kill()
	return PID{}, err
}

func pidUnless(p *proc, err error) PID {
	if err != nil {
		return PID{}
	}
	return PID{p}
}

// enroll makes the process known on its node, under its name and in its
// registry if it has them.
func (p *proc) enroll(o options) (err error) {
	if o.bound != nil {
		p.bounded, p.extra().bound = true, o.bound
	}
	p.node.add(p)
	if o.name != "" {
		err = p.register(o.name)
	}
	if err == nil && o.via != nil {
		err = p.registerIn(o.via)
	}
	if err != nil {
		p.depart(nil, err)
	}
	return err
}

// registerIn takes the entry. A panic in it fails the start, for the starter
// may be a supervisor.
func (p *proc) registerIn(r Registration) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	if err := r.Register(PID{p}); err != nil {
		return err
	}
	if l, ok := r.(Leaver); ok && !p.setLeaver(l) {
		p.callHook(l.Leave, p.reason)
		return NoProc // killed by somebody who found it in the registry
	}
	return nil
}

// setLeaver reports false if the process is dead.
func (p *proc) setLeaver(l Leaver) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == dead {
		return false
	}
	p.extra().leaver = l
	return true
}

// Spawn starts a plain process that runs f on a goroutine of its own, and
// returns without waiting. f gets its messages with Receive and ends the
// process by returning: nil is Normal. After an exit signal Receive fails
// with its reason and the context is cancelled; f should return then, and
// the signal's reason is the exit reason whatever it returns.
func Spawn(ctx context.Context, f func(*Context) error, opts ...Option) (PID, error) {
	if err := fence(ctx); err != nil {
		return PID{}, err
	}
	return spawn(NodeOf(ctx), nil, f, opts)
}

// SpawnLink is Spawn for a process linked to c's.
func SpawnLink(c *Context, f func(*Context) error, opts ...Option) (PID, error) {
	if err := fence(c); err != nil {
		return PID{}, err
	}
	return spawn(c.p.node, c.p, f, opts)
}

func spawn(n *Node, parent *proc, f func(*Context) error, opts []Option) (PID, error) {
	o, err := optionsOf(opts)
	if err != nil {
		return PID{}, err
	}
	p := newProc(n, parent, &plain{f: f})
	if err := p.enroll(o); err != nil {
		return PID{}, err
	}
	p.run(parent, nil)
	return PID{p}, nil
}

// run gives a new process its link and its first goroutine. A process whose
// parent has just died does not come to run its code.
func (p *proc) run(parent *proc, ack *Pending) {
	if parent != nil && !link(parent, p) {
		p.finish(NoProc)
	}
	w := getWorker(p)
	p.mu.Lock()
	if p.state != dead {
		p.worker, w.starting = w, ack
	} else if ack != nil {
		ack.settle(p.reason)
	}
	p.mu.Unlock()
	go w.main()
}

// Bubbled reports whether pid's process lives in a testing/synctest bubble:
// then nothing that holds a channel may be pooled on its account.
func Bubbled(pid PID) bool { return pid.p != nil && pid.p.bubble }
