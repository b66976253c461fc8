// Package open has handlers that may take what they have no case for.
package open

import (
	"context"
	"reflect"

	"github.com/otplint/otplint/runtime/genserver"
)

type base struct{}

func (base) Init(c *genserver.Context) genserver.Result { return c.OK() }

// Dropper drops what it does not know: somebody meant it.
type Dropper struct{ base }

type noise struct{ genserver.CastTo[*Dropper] }
type sound struct{ genserver.CastTo[*Dropper] }

func Noise(ctx context.Context, r genserver.Ref[*Dropper]) { genserver.Cast(ctx, r, noise{}) }
func Sound(ctx context.Context, r genserver.Ref[*Dropper]) { genserver.Cast(ctx, r, sound{}) }

func (s *Dropper) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case sound:
	}
	return c.NoReply()
}

// Every takes each message for the same.
type Every struct {
	base
	n int
}

type poke struct{ genserver.CastTo[*Every] }

func Poke(ctx context.Context, r genserver.Ref[*Every]) { genserver.Cast(ctx, r, poke{}) }

func (s *Every) HandleCast(c *genserver.Context, msg any) genserver.Result {
	s.n++
	return c.NoReply()
}

// Iface has a case for all that have a method.
type Iface struct{ base }

type applier interface{ apply(*Iface) }
type grow struct{ genserver.CastTo[*Iface] }

func (grow) apply(*Iface) {}

func Grow(ctx context.Context, r genserver.Ref[*Iface])        { genserver.Cast(ctx, r, grow{}) }
func GrowPointer(ctx context.Context, r genserver.Ref[*Iface]) { genserver.Cast(ctx, r, &grow{}) }

func (s *Iface) HandleCast(c *genserver.Context, msg any) genserver.Result {
	if m, ok := msg.(applier); ok {
		m.apply(s)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// Table has its cases in a map of functions, found by reflection.
type Table struct {
	base
	by map[reflect.Type]func(any) genserver.Result
}

type cell struct{ genserver.CastTo[*Table] }

func Cell(ctx context.Context, r genserver.Ref[*Table]) { genserver.Cast(ctx, r, cell{}) }

func (s *Table) HandleCast(c *genserver.Context, msg any) genserver.Result {
	if f, ok := s.by[reflect.TypeOf(msg)]; ok {
		return f(msg)
	}
	return c.Unhandled(msg)
}

// Hooked asks somebody first.
type Hooked struct {
	base
	hook func(c *genserver.Context, msg any) (genserver.Result, bool)
}

type hooked struct{ genserver.CastTo[*Hooked] }

func Hook(ctx context.Context, r genserver.Ref[*Hooked]) { genserver.Cast(ctx, r, hooked{}) }

func (s *Hooked) HandleCast(c *genserver.Context, msg any) genserver.Result {
	if r, ok := s.hook(c, msg); ok {
		return r
	}
	return c.Unhandled(msg)
}

// Admin is a Plain with one message more: embedding gives it the callback, and its own passes on.
type Plain struct{ base }

type Admin struct{ Plain }

type show struct{ genserver.CallTo[*Admin, int] }
type wipe struct{ genserver.CallTo[*Admin, int] }

func Show(ctx context.Context, r genserver.Ref[*Admin]) { genserver.Call(ctx, r, show{}) }
func Wipe(ctx context.Context, r genserver.Ref[*Admin]) { genserver.Call(ctx, r, wipe{}) }

func (s *Plain) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case show:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *Admin) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case wipe:
		return req.Reply(from, 1)
	}
	return s.Plain.HandleCall(c, from, req)
}

// Stash keeps what comes too early, and takes it later.
type Stash struct {
	base
	kept  []any
	ready bool
}

type early struct{ genserver.CastTo[*Stash] }

func Early(ctx context.Context, r genserver.Ref[*Stash])        { genserver.Cast(ctx, r, early{}) }
func EarlyPointer(ctx context.Context, r genserver.Ref[*Stash]) { genserver.Cast(ctx, r, &early{}) }

func (s *Stash) HandleCast(c *genserver.Context, msg any) genserver.Result {
	if !s.ready {
		s.kept = append(s.kept, msg)
		return c.NoReply()
	}
	switch msg.(type) {
	case early:
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// Both takes value and pointer.
type Both struct{ base }

type both struct{ genserver.CastTo[*Both] }

func Send(ctx context.Context, r genserver.Ref[*Both], p *both) {
	genserver.Cast(ctx, r, p)
	genserver.Cast(ctx, r, *p)
}

func (s *Both) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case both, *both:
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// Sometimes has its case under a condition, and defers something.
type Sometimes struct {
	base
	on bool
}

type cond struct{ genserver.CastTo[*Sometimes] }

func Cond(ctx context.Context, r genserver.Ref[*Sometimes]) { genserver.Cast(ctx, r, cond{}) }

func (s *Sometimes) HandleCast(c *genserver.Context, msg any) (res genserver.Result) {
	defer func() { s.on = !s.on }()
	if s.on {
		switch msg.(type) {
		case cond:
			return c.NoReply()
		}
	}
	return c.Unhandled(msg)
}

// Rescuer makes something of a message that no case took, in a deferred function.
type Rescuer struct{ base }

type risky struct{ genserver.CastTo[*Rescuer] }
type safe struct{ genserver.CastTo[*Rescuer] }

func Risk(ctx context.Context, r genserver.Ref[*Rescuer]) {
	genserver.Cast(ctx, r, risky{})
	genserver.Cast(ctx, r, safe{})
}

func (s *Rescuer) HandleCast(c *genserver.Context, msg any) (res genserver.Result) {
	defer func() {
		if recover() != nil {
			res = c.NoReply()
		}
	}()
	_ = msg.(safe)
	return c.NoReply()
}

// Quits stops on what it does not know, and Gate before it looks if somebody else has taken the message.
type Quits struct{ base }

type quit struct{ genserver.CastTo[*Quits] }
type stay struct{ genserver.CastTo[*Quits] }

func Quit(ctx context.Context, r genserver.Ref[*Quits]) { genserver.Cast(ctx, r, quit{}) }

func (s *Quits) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case stay:
		return c.Unhandled(msg)
	default:
		return c.Stop(nil)
	}
}

type Gate struct {
	base
	took func(any) bool
}

type gated struct{ genserver.CastTo[*Gate] }

func Gated(ctx context.Context, r genserver.Ref[*Gate]) { genserver.Cast(ctx, r, gated{}) }

func (s *Gate) HandleCast(c *genserver.Context, msg any) genserver.Result {
	if s.took(msg) {
		return c.Stop(nil)
	}
	return c.Unhandled(msg)
}
