package process_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// A plain process is a function with a mailbox.
func Example() {
	ctx := context.Background()
	type ping struct{ from process.PID }

	echo, _ := process.Spawn(ctx, func(c *process.Context) error {
		for {
			msg, err := process.Receive(c)
			if err != nil {
				return err // an exit signal's reason
			}
			if p, ok := msg.(ping); ok {
				process.Send(c, p.from, "pong")
			}
		}
	})

	client, _ := process.Spawn(ctx, func(c *process.Context) error {
		process.Send(c, echo, ping{from: c.Self()})
		msg, err := process.Receive(c, process.After(time.Second))
		fmt.Println(msg)
		return err
	})
	process.Wait(ctx, client)

	process.Exit(ctx, echo, process.Shutdown)
	process.Wait(ctx, echo)
	fmt.Println(echo.Alive())
	// Output:
	// pong
	// false
}

// A monitor tells how another process ended, whatever ended it.
func ExampleContext_Monitor() {
	ctx := context.Background()
	watcher, _ := process.Spawn(ctx, func(c *process.Context) error {
		fragile, err := process.Spawn(c, func(*process.Context) error {
			return errors.New("disk full")
		})
		if err != nil {
			return err
		}
		c.Monitor(fragile)
		down, err := process.ReceiveMatch(c, func(process.Down) bool { return true })
		fmt.Println("it ended:", errors.Is(down.Reason, process.NoProc) || down.Reason.Error() == "disk full")
		return err
	})
	process.Wait(ctx, watcher)
	// Output: it ended: true
}

// Selective receive takes a message out of turn; the others keep their order.
func ExampleReceiveMatch() {
	ctx := context.Background()
	pid, _ := process.Spawn(ctx, func(c *process.Context) error {
		urgent, err := process.ReceiveMatch(c, func(n int) bool { return n < 0 })
		if err != nil {
			return err
		}
		next, err := process.Receive(c)
		fmt.Println(urgent, next)
		return err
	})
	for _, n := range []int{1, 2, -3} {
		process.Send(ctx, pid, n)
	}
	process.Wait(ctx, pid)
	// Output: -3 1
}

// Each node has names of its own, so parallel tests do not meet.
func ExampleNode() {
	ctx := process.WithNode(context.Background(), process.NewNode("test"))
	stop := make(chan struct{})
	pid, _ := process.Spawn(ctx, func(*process.Context) error { <-stop; return nil },
		process.WithName("db"))

	there, ok := process.WhereIs(ctx, "db")
	fmt.Println(ok, there == pid)
	_, ok = process.WhereIs(context.Background(), "db")
	fmt.Println(ok)
	close(stop)
	// Output:
	// true true
	// false
}
