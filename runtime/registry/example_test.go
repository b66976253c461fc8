package registry_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

// run runs the function in a process of its own, for the examples.
func run(ctx context.Context, f func(c *process.Context) error) {
	pid, err := process.Spawn(ctx, f)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = process.Wait(ctx, pid)
}

// A room for each name, started when somebody first wants it.
func ExampleGetOrStart() {
	ctx := context.Background()
	names := registry.New[string, int]("names")
	rooms := dynsupervisor.New("rooms")
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("chat", supervisor.RestForOne, []supervisor.Spec{names, rooms}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, sup)

	// A server's package has a function such as this.
	inRoom := func(name, text string) (int, error) {
		child := supervisor.Server("room", newRoom).Restart(supervisor.Temporary)
		r, err := registry.GetOrStart(ctx, names.Ref(), name, 0, rooms.Ref(), child)
		if err != nil {
			return 0, err
		}
		return genserver.Call(ctx, r, say{text: text})
	}
	fmt.Println(inRoom("lobby", "hello"))
	fmt.Println(inRoom("lobby", "anybody here?"))
	fmt.Println(inRoom("kitchen", "hello"))
	// Output:
	// 1 <nil>
	// 2 <nil>
	// 1 <nil>
}

// A process registers itself; its entry goes with it.
func ExampleRegistry_Register() {
	ctx := context.Background()
	workers := registry.New[string, int]("workers")
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{workers}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, sup)

	r := workers.Ref()
	run(ctx, func(c *process.Context) error {
		fmt.Println(r.Register(c, "printer", 3))
		e, ok := r.Lookup("printer")
		fmt.Println(e.Value, ok)
		fmt.Println(errors.Is(r.Register(c, "printer", 4), process.ErrNameTaken))
		return nil
	})
	_, ok := r.Lookup("printer") // it has ended
	fmt.Println(ok)
	// Output:
	// <nil>
	// 3 true
	// true
	// false
}

// A server that is registered at its start, and at each restart.
func ExampleVia() {
	ctx := context.Background()
	names := registry.New[string, int]("names")
	lobby := supervisor.Server("lobby", newRoom).Via(names.Ref().Entry("lobby", 0))
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("root", supervisor.RestForOne, []supervisor.Spec{names, lobby}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, sup)

	found := registry.Via[*room](names.Ref(), "lobby")
	fmt.Println(genserver.Call(ctx, found, say{text: "hello"}))
	_, err = genserver.Call(ctx, registry.Via[*room](names.Ref(), "cellar"), say{text: "hello"})
	fmt.Println(errors.Is(err, process.NoProc))
	// Output:
	// 1 <nil>
	// true
}

// Duplicate keys: who can do something, and with what capacity.
func ExampleRegistry_Dispatch() {
	ctx := context.Background()
	skills := registry.New[string, int]("skills", registry.Duplicate())
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{skills}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer supervisor.Stop(ctx, sup)

	r := skills.Ref()
	for _, capacity := range []int{2, 5, 3} {
		s, err := genserver.Start(ctx, newRoom, genserver.WithVia(r.Entry("resize", capacity)))
		if err != nil {
			fmt.Println(err)
			return
		}
		defer genserver.Stop(ctx, s, nil)
	}
	r.Dispatch("resize", func(entries []registry.Entry[string, int]) {
		best := slices.MaxFunc(entries, func(a, b registry.Entry[string, int]) int { return a.Value - b.Value })
		fmt.Println(len(entries), "can; the best has", best.Value)
	})
	fmt.Println(r.CountMatch("resize", func(capacity int) bool { return capacity >= 3 }))
	// Output:
	// 3 can; the best has 5
	// 2
}
