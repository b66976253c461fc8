package agent_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/otplint/otplint/runtime/agent"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// quiet is a context whose node does not log the crashes that the examples show.
func quiet() context.Context {
	return process.WithNode(context.Background(), process.NewNode("example", process.WithLogger(slog.New(slog.DiscardHandler))))
}

// An agent under a supervisor, which keeps the words that were seen.
func Example() {
	ctx := context.Background()
	words := agent.Child("words", func() map[string]int { return map[string]int{} })
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{words}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, sup)

	for _, w := range []string{"to", "be", "or", "not", "to", "be"} {
		agent.Cast(ctx, words.Ref(), func(seen map[string]int) map[string]int {
			seen[w]++ // the map is the agent's own
			return seen
		})
	}
	list, err := agent.Get(ctx, words.Ref(), func(seen map[string]int) []string {
		return slices.Sorted(maps.Keys(seen)) // new, not a part of the map
	})
	fmt.Println(list, err)
	// Output: [be not or to] <nil>
}

// A counter that hands out numbers: what reads and writes is one function.
func ExampleGetAndUpdate() {
	ctx := context.Background()
	next, err := agent.Start(ctx, func() int { return 1 })
	if err != nil {
		fmt.Println(err)
		return
	}
	defer agent.Stop(ctx, next)
	for range 3 {
		fmt.Println(agent.GetAndUpdate(ctx, next, func(n int) (int, int) { return n, n + 1 }))
	}
	// Output:
	// 1 <nil>
	// 2 <nil>
	// 3 <nil>
}

// A panic in a function is the agent's crash, and the caller gets it.
func ExampleUpdate_panic() {
	ctx := quiet()
	stock, err := agent.Start(ctx, func() []string { return nil })
	if err != nil {
		fmt.Println(err)
		return
	}
	err = agent.Update(ctx, stock, func(items []string) []string { return items[1:] })
	var crash *process.PanicError
	fmt.Println(errors.As(err, &crash))
	_, err = agent.Get(ctx, stock, func(items []string) int { return len(items) })
	fmt.Println(errors.Is(err, process.NoProc))
	// Output:
	// true
	// true
}

// A function that calls others does it with the agent's own context.
func ExampleDo() {
	ctx := context.Background()
	total, err := agent.Start(ctx, func() int { return 0 })
	if err != nil {
		fmt.Println(err)
		return
	}
	defer agent.Stop(ctx, total)
	_, err = agent.Do(ctx, total, func(ctx context.Context, n int) (string, int) {
		err := agent.Update(ctx, total, func(n int) int { return n + 1 }) // itself
		fmt.Println(errors.Is(err, genserver.ErrCallingSelf))
		return "", n
	})
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}
