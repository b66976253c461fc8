// Package ledger is the inside of package app.
package ledger

import "github.com/otplint/otplint/runtime/genserver"

type Ledger struct{}

type Book struct{ genserver.CastTo[*Ledger] }

func (l *Ledger) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (l *Ledger) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case Book:
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
