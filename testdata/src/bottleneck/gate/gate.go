// Package gate has a server that waits for the network in its handler.
package gate

import (
	"context"
	"net/http"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Gate struct {
	codes map[string]int
	hits  int
}

type Ref = genserver.Ref[*Gate]

type fetch struct {
	genserver.CallTo[*Gate, int]
	url string
}

type hit struct{ genserver.CallTo[*Gate, int] }

func Child(id string) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *Gate { return &Gate{codes: map[string]int{}} })
}

func Fetch(ctx context.Context, g Ref, url string) (int, error) {
	return genserver.Call(ctx, g, fetch{url: url})
}

func Hit(ctx context.Context, g Ref) (int, error) { return genserver.Call(ctx, g, hit{}) }

func (g *Gate) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (g *Gate) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case fetch:
		code, err := g.get(req.url)
		if err != nil {
			return req.Fail(from, err)
		}
		g.codes[req.url] = code
		return req.Reply(from, code)
	case hit:
		g.hits++
		return req.Reply(from, g.hits)
	}
	return c.Unhandled(req)
}

func (g *Gate) get(url string) (int, error) {
	resp, err := http.Get(url)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}
