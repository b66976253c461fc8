package process

import (
	"context"
	"time"
)

// Context is a process's own view of itself, given to its code. It is a
// context.Context that ends with the process, or as soon as an exit signal
// dooms it; context.Cause is the exit reason. Its methods are for the
// process's own goroutine; as a plain context.Context it may be handed to
// any. What is sent, called or started with it counts as the process's own:
// it is refused once the process has ended.
type Context struct{ p *proc }

// canceller is the part of a Context that is made when first needed: most
// processes are never asked for Done, and an eager cancel context alone costs
// more than an idle process may.
type canceller struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
}

// Deadline reports that a process has none.
func (c *Context) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done is closed when the process ends or is about to.
func (c *Context) Done() <-chan struct{} { return c.p.canceller().ctx.Done() }

// Err is context.Canceled once Done is closed.
func (c *Context) Err() error {
	if c.p.ended.Load() != 0 {
		return context.Canceled
	}
	return nil
}

// Value makes the process known to what is called with the context.
func (c *Context) Value(key any) any {
	switch key {
	case procKey{}:
		return c.p
	case nodeKey{}:
		return c.p.node
	}
	// The standard library finds a cancellable parent by asking for a key of
	// its own; the answer lets derived contexts do without a goroutine each.
	if in := c.p.cancel.Load(); in != nil {
		return in.ctx.Value(key)
	}
	if c.p.ended.Load() != 0 {
		return c.p.canceller().ctx.Value(key)
	}
	return nil
}

func (p *proc) canceller() *canceller {
	if in := p.cancel.Load(); in != nil {
		return in
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if in := p.cancel.Load(); in != nil {
		return in
	}
	in := new(canceller)
	in.ctx, in.cancel = context.WithCancelCause(context.Background())
	if p.ended.Load() != 0 {
		in.cancel(p.reason)
	}
	p.cancel.Store(in)
	return in
}

// Self is the process's own PID.
func (c *Context) Self() PID { return PID{c.p} }

// Parent is who started the process with a link, the zero PID if nobody did.
func (c *Context) Parent() PID { return PID{c.p.parent.Load()} }

// Node is the process's node.
func (c *Context) Node() *Node { return c.p.node }

// TrapExit makes exit signals arrive as Exited messages, all but Kill, or
// ends that. It returns the setting before. (OTP: process_flag(trap_exit, _).)
func (c *Context) TrapExit(on bool) (was bool) {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	was, c.p.trap = c.p.trap, on
	return was
}

type procKey struct{}

// procOf is the process that ctx descends from, or nil.
func procOf(ctx context.Context) *proc {
	p, _ := ctx.Value(procKey{}).(*proc)
	return p
}

// SelfOf is the PID of the process that ctx belongs to, if it belongs to one.
func SelfOf(ctx context.Context) (PID, bool) {
	p := procOf(ctx)
	return PID{p}, p != nil
}

// ContextOf is the context of the process that ctx belongs to, if it belongs
// to one: for what links to or registers the process that asks for it. Only
// the process's own goroutine may use it so.
func ContextOf(ctx context.Context) (*Context, bool) {
	p := procOf(ctx)
	if p == nil {
		return nil, false
	}
	return &p.ctx, true
}

// fence refuses the sends of a process that has ended.
func fence(ctx context.Context) error {
	if p := procOf(ctx); p != nil && p.isDead() {
		return ErrFenced
	}
	return nil
}
