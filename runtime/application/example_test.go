package application_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// quiet is a context whose node does not log what the examples do.
func quiet() context.Context {
	return process.WithNode(context.Background(), process.NewNode("example", process.WithLogger(slog.New(slog.DiscardHandler))))
}

// worker is a tree of one child that waits to be stopped.
func worker(id string) supervisor.Child[supervisor.Ref] {
	serve := supervisor.Func(id, func(ctx context.Context) error { <-ctx.Done(); return nil })
	return supervisor.Supervisor(id, supervisor.OneForOne, []supervisor.Spec{serve})
}

// An application starts after what it needs and stops before it. The main function of such a program is
// os.Exit(application.Run(shop)).
func Example() {
	db := &application.App{
		Name: "db",
		Start: func(context.Context) (application.Instance, error) {
			fmt.Println("open the database")
			return application.Instance{
				Tree: worker("pool"),
				Stop: func(context.Context) { fmt.Println("close the database") },
			}, nil
		},
	}
	shop := &application.App{
		Name:  "shop",
		Needs: []*application.App{db},
		Mode:  application.Permanent,
		Start: func(context.Context) (application.Instance, error) {
			fmt.Println("open the shop")
			return application.Instance{
				Tree:     worker("counter"),
				PrepStop: func(context.Context) { fmt.Println("turn the sign") },
				Stop:     func(context.Context) { fmt.Println("the shop is closed") },
			}, nil
		},
	}

	var ctl application.Controller
	ctx := quiet()
	started, err := ctl.EnsureAllStarted(ctx, shop)
	fmt.Println(started[0].Name, started[1].Name, err)
	fmt.Println(ctl.Shutdown(ctx))
	// Output:
	// open the database
	// open the shop
	// db shop <nil>
	// turn the sign
	// the shop is closed
	// close the database
	// <nil>
}

// The environment has defaults, may be changed before the start, and is reached by whatever runs in the tree.
func ExampleKey() {
	const greeting application.Key[string] = "greeting"
	said := make(chan string)
	app := &application.App{
		Name: "hello",
		Env:  []application.Setting{greeting.Value("good morning")},
		Start: func(context.Context) (application.Instance, error) {
			hello := supervisor.Func("hello", func(ctx context.Context) error {
				said <- greeting.Get(ctx, "hello")
				<-ctx.Done()
				return nil
			})
			return application.Instance{Tree: supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{hello})}, nil
		},
	}

	var ctl application.Controller
	ctx := quiet()
	for _, change := range []string{"", "good evening"} {
		if change != "" {
			if err := greeting.Put(ctl.In(ctx, app), change); err != nil {
				fmt.Println(err)
			}
		}
		if err := ctl.Start(ctx, app); err != nil {
			fmt.Println(err)
		}
		fmt.Println(<-said)
		if err := ctl.Stop(ctx, app); err != nil {
			fmt.Println(err)
		}
	}
	_, err := greeting.Fetch(ctx)
	fmt.Println(err)
	// Output:
	// good morning
	// good evening
	// application: the context belongs to no application: key "greeting"
}

// State goes from Start to PrepStop and to Stop as a variable. A phase runs when the whole tree stands.
func ExampleInstance() {
	app := &application.App{Name: "journal", Start: func(context.Context) (application.Instance, error) {
		var journal strings.Builder
		note := func(text string) func(context.Context) {
			return func(context.Context) { journal.WriteString(text + "; ") }
		}
		return application.Instance{
			Tree: worker("writer"),
			Phases: []application.Phase{{Name: "announce", Run: func(ctx context.Context) error {
				note("announced")(ctx)
				return nil
			}}},
			PrepStop: note("no more entries"),
			Stop:     func(context.Context) { fmt.Println(journal.String()) },
		}, nil
	}}

	var ctl application.Controller
	ctx := quiet()
	if err := ctl.Start(ctx, app); err != nil {
		fmt.Println(err)
	}
	if err := ctl.Stop(ctx, app); err != nil {
		fmt.Println(err)
	}
	// Output: announced; no more entries;
}

// Run of a controller is for programs that are embedded or tested: it ends with a context instead of a signal.
func ExampleController_Run() {
	app := &application.App{Name: "once", Mode: application.Permanent, Start: func(context.Context) (application.Instance, error) {
		failing := supervisor.Func("failing", func(context.Context) error { return fmt.Errorf("no disk") })
		return application.Instance{Tree: supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{failing})}, nil
	}}
	err := new(application.Controller).Run(quiet(), app)
	fmt.Println(err)
	// Output: application: permanent application "once" ended: shutdown: child "failing" ended after 3 restarts in 5s: no disk
}
