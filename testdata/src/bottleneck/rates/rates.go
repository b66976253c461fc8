// Package rates keeps a map in an agent, behind functions with names of their own.
package rates

import (
	"context"
	"maps"
	"net/http"
	"time"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Cents by currency.
type Cents map[string]int

type Ref = agent.Ref[Cents]

func Child(id string) supervisor.Child[Ref] {
	return agent.Child(id, func() Cents { return Cents{"EUR": 100} })
}

func Get(ctx context.Context, r Ref, currency string) (int, error) {
	return agent.Get(ctx, r, func(c Cents) int { return c[currency] })
}

func All(ctx context.Context, r Ref) (Cents, error) {
	return agent.Get(ctx, r, func(c Cents) Cents { return maps.Clone(c) })
}

func Set(ctx context.Context, r Ref, currency string, n int) error {
	return agent.Update(ctx, r, func(c Cents) Cents {
		c[currency] = n
		return c
	})
}

// Count looks like a read, and writes through what it is given.
func Count(ctx context.Context, r Ref) (int, error) {
	return agent.Get(ctx, r, func(c Cents) int {
		c["asked"]++
		return len(c)
	})
}

// Refresh waits for others in the agent.
func Refresh(ctx context.Context, r Ref, url string) error {
	return agent.Update(ctx, r, func(c Cents) Cents {
		time.Sleep(time.Second)
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
		}
		return c
	})
}
