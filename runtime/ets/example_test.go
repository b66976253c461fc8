package ets_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/otplint/otplint/runtime/ets"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// quiet is a context whose node does not log the crashes that the examples show.
func quiet() context.Context {
	return process.WithNode(context.Background(), process.NewNode("example", process.WithLogger(slog.New(slog.DiscardHandler))))
}

// in runs a function in a process, which a program's servers are anyway.
func in(ctx context.Context, f func(ctx context.Context)) {
	pid, err := process.Spawn(ctx, func(c *process.Context) error { f(c); return nil })
	if err == nil {
		_, _ = process.Wait(ctx, pid)
	}
}

// till is a server beside a table: what it sells it takes from there.
type till struct {
	stock supervisor.Resource[*ets.Set[string, int]]
}

type sell struct {
	genserver.CallTo[*till, int]
	item string
}

func (t *till) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (t *till) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case sell:
		stock, err := t.stock.Get()
		if err != nil {
			return req.Fail(from, err)
		}
		left, err := ets.UpdateCounter(c, stock, req.item, -1)
		if err != nil {
			panic(err) // a crash: the supervisor starts a new till
		}
		return req.Reply(from, left)
	}
	return c.Unhandled(req)
}

// A table beside a server: another child owns it, so that it outlives the
// server's crash. Readers go to the table, not to the server's mailbox.
func ExampleChild() {
	ctx := quiet()
	stock := ets.Child("stock", func(ctx context.Context) (*ets.Set[string, int], error) {
		t, err := ets.NewSet[string, int](ctx, ets.Named("stock"), ets.WithAccess(ets.Public))
		if err != nil {
			return nil, err
		}
		return t, t.PutAll(ctx, maps.All(map[string]int{"apples": 3, "pears": 5}))
	})
	tills := supervisor.Server("till", func() *till { return &till{stock.Ref()} })
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("shop", supervisor.RestForOne, []supervisor.Spec{stock, tills}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, sup)

	fmt.Println(genserver.Call(ctx, tills.Ref(), sell{item: "apples"}))
	_, err = genserver.Call(ctx, tills.Ref(), sell{item: "plums"})
	fmt.Println("crashed:", errors.Is(err, ets.ErrNotFound))

	table, err := stock.Ref().Get()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(table.Get(ctx, "apples"))
	// Output:
	// 2 <nil>
	// crashed: true
	// 2 <nil>
}

// A table that is found by its name, and an update that is one step.
func ExampleFind() {
	in(quiet(), func(ctx context.Context) {
		visits, err := ets.NewSet[string, int](ctx, ets.Named("visits"))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(ets.UpdateCounter(ctx, visits, "ann", 1, ets.Default(0)))
		fmt.Println(ets.UpdateCounter(ctx, visits, "ann", 1, ets.Default(0)))

		found, err := ets.Find[*ets.Set[string, int]](ctx, "visits")
		fmt.Println(found == visits, err)
		_, err = ets.Find[*ets.Set[string, string]](ctx, "visits")
		fmt.Println(err)
	})
	// Output:
	// 1 <nil>
	// 2 <nil>
	// true <nil>
	// ets: table "visits" is a *ets.Set[string,int], not a *ets.Set[string,string]
}

// An ordered set answers what lies next to a key, and in a range.
func ExampleOrderedSet() {
	in(quiet(), func(ctx context.Context) {
		rates, err := ets.NewOrderedSet[string, float64](ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = rates.PutAll(ctx, maps.All(map[string]float64{"2024-01": 4.5, "2024-06": 4.25, "2025-03": 3.75}))
		fmt.Println(rates.Prev(ctx, "2024-12")) // what held in December
		for month, rate := range rates.Ascend(ctx, "2024-02") {
			fmt.Println(month, rate)
		}
		_, _, err = rates.Next(ctx, "2025-03")
		fmt.Println(err)
	})
	// Output:
	// 2024-06 4.25 <nil>
	// 2024-06 4.25
	// 2025-03 3.75
	// ets: no such key
}

// A bag keeps several values per key, such as who wants to hear of what.
func ExampleBag() {
	in(quiet(), func(ctx context.Context) {
		wants, err := ets.NewBag[string, string](ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, name := range []string{"bob", "ann", "bob"} {
			_ = wants.Put(ctx, "news", name)
		}
		fmt.Println(wants.Get(ctx, "news"))
		_ = wants.DeleteObject(ctx, "news", "bob")
		fmt.Println(wants.Get(ctx, "news"))
	})
	// Output:
	// [bob ann] <nil>
	// [ann] <nil>
}

// A keeper is the heir of the table that it gives away, so that nobody but
// the worker writes to it and it outlives the worker.
func ExampleHeir() {
	in(quiet(), func(keeper context.Context) {
		c, _ := process.ContextOf(keeper)
		table, err := ets.NewSet[string, string](keeper)
		if err != nil {
			fmt.Println(err)
			return
		}
		worker, err := process.Spawn(keeper, func(c *process.Context) error {
			transfer, err := process.Receive(c)
			if err != nil {
				return err
			}
			t := transfer.(ets.Transfer).Table.(*ets.Set[string, string])
			return errors.Join(t.Put(c, "done", "half"), errors.New("crash"))
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = table.SetHeir(keeper, c.Self(), "back from the worker")
		_ = table.GiveAway(keeper, worker, nil)

		back, err := process.ReceiveMatch(c, func(ets.Transfer) bool { return true }, process.After(time.Minute))
		fmt.Println(back.Data, back.From == worker, err)
		fmt.Println(table.Get(keeper, "done"))
	})
	// Output:
	// back from the worker true <nil>
	// half <nil>
}

// A table that makes copies shares memory with nobody.
func ExampleCopy() {
	in(quiet(), func(ctx context.Context) {
		routes, err := ets.NewSet[string, map[string]int](ctx, ets.Copy(maps.Clone[map[string]int]))
		if err != nil {
			fmt.Println(err)
			return
		}
		mine := map[string]int{"north": 1}
		_ = routes.Put(ctx, "a", mine)
		mine["north"] = 100
		fmt.Println(routes.Get(ctx, "a"))
	})
	// Output: map[north:1] <nil>
}
