package dynsupervisor_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// A hundred thousand children start, live, are restarted and terminated, and stop.
func TestMany(t *testing.T) {
	const crashed, terminated = 1000, 1000
	node := process.NewNode("many", process.WithLogger(slog.New(slog.DiscardHandler)))
	ctx := process.WithNode(context.Background(), node)
	sup, err := dynsupervisor.Start(ctx, "sup", dynsupervisor.Intensity(crashed, time.Hour), dynsupervisor.MaxChildren(many))
	if err != nil {
		t.Fatal(err)
	}
	described := supervisor.Server("room", newRoom)
	rooms := make([]genserver.Ref[*room], many)
	for i := range rooms {
		if rooms[i], err = dynsupervisor.StartChild(ctx, sup, described); err != nil {
			t.Fatal(err)
		}
	}
	pid := func(i int) process.PID {
		pid, err := rooms[i].Dest().Resolve(node)
		if err != nil {
			t.Fatal(err)
		}
		return pid
	}
	for i := range crashed {
		process.Exit(ctx, pid(i), errBoom)
	}
	for i := range terminated {
		if err := dynsupervisor.Terminate(ctx, sup, pid(crashed+i)); err != nil {
			t.Fatal(err)
		}
	}
	want := supervisor.Counts{Specs: many - terminated, Active: many - terminated, Workers: many - terminated}
	for begun := time.Now(); node.Restarts()["sup"] < crashed; { // whose restarts take a moment
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("%d restarts", node.Restarts()["sup"])
		}
		time.Sleep(time.Millisecond)
	}
	if got, err := dynsupervisor.CountChildren(ctx, sup); got != want || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	for i, r := range rooms {
		n, err := genserver.Call(ctx, r, enter{})
		if gone := i >= crashed && i < crashed+terminated; gone != (err != nil) || !gone && n != 1 {
			t.Fatalf("room %d: %d, %v", i, n, err)
		}
	}
	if err := dynsupervisor.Stop(ctx, sup); err != nil {
		t.Fatal(err)
	}
	for pid := range node.Processes() {
		if pid.Alive() {
			t.Fatalf("%v is left", pid)
		}
	}
}
