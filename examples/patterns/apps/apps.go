// Package apps shows a program made of parts that are written apart: applications, each of which starts after what it
// needs and stops before it.
package apps

import (
	"context"
	"log/slog"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Limit is a value in the environment of the application Quotas, with its type.
const Limit application.Key[int] = "limit"

// Quotas is a part that others use. They reach its server by name: each start of an application makes its own tree.
var Quotas = &application.App{
	Name: "quotas",
	Env:  []application.Setting{Limit.Value(10)}, // the default
	Start: func(ctx context.Context) (application.Instance, error) {
		limit := Limit.Get(ctx, 0)
		left := agent.Child("left", func() int { return limit }, genserver.WithName("quotas"))
		return application.Instance{
			Tree: supervisor.Supervisor("quotas", supervisor.OneForOne, []supervisor.Spec{left}),
		}, nil
	},
}

// Take takes one of what is left, if there is one.
func Take(ctx context.Context) (ok bool, err error) {
	left := genserver.Named[*agent.Agent[int]]("quotas")
	return agent.GetAndUpdate(ctx, left, func(n int) (bool, int) { return n > 0, max(n-1, 0) })
}

// Shop is the part without which the program makes no sense. Its main function is os.Exit(application.Run(Shop)).
var Shop = &application.App{
	Name:  "shop",
	Needs: []*application.App{Quotas},
	Mode:  application.Permanent, // if its tree gives up, all others stop, too, and the exit code is 1
	Start: func(ctx context.Context) (application.Instance, error) {
		return application.Instance{
			Tree:     supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{supervisor.Func("sell", sell)}),
			PrepStop: func(context.Context) { slog.Info("no new customers") },
			Stop:     func(context.Context) { slog.Info("the shop is closed") },
		}, nil
	},
}

func sell(ctx context.Context) error {
	if _, err := Take(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
