// Package forms has the ways to call that an analysis overlooks.
package forms

import (
	"context"
	"net/http"
	"os"
	"sync"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/counter"
)

// Counts is what a handler needs; counter.Client has it.
type Counts interface {
	Slow(ctx context.Context) (int, error)
}

func Ask(ctx context.Context, c Counts) { c.Slow(ctx) }

func Bind(ctx context.Context, r counter.Ref) { Ask(ctx, counter.Client{Ref: r}) }

func MethodValue(ctx context.Context, c counter.Client) {
	f := c.Slow
	f(ctx)
	later(c.Slow)
}

func later(func(context.Context) (int, error)) {}

func Deferred(ctx context.Context, r counter.Ref) {
	defer func() { counter.Get(ctx, r) }()
}

var atInit = func(ctx context.Context, r counter.Ref) { counter.Reset(ctx, r) }

func init() { _ = process.Name("first") }

func init() { register() }

func register() {
	ctx := context.Background()
	process.Register(ctx, "forms", process.PID{})
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		counter.Get(r.Context(), genserver.Named[*counter.Counter]("hits"))
	})
}

func Local() any {
	type T struct {
		genserver.CastTo[*counter.Counter]
	}
	return T{}
}

func Local2() any {
	type T struct {
		genserver.CastTo[*counter.Counter]
	}
	return &T{}
}

func Spawned(ctx context.Context, rs []counter.Ref) {
	var wg sync.WaitGroup
	for _, r := range rs {
		wg.Go(func() { counter.Get(ctx, r) })
		go func() {
			for range 3 {
				counter.Increment(ctx, r, 1)
			}
		}()
	}
	wg.Wait()
	process.Spawn(ctx, func(c *process.Context) error {
		_, err := process.Receive(c)
		return err
	}, process.WithName("receiver"))
	genserver.Start(ctx, counter.New, genserver.WithName("started"))
}

func Iter(ctx context.Context, all func(func(counter.Ref) bool)) {
	for r := range all {
		counter.Increment(ctx, r, 1)
	}
}

// Peer is a server that another server is seen as.
type Peer interface{ Name() string }

func (n *Named) Name() string { return "n" }

type Named struct {
	self  process.PID
	peers map[string]Peer
	cb    func()
	ch    chan int
}

type hello struct{ genserver.CallTo[Peer, string] }
type list struct {
	genserver.CallTo[*Named, []string]
}
type poke struct{ genserver.CastTo[*Named] }
type run struct{ genserver.CastTo[*Named] }

func See(ctx context.Context, r genserver.Ref[*Named]) (string, error) {
	return genserver.Call(ctx, genserver.View(r, func(n *Named) Peer { return n }), hello{})
}

func (n *Named) Init(c *genserver.Context) genserver.Result {
	n.self = c.Self()
	return c.OK().Continue(1)
}

func (n *Named) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case hello:
		return req.Reply(from, "hello")
	case list:
		out := make([]string, 0, len(n.peers))
		for name := range n.peers {
			out = append(out, name)
		}
		return req.Reply(from, out)
	}
	return c.Unhandled(req)
}

func (n *Named) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case poke, *poke:
		n.ch <- 1
	case run:
		n.cb() // may write to anything
	}
	return c.NoReply()
}

func (n *Named) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	if handler, ok := msg.(interface{ Handle(*Named) }); ok {
		handler.Handle(n)
	}
	c.Monitor(n.self)
	return c.NoReply()
}

// NotAServer has a callback's name with another signature.
type NotAServer struct{}

func (NotAServer) Init(n int) {}

var total int

// Store keeps something that a sibling opened.
type Store struct {
	db supervisor.Resource[*os.File]
	n  int
}

type size struct{ genserver.CallTo[*Store, int] }
type write struct{ genserver.CallTo[*Store, int] }
type count struct{ genserver.CallTo[*Store, int] }

func (s *Store) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Store) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case size:
		return req.Reply(from, s.n)
	case write: // to what the resource holds
		f, _ := s.db.Get()
		n, _ := f.WriteString("x")
		return req.Reply(from, n)
	case count: // to a package variable
		total++
		return req.Reply(from, total)
	}
	return c.Unhandled(req)
}
