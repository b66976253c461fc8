// Package tablebeside shows a table beside a server: many read the table without a message, the server alone decides
// what goes in, and a child of its own owns the table, so that it outlives the server's crash.
package tablebeside

import (
	"context"
	"errors"

	"github.com/otplint/otplint/runtime/ets"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

var (
	// ErrRate says that a rate makes no sense.
	ErrRate = errors.New("a rate must be positive")
	// ErrUnknown says that there is no rate for a currency.
	ErrUnknown = errors.New("no such currency")
)

type table = supervisor.Resource[*ets.Set[string, float64]]

// Rates is how the rest of the program holds table and server.
type Rates struct {
	table  table
	server genserver.Ref[*rates]
}

// Child is the table and, after it, the server. A crash of the server leaves the table; one of the table restarts both.
func Child(id string) supervisor.Child[Rates] {
	owner := ets.Child("table", func(ctx context.Context) (*ets.Set[string, float64], error) {
		return ets.NewSet[string, float64](ctx, ets.WithAccess(ets.Public))
	})
	server := supervisor.Server("server", func() *rates { return &rates{table: owner.Ref()} })
	tree := supervisor.Supervisor(id, supervisor.RestForOne, []supervisor.Spec{owner, server})
	return supervisor.Map(tree, func(supervisor.Ref) Rates { return Rates{owner.Ref(), server.Ref()} })
}

// Get reads the table, on the caller's goroutine: it waits for nobody.
func Get(ctx context.Context, r Rates, currency string) (float64, error) {
	t, err := r.table.Get() // for each use: after a restart it is another table
	if err != nil {
		return 0, err
	}
	rate, err := t.Get(ctx, currency)
	if errors.Is(err, ets.ErrNotFound) {
		return 0, ErrUnknown
	}
	return rate, err
}

// Set asks the server, which has the rules.
func Set(ctx context.Context, r Rates, currency string, rate float64) error {
	_, err := genserver.Call(ctx, r.server, set{currency: currency, rate: rate})
	return err
}

// rates is the server's state: all that it keeps is in the table.
type rates struct{ table table }

type set struct {
	genserver.CallTo[*rates, struct{}]
	currency string
	rate     float64
}

func (s *rates) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *rates) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case set:
		if req.rate <= 0 {
			return req.Fail(from, ErrRate)
		}
		t, err := s.table.Get()
		if err == nil {
			err = t.Put(c, req.currency, req.rate)
		}
		if err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, struct{}{})
	}
	return c.Unhandled(req)
}
