// Package meta has one self-call in many forms.
package meta

import (
	"context"
	"slices"

	gs "github.com/otplint/otplint/runtime/genserver"
	"otplint.test/selfcall/lib"
)

type ref = gs.Ref[*Node]

type get struct{ gs.CallTo[*Node, int] }

type api interface {
	fetch(ctx context.Context, r ref) (int, error)
}

type client struct{}

func (client) fetch(ctx context.Context, r ref) (int, error) {
	return gs.Call(ctx, r, get{}) // want `Node.HandleInfo waits with genserver.Call of get for its own process`
}

// Node asks itself.
type Node struct {
	me  ref
	via api
}

// New binds the interface.
func New() *Node { return &Node{via: client{}} }

func (n *Node) Init(c *gs.Context) gs.Result {
	n.remember(c)
	return c.OK()
}

// remember is an extracted helper.
func (n *Node) remember(c *gs.Context) { n.me = gs.RefTo[*Node](c.Self()) }

func (n *Node) HandleInfo(c *gs.Context, msg any) gs.Result {
	switch msg.(type) {
	case int: // an extracted helper
		n.helper(c)
	case string: // another package, generic
		lib.Ask(c, gs.RefTo[*Node](c.Self()), get{}) // want `Node.HandleInfo waits with genserver.Call of get for its own process`
	case bool: // an interface with one implementer
		n.via.fetch(c, gs.RefTo[*Node](c.Self()))
	case float64: // a function value, with what it captures
		self := gs.RefTo[*Node](c.Self())
		f := func() { gs.Call(c, self, get{}) } // want `for its own process`
		f()
	case []int: // a literal that runs at once
		_ = slices.ContainsFunc(msg.([]int), func(int) bool {
			_, err := gs.Call(c, n.me, get{}) // want `for its own process`
			return err == nil
		})
	case []string: // also in another package of the program
		each(func(int) { gs.Call(c, n.me, get{}) }) // want `for its own process`
	case error: // deferred, still before the callback returns
		defer gs.Call(c, n.me, get{}) // want `for its own process`
	case rune: // the embedded context
		gs.Call(c.Context, gs.RefTo[*Node](c.Context.Self()), get{}) // want `with the process's own context`
	case uint: // a view of the own reference
		gs.Call(c, gs.View[viewed](n.me, func(n *Node) viewed { return n }), look{}) // want `genserver.Call of look for its own process`
	case int8: // a method value
		ask := n.helper2
		ask(c)
	case int16: // the untyped door
		gs.Invoke(c, c.Self(), get{}) // want `genserver.Invoke of get for its own process`
	}
	return c.NoReply()
}

type viewed interface{ Seen() }

type look struct{ gs.CallTo[viewed, int] }

func (n *Node) Seen() {}

func each(f func(int)) {
	for i := range 3 {
		f(i)
	}
}

func (n *Node) helper(c *gs.Context) { ask(c, n.me) }

func (n *Node) helper2(c *gs.Context) {
	gs.Call(c, n.me, get{}) // want `for its own process`
}

func ask(ctx context.Context, r ref) (int, error) {
	return gs.Call(ctx, r, get{}) // want `for its own process`
}

// HandleCast is in a generic server as well.
func (b *Box[T]) HandleCast(c *gs.Context, msg any) gs.Result {
	gs.Call(c, gs.RefTo[*Box[T]](c.Self()), open[T]{}) // want `Box.HandleCast waits with genserver.Call of open for its own process`
	return c.NoReply()
}

// Box is generic.
type Box[T any] struct{ v T }

type open[T any] struct{ gs.CallTo[*Box[T], T] }

func (b *Box[T]) Init(c *gs.Context) gs.Result { return c.OK() }
