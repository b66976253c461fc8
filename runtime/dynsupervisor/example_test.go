package dynsupervisor_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Cart is what one customer is about to buy.
type Cart struct {
	customer string
	items    []string
}

type (
	put struct {
		genserver.CallTo[*Cart, int]
		item string
	}
	checkOut struct {
		genserver.CallTo[*Cart, string]
	}
)

func (s *Cart) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Cart) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case put:
		if req.item == "" {
			panic("no such item") // a crash of this customer's cart alone
		}
		s.items = append(s.items, req.item)
		return req.Reply(from, len(s.items))
	case checkOut:
		return req.Reply(from, fmt.Sprint(s.customer, " buys ", s.items)).Stop(process.Normal)
	}
	return c.Unhandled(req)
}

// CartOf describes the cart of a customer: it is made anew after a crash, and
// not after it was checked out.
func CartOf(customer string) supervisor.Child[genserver.Ref[*Cart]] {
	return supervisor.Server("cart", func() *Cart { return &Cart{customer: customer} }).Restart(supervisor.Transient)
}

// quiet is a context whose node does not log the crashes that the examples show.
func quiet() context.Context {
	return process.WithNode(context.Background(), process.NewNode("example", process.WithLogger(slog.New(slog.DiscardHandler))))
}

// run starts children as the tree of an example.
func run(ctx context.Context, children ...supervisor.Spec) (stop func()) {
	tree, err := supervisor.Start(ctx, supervisor.Supervisor("shop", supervisor.OneForOne, children))
	if err != nil {
		panic(err)
	}
	return func() { _ = supervisor.Stop(ctx, tree) }
}

// A process per customer.
func Example() {
	ctx := quiet()
	carts := dynsupervisor.New("carts", dynsupervisor.MaxChildren(2))
	defer run(ctx, carts)()

	cart, err := dynsupervisor.StartChild(ctx, carts.Ref(), CartOf("joe"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(genserver.Call(ctx, cart, put{item: "tea"}))
	fmt.Println(genserver.Call(ctx, cart, put{item: "cup"}))

	for _, customer := range []string{"mike", "robert"} {
		_, err := dynsupervisor.StartChild(ctx, carts.Ref(), CartOf(customer))
		fmt.Println(customer, errors.Is(err, dynsupervisor.ErrMaxChildren))
	}
	fmt.Println(genserver.Call(ctx, cart, checkOut{}))
	// Output:
	// 1 <nil>
	// 2 <nil>
	// mike false
	// robert true
	// joe buys [tea cup] <nil>
}

// With a template the supervisor's reference is all that is needed to start a child.
func ExampleTemplate() {
	ctx := quiet()
	carts := dynsupervisor.Template("carts", CartOf)
	defer run(ctx, carts)()

	cart, err := carts.Ref().StartChild(ctx, "joe")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(genserver.Call(ctx, cart, put{item: "tea"}))
	fmt.Println(dynsupervisor.CountChildren(ctx, carts.Ref()))
	// Output:
	// 1 <nil>
	// {1 1 0 1} <nil>
}

// A child that did not want to start is no failure, and can be told from one.
func ExampleStartChild() {
	ctx := quiet()
	jobs := dynsupervisor.New("jobs")
	defer run(ctx, jobs)()
	for _, result := range []error{nil, process.ErrIgnore, errors.New("disk full")} {
		job := supervisor.Opened("job",
			func(context.Context) (int, error) { return 0, result },
			func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
		_, err := dynsupervisor.StartChild(ctx, jobs.Ref(), job)
		switch {
		case errors.Is(err, process.ErrIgnore):
			fmt.Println("nothing to do")
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println("started")
		}
	}
	// Output:
	// started
	// nothing to do
	// child "job" failed to start: disk full
}

// A child is terminated by its process, which WhichChildren and the child's reference tell.
func ExampleTerminate() {
	ctx := quiet()
	carts := dynsupervisor.New("carts")
	defer run(ctx, carts)()
	cart, err := dynsupervisor.StartChild(ctx, carts.Ref(), CartOf("joe"))
	if err != nil {
		fmt.Println(err)
		return
	}
	pid, err := cart.Dest().Resolve(process.NodeOf(ctx))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(dynsupervisor.Terminate(ctx, carts.Ref(), pid))
	fmt.Println(errors.Is(dynsupervisor.Terminate(ctx, carts.Ref(), pid), supervisor.ErrNotFound))
	// Output:
	// <nil>
	// true
}
