package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// stock is a server for the examples; its messages have no client API here.
type stock struct{ items int }

type take struct {
	genserver.CallTo[*stock, int]
	n int
}

func (s *stock) Init(c *genserver.Context) genserver.Result {
	s.items = 10
	return c.OK()
}

func (s *stock) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case take:
		if req.n > s.items {
			panic("sold more than there is") // a crash: the supervisor starts a new incarnation
		}
		s.items -= req.n
		return req.Reply(from, s.items)
	}
	return c.Unhandled(req)
}

// quiet is a context whose node does not log the crashes that the examples show.
func quiet() context.Context {
	return process.WithNode(context.Background(), process.NewNode("example", process.WithLogger(slog.New(slog.DiscardHandler))))
}

// A child's reference survives its restarts.
func Example() {
	ctx := quiet()
	items := supervisor.Server("items", func() *stock { return new(stock) })
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{items}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, sup)

	fmt.Println(genserver.Call(ctx, items.Ref(), take{n: 3}))
	_, err = genserver.Call(ctx, items.Ref(), take{n: 100})
	fmt.Println("crashed:", err != nil)
	for { // the restart takes some microseconds
		left, err := genserver.Call(ctx, items.Ref(), take{n: 1})
		if errors.Is(err, process.NoProc) {
			continue
		}
		fmt.Println(left, err)
		break
	}
	// Output:
	// 7 <nil>
	// crashed: true
	// 9 <nil>
}

// Run ties a tree to a context, here to a timeout; a program uses signal.NotifyContext.
func ExampleRun() {
	ctx, cancel := context.WithTimeout(quiet(), 10*time.Millisecond)
	defer cancel()
	part := func(id string) supervisor.Spec {
		return supervisor.Func(id, func(ctx context.Context) error {
			<-ctx.Done()
			fmt.Println("stopped", id)
			return nil
		})
	}
	err := supervisor.Run(ctx, supervisor.Supervisor("root", supervisor.RestForOne,
		[]supervisor.Spec{part("database"), part("http")}))
	fmt.Println("run:", err)
	// Output:
	// stopped http
	// stopped database
	// run: <nil>
}

type database struct{ dsn string }

func (d *database) Close() error {
	fmt.Println("closed", d.dsn)
	return nil
}

// A Closer opens in its start and closes when it is stopped; siblings get what it opened from its reference.
func ExampleCloser() {
	ctx := quiet()
	db := supervisor.Closer("db", func(context.Context) (*database, error) { return &database{"memory"}, nil })
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{db}))
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := db.Ref().Get()
	fmt.Println(d.dsn, err)
	fmt.Println(supervisor.Stop(ctx, sup))
	// Output:
	// memory <nil>
	// closed memory
	// <nil>
}

// A supervisor takes more children while it runs.
func ExampleStartChild() {
	ctx := quiet()
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("root", supervisor.OneForOne, nil))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, sup)
	items, err := supervisor.StartChild(ctx, sup, supervisor.Server("items", func() *stock { return new(stock) }))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(genserver.Call(ctx, items, take{n: 1}))
	_, err = supervisor.StartChild(ctx, sup, supervisor.Server("items", func() *stock { return new(stock) }))
	fmt.Println(err != nil)
	fmt.Println(supervisor.DeleteChild(ctx, sup, "items"))
	// Output:
	// 9 <nil>
	// true
	// supervisor: child "items": the child is running
}
