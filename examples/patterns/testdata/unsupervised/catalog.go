// Package unsupervised is a server that starts a goroutine which nobody owns.
package unsupervised

import (
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

type catalog struct{ prices map[string]int }

type loaded struct {
	genserver.CastTo[*catalog]
	prices map[string]int
}

func Child(id string) supervisor.Child[genserver.Ref[*catalog]] {
	return supervisor.Server(id, func() *catalog { return &catalog{} })
}

func (s *catalog) Init(c *genserver.Context) genserver.Result {
	self := genserver.RefTo[*catalog](c.Self())
	go func() { // after a restart there are two of them, and a panic in one ends the program
		for {
			genserver.Cast(c, self, loaded{prices: load()})
			time.Sleep(time.Minute)
		}
	}()
	return c.OK()
}

func (s *catalog) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case loaded:
		s.prices = msg.prices
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func load() map[string]int { return map[string]int{"tea": 4} }
