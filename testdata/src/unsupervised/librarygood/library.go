// Package librarygood has processes of the runtime's other packages that somebody owns.
package librarygood

import (
	"context"
	"log/slog"
	"time"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/ets"
	"github.com/otplint/otplint/runtime/partition"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
)

func watch(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Minute):
			slog.Info("still here")
		}
	}
}

// Tree has one of each.
func Tree() supervisor.Child[supervisor.Ref] {
	return supervisor.Supervisor("all", supervisor.OneForOne, []supervisor.Spec{
		agent.Child("hits", func() int { return 0 }),
		task.Child("watch", watch),
		task.Supervisor("tasks"),
		dynsupervisor.New("rooms"),
		partition.New("watches", 4, func(int) supervisor.Child[process.Dest] { return supervisor.Func("watch", watch) }),
	})
}

// App starts the tree.
var App = &application.App{
	Name: "all",
	Start: func(ctx context.Context) (application.Instance, error) {
		return application.Instance{Tree: Tree()}, nil
	},
}

// tasks are linked to whoever starts them, or under a supervisor, or over soon.
func tasks(ctx context.Context, c *process.Context, sup dynsupervisor.Ref) error {
	t := task.Async(ctx, func(ctx context.Context) (int, error) { return 0, watch(ctx) })
	if _, err := t.Await(ctx); err != nil {
		return err
	}
	if _, err := task.AsyncNoLink(ctx, sup, func(ctx context.Context) (int, error) { return 0, watch(ctx) }); err != nil {
		return err
	}
	task.StartIn(ctx, sup, watch)
	task.StartLink(c, watch)
	task.Start(ctx, func(context.Context) error { // once, and over
		slog.Info("done")
		return nil
	})
	return nil
}

// linked agents end with the process.
func linked(c *process.Context) error {
	_, err := agent.StartLink(c, func() int { return 0 })
	return err
}

// stopped ends what it has started.
func stopped(ctx context.Context) error {
	a, err := agent.Start(ctx, func() int { return 0 })
	if err != nil {
		return err
	}
	defer agent.Stop(ctx, a)
	return agent.Update(ctx, a, func(n int) int { return n + 1 })
}

// joined is linked from outside.
func joined(ctx context.Context, c *process.Context) error {
	a, err := agent.Start(ctx, func() int { return 0 })
	if err != nil {
		return err
	}
	pid, err := process.Spawn(ctx, func(c *process.Context) error { return watch(c) })
	if err == nil {
		process.Join(c.Self(), pid)
	}
	c.Link(a.Dest())
	return err
}

// handed on: the context of a task reaches its goroutines.
func handed(ctx context.Context) *task.Task[int] {
	return task.Async(ctx, func(ctx context.Context) (int, error) {
		go watch(ctx)
		return 1, nil
	})
}

// inTable runs functions where it stands.
func inTable(ctx context.Context, t *ets.Set[string, int]) error {
	_, err := t.Update(ctx, "n", func(old int, exists bool) int { return old + 1 })
	return err
}
