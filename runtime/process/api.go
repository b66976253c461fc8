// Package process: SKELETON of the public API, being replaced by the real thing.
package process

import (
	"context"
	"errors"
	"time"
)

type Node struct{ _ int }

func NewNode(name string, opts ...NodeOption) *Node         { panic("skeleton") }
func WithNode(ctx context.Context, n *Node) context.Context { panic("skeleton") }
func NodeOf(ctx context.Context) *Node                      { panic("skeleton") }
func (n *Node) Name() string                                { panic("skeleton") }

type NodeOption func(*Node)

type proc struct{ _ int }
type PID struct{ p *proc }

func (p PID) Alive() bool                  { panic("skeleton") }
func (p PID) Node() string                 { panic("skeleton") }
func (p PID) IsZero() bool                 { panic("skeleton") }
func (p PID) String() string               { panic("skeleton") }
func (p PID) Resolve(n *Node) (PID, error) { panic("skeleton") }

type Name string

func (n Name) Resolve(node *Node) (PID, error) { panic("skeleton") }

// Dest is whatever a message can be sent to: a PID, a Name, a child's slot, a registry entry. Resolved at each send.
type Dest interface{ Resolve(n *Node) (PID, error) }

// Context is a process's own view of itself: a context.Context that ends with the process.
type Context struct{ p *proc }

func (c *Context) Deadline() (time.Time, bool)                            { panic("skeleton") }
func (c *Context) Done() <-chan struct{}                                  { panic("skeleton") }
func (c *Context) Err() error                                             { panic("skeleton") }
func (c *Context) Value(key any) any                                      { panic("skeleton") }
func (c *Context) Self() PID                                              { panic("skeleton") }
func (c *Context) Node() *Node                                            { panic("skeleton") }
func (c *Context) TrapExit(on bool) (was bool)                            { panic("skeleton") }
func (c *Context) Link(to Dest) error                                     { panic("skeleton") }
func (c *Context) Unlink(to Dest)                                         { panic("skeleton") }
func (c *Context) Monitor(to Dest) MonitorRef                             { panic("skeleton") }
func (c *Context) Demonitor(ref MonitorRef, opts ...DemonitorOption) bool { panic("skeleton") }

// SendAfter sends msg to the process itself after d (SendAfterTo: to another); SendEvery every d.
func (c *Context) SendAfter(d time.Duration, msg any) Timer            { panic("skeleton") }
func (c *Context) SendAfterTo(to Dest, d time.Duration, msg any) Timer { panic("skeleton") }
func (c *Context) SendEvery(d time.Duration, msg any) Timer            { panic("skeleton") }

type MonitorRef struct{ id uint64 }
type DemonitorOption func()

func Flush() DemonitorOption { panic("skeleton") } // also removes a Down that is already queued

type Timer struct{ t *int }

func (t Timer) Cancel() (left time.Duration, ok bool) { panic("skeleton") }

type Option func()

func WithName(name Name) Option { panic("skeleton") }

func Spawn(ctx context.Context, f func(*Context) error, opts ...Option) (PID, error) {
	panic("skeleton")
}
func SpawnLink(c *Context, f func(*Context) error, opts ...Option) (PID, error) { panic("skeleton") }

type ReceiveOption func()

func After(d time.Duration) ReceiveOption { panic("skeleton") } // Receive fails with ErrTimeout after d

func Receive(c *Context, opts ...ReceiveOption) (any, error) { panic("skeleton") }
func ReceiveMatch[T any](c *Context, match func(T) bool, opts ...ReceiveOption) (T, error) {
	panic("skeleton")
}
func Send(ctx context.Context, to Dest, msg any) error { panic("skeleton") }

// Exit sends an exit signal. Reason Kill cannot be trapped; others become Exited messages in a trapping process.
func Exit(ctx context.Context, to PID, reason error) { panic("skeleton") }

// Wait blocks until pid has ended and returns its exit reason (NoProc if it was dead already); err is ctx's.
func Wait(ctx context.Context, pid PID) (reason error, err error) { panic("skeleton") }
func Register(ctx context.Context, name Name, pid PID) error      { panic("skeleton") }
func Unregister(ctx context.Context, name Name) error             { panic("skeleton") }
func WhereIs(ctx context.Context, name Name) (PID, bool)          { panic("skeleton") }
func InfoOf(ctx context.Context, pid PID) (Info, bool)            { panic("skeleton") }

// Info is what can be told of a live process from outside (OTP: process_info).
type Info struct {
	PID         PID
	Names       []Name
	Parent      PID
	Links       []PID
	Monitors    []PID // whom it monitors
	MonitoredBy []PID
	TrapExit    bool
	Mailbox     int // messages waiting
	Handled     uint64
	Behaviour   string // "genserver", "process", ...
	Type        string // state type of a server
	Busy        bool   // a callback is running
}

type Down struct {
	Ref     MonitorRef
	Subject Dest // what was asked for
	PID     PID
	Reason  error
}
type Exited struct {
	From   PID
	Reason error
}

var (
	Normal   = errors.New("normal")
	Shutdown = errors.New("shutdown")
	Kill     = errors.New("kill")
	Killed   = errors.New("killed")
	NoProc   = errors.New("no process")

	ErrTimeout   = errors.New("timeout") // errors.Is(_, context.DeadlineExceeded)
	ErrFenced    = errors.New("fenced: the sending process is dead or abandoned")
	ErrIgnore    = errors.New("ignore")
	ErrNameTaken = errors.New("name taken")
)

// AlreadyStarted: the name is taken by PID (OTP: {already_started, Pid}).
type AlreadyStarted struct {
	Name Name
	PID  PID
}

func (e *AlreadyStarted) Error() string { panic("skeleton") }

// ShutdownReason is OTP's {shutdown, Detail}: errors.Is(_, Shutdown).
type ShutdownReason struct{ Detail error }

func (e *ShutdownReason) Error() string   { panic("skeleton") }
func (e *ShutdownReason) Is(t error) bool { return t == Shutdown }

// PanicError is the exit reason of a process that panicked; Value is what it panicked with. GoexitError for runtime.Goexit.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { panic("skeleton") }

type GoexitError struct{ Stack []byte }

func (e *GoexitError) Error() string { panic("skeleton") }

func Clean(reason error) bool { panic("skeleton") } // Normal, Shutdown, ShutdownReason
