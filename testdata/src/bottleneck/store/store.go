// Package store has a server that answers from memory, and its client API.
package store

import (
	"context"
	"maps"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Store struct{ items map[string]int }

type Ref = genserver.Ref[*Store]

// Client is a reference with methods.
type Client struct{ Ref }

type get struct {
	genserver.CallTo[*Store, int]
	key string
}

type list struct {
	genserver.CallTo[*Store, map[string]int]
}

type put struct {
	genserver.CallTo[*Store, int]
	key string
	n   int
}

type touch struct {
	genserver.CastTo[*Store]
	key string
}

func New() *Store { return &Store{items: map[string]int{}} }

func Child(id string) supervisor.Child[Ref] { return supervisor.Server(id, New) }

func ClientChild(id string) supervisor.Child[Client] {
	return supervisor.Map(Child(id), func(r Ref) Client { return Client{r} })
}

func Get(ctx context.Context, s Ref, key string) (int, error) {
	return genserver.Call(ctx, s, get{key: key})
}

func List(ctx context.Context, s Ref) (map[string]int, error) { return genserver.Call(ctx, s, list{}) }

func Put(ctx context.Context, s Ref, key string, n int) (int, error) {
	return genserver.Call(ctx, s, put{key: key, n: n})
}

func Touch(ctx context.Context, s Ref, key string) { genserver.Cast(ctx, s, touch{key: key}) }

func (c Client) Get(ctx context.Context, key string) (int, error) { return Get(ctx, c.Ref, key) }

func (c Client) List(ctx context.Context) (map[string]int, error) {
	return genserver.Call(ctx, c, list{})
}

func (s *Store) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Store) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case get:
		return req.Reply(from, s.items[req.key])
	case list:
		return req.Reply(from, maps.Clone(s.items))
	case put:
		s.items[req.key] = req.n
		return req.Reply(from, req.n)
	}
	return c.Unhandled(req)
}

func (s *Store) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case touch:
		s.items[msg.key]++
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
