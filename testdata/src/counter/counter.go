// Package counter is a server as the runtime's documentation shows it.
package counter

import (
	"context"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Counter struct {
	n    int
	seen map[string]int
	log  []string
}

type increment struct {
	genserver.CallTo[*Counter, int]
	by int
}
type get struct {
	genserver.CallTo[*Counter, int]
}
type lookup struct {
	genserver.CallTo[*Counter, int]
	key string
}
type slow struct {
	genserver.CallTo[*Counter, int]
}
type later struct {
	genserver.CallTo[*Counter, int]
}
type reset struct{ genserver.CastTo[*Counter] }
type Note struct {
	genserver.CastTo[*Counter]
	Text string
}
type tick struct{}

type Ref = genserver.Ref[*Counter]

func New() *Counter                         { return &Counter{seen: map[string]int{}} }
func Child(id string) supervisor.Child[Ref] { return supervisor.Server(id, New) }

func Increment(ctx context.Context, c Ref, by int) (int, error) {
	return genserver.Call(ctx, c, increment{by: by})
}
func Get(ctx context.Context, c Ref) (int, error) { return genserver.Call(ctx, c, get{}) }
func Lookup(ctx context.Context, c Ref, key string) (int, error) {
	return genserver.Call(ctx, c, lookup{key: key})
}
func Reset(ctx context.Context, c Ref) { genserver.Cast(ctx, c, reset{}) }

// Both is no client function: it does two calls.
func Both(ctx context.Context, a, b Ref) {
	genserver.Call(ctx, a, get{})
	genserver.Call(ctx, b, get{})
}

// Client is a reference with methods.
type Client struct{ Ref }

func (c Client) Slow(ctx context.Context) (int, error) { return genserver.Call(ctx, c, slow{}) }

func (s *Counter) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	c.SendEvery(time.Second, tick{})
	return c.OK()
}

func (s *Counter) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case increment:
		s.n += req.by
		return req.Reply(from, s.n)
	case get:
		return req.Reply(from, s.n)
	case lookup:
		return req.Reply(from, s.find(req.key))
	}
	return s.more(c, from, req)
}

func (s *Counter) more(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if m, ok := req.(slow); ok {
		time.Sleep(time.Second)
		s.log = append(s.log, "slow")
		return m.Reply(from, s.n)
	}
	if m, ok := req.(later); ok {
		caller := m.Caller(from)
		go func() { caller.Reply(1) }()
		return c.NoReply()
	}
	return c.Unhandled(req)
}

func (s *Counter) find(key string) int { return s.seen[key] }

func (s *Counter) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case reset:
		s.n = 0
		clear(s.seen)
	case Note:
		s.note(msg.Text)
	default:
		return c.Unhandled(msg)
	}
	return c.NoReply()
}

func (s *Counter) note(text string) { s.seen[text]++ }

func (s *Counter) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case tick, process.Down:
	}
	return c.NoReply()
}
