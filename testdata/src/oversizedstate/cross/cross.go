// Package cross gives its state to another package.
package cross

import (
	"otplint.test/oversizedstate/lib"

	"github.com/otplint/otplint/runtime/genserver"
)

type Server struct {
	evicted map[string]int
	counted map[string]int // want `counted only grows: 1 of 1 messages of Server adds to it \(put\)`
	lru     lib.LRU
	ptr     *lib.LRU
	trimmed []string
	book    lib.Book // of another package: judged where it is declared, if at all
}

type put struct {
	genserver.CallTo[*Server, int]
	id string
}

func (s *Server) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case put:
		s.evicted[req.id]++
		lib.Evict(s.evicted)
		s.counted[req.id]++
		s.lru.Add(req.id, 1)
		s.ptr.Add(req.id, 1)
		s.trimmed = append(s.trimmed, req.id)
		lib.Trim(&s.trimmed)
		s.book.Lines = append(s.book.Lines, req.id)
		return req.Reply(from, lib.Count(s.counted))
	}
	return c.Unhandled(req)
}
