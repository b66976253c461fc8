package genserver

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// Server is a GenServer's state and behaviour. Init, its one required
// callback, runs before the start returns; a supervisor waits for it before
// it starts the next child, so what takes long belongs in a HandleContinue.
// It returns c.OK, c.Ignore or c.Stop, with Continue or Timeout added.
//
// The other callbacks are optional interfaces. A method that has the name of
// one and another signature is refused at the start.
type Server interface{ Init(c *Context) Result }

// CallHandler answers calls: with the request's Reply or Fail, or with
// c.NoReply when its Caller will. Without it every call crashes the server.
type CallHandler interface {
	HandleCall(c *Context, from From, req any) Result
}

// CastHandler handles casts. Without it every cast crashes the server.
type CastHandler interface {
	HandleCast(c *Context, msg any) Result
}

// InfoHandler handles all other messages: those of process.Send and timers,
// process.Down, process.Exited, Timeout. Without it they are logged.
type InfoHandler interface {
	HandleInfo(c *Context, msg any) Result
}

// ContinueHandler handles a Result's Continue, before any message.
type ContinueHandler interface {
	HandleContinue(c *Context, arg any) Result
}

// Terminator cleans up. Terminate runs when the server stops itself or
// crashes, and, if it traps exits, when its parent ends it. It does not run
// after an exit signal to a server that does not trap exits, nor after
// process.Kill: what must be cleaned up in any case is another process's duty.
type Terminator interface {
	Terminate(c *Context, reason error)
}

// Context is what a callback gets: the process, and makers of results.
type Context struct {
	*process.Context
	s *server
}

// server is the process.Behaviour of every GenServer.
type server struct {
	addr // of direct references
	c    Context
	impl Server // touched by the server's process only; a maker before Init
	kind *kind
	more *more
}

// more is what only some servers need. An idle server costs little because it
// has none.
type more struct {
	first     Result // what Init returned, until Begin
	last      From   // the call that stopped the server; its answer leaves after Terminate
	idle      idleTimer
	suspended bool
	held      []process.Envelope // what a suspended server keeps for later
}

func (s *server) extra() *more {
	if s.more == nil {
		s.more = new(more)
	}
	return s.more
}

// maker stands in for the server that it will make.
type maker func() Server

// Init makes a maker a Server; nobody calls it.
func (maker) Init(c *Context) Result { return c.OK() }

// Option is an option of a start.
type Option = process.Option

// WithName registers the server before Init runs. A taken name fails the
// start with *process.AlreadyStarted, and the new server's code never runs.
func WithName(name process.Name) Option { return process.WithName(name) }

// StartTimeout bounds Init, as the deadline of the start's context does. A
// server whose Init takes longer is killed and the start fails with ErrTimeout.
func StartTimeout(d time.Duration) Option { return process.WithTimeout(d) }

// WithVia registers the server in a registry before Init runs, as WithName
// does in the node. (Elixir: name: {:via, Registry, _}.)
func WithVia(r process.Registration) Option { return process.WithVia(r) }

// Bounded bounds the server's mailbox to n messages that wait; o says what
// becomes of more. See [process.Bounded].
func Bounded(n int, o process.Overflow) Option { return process.Bounded(n, o) }

// Start starts the server that newServer makes and waits for its Init. The
// context bounds the start and names the node; it is not the server's
// lifetime. The error is the reason of Init's Stop, its panic as a
// *process.PanicError, ErrIgnore, ErrTimeout or *process.AlreadyStarted. In a
// program, a supervisor starts servers. (OTP: gen_server:start/3.)
func Start[S Server](ctx context.Context, newServer func() S, opts ...Option) (Ref[S], error) {
	s, err := newProcess(newServer)
	if err != nil {
		return Ref[S]{}, err
	}
	pid, err := process.Start(ctx, s, opts...)
	return started[S](s, pid, err)
}

// StartLink is Start with a link between the server and the process that
// starts it, its parent. If Init fails, the parent gets the error and an exit
// signal. (OTP: gen_server:start_link/3.)
func StartLink[S Server](c *process.Context, newServer func() S, opts ...Option) (Ref[S], error) {
	s, err := newProcess(newServer)
	if err != nil {
		return Ref[S]{}, err
	}
	pid, err := process.StartLink(c, s, opts...)
	return started[S](s, pid, err)
}

func newProcess[S Server](newServer func() S) (*server, error) {
	k := kindOf[S]()
	if k.bad != nil {
		return nil, k.bad
	}
	if newServer == nil {
		return nil, fmt.Errorf("genserver: the function that is to make a %v is nil", k.typ)
	}
	return &server{kind: k, impl: maker(func() Server { return newServer() })}, nil
}

func started[S Server](s *server, pid process.PID, err error) (Ref[S], error) {
	if err != nil {
		return Ref[S]{}, err
	}
	return Ref[S]{a: &s.addr}, nil
}

// Init runs the user's Init.
func (s *server) Init(c *process.Context) error {
	s.c = Context{Context: c, s: s}
	s.dest = own{c.Self()}
	s.impl = s.impl.(maker)()
	if v := reflect.ValueOf(s.impl); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("genserver: the start function made no %v, but nil", s.kind.typ)
	}
	if t := reflect.TypeOf(s.impl); t != s.kind.typ { // S is an interface
		if err := misfit(t); err != nil {
			return err
		}
	}
	r := s.impl.Init(&s.c)
	switch r.verdict {
	case carry:
		if r.then != wait {
			s.extra().first = r
		}
		return nil
	case ignore:
		return ErrIgnore
	case stop:
		return r.reason
	}
	return &BadReturn{Callback: "Init"}
}

// Begin does what Init's result asked for.
func (s *server) Begin(*process.Context) error {
	if s.more == nil {
		return nil
	}
	r := s.more.first
	s.more.first = Result{}
	return s.settle("Init", r)
}

// Terminate runs the user's Terminate and then lets the answer of a call
// leave that stopped the server.
func (s *server) Terminate(_ *process.Context, reason error) {
	if t, ok := s.impl.(Terminator); ok {
		t.Terminate(&s.c, reason)
	}
	if s.more != nil && s.more.last.q != nil {
		s.more.last.q.Deliver(s.more.last.gen)
	}
}

// Release drops the state: references keep the rest of the server reachable.
func (s *server) Release() {
	if s.more != nil {
		s.more.idle.clear()
	}
	s.impl, s.more = nil, nil
}

// Describe names the state's type.
func (s *server) Describe() (behaviour, stateType string) {
	return "genserver", s.kind.typ.String()
}
