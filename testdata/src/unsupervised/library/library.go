// Package library starts processes of the runtime's other packages that nobody owns.
package library

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/task"
)

func dropped(ctx context.Context) error {
	_, err := agent.Start(ctx, func() int { return 0 }) // want `agent.Agent\[int\] is started outside a supervision tree.*\(agent.StartLink\)`
	return err
}

// Cache holds an agent, and only talks to it.
type Cache struct{ values agent.Ref[map[string]int] }

func NewCache(ctx context.Context) (c *Cache, err error) {
	c = &Cache{}
	c.values, err = agent.Start(ctx, func() map[string]int { return map[string]int{} }) // want `agent.Agent\[map\[string\]int\] is started outside`
	return c, err
}

func (c *Cache) Get(ctx context.Context, key string) (int, error) {
	return agent.Get(ctx, c.values, func(m map[string]int) int { return m[key] })
}

// forget starts work that lasts, for which nobody answers.
func forget(ctx context.Context) {
	task.Start(ctx, func(ctx context.Context) error { // want `process is started outside a supervision tree.*\(task.StartLink\)`
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(time.Minute):
				slog.Info("still here")
			}
		}
	})
}

// inside starts goroutines in what processes run: they are judged like others.
func inside(ctx context.Context) *task.Task[int] {
	return task.Async(ctx, func(ctx context.Context) (int, error) {
		go func() { // want `goroutine has no owner: the loop at library.go:\d+ never ends`
			for {
				time.Sleep(time.Second)
				http.Get("http://example.com")
			}
		}()
		return 1, nil
	})
}
