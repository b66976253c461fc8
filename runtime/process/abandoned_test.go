package process

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A process that is killed when its code has returned, but its crash is still being logged, does not count as abandoned for ever.
func TestKilledWhileItsCrashIsLogged(t *testing.T) {
	boom := errors.New("boom")
	for name, start := range map[string]func(n *Node) (PID, error){
		"plain": func(n *Node) (PID, error) {
			return Spawn(WithNode(t.Context(), n), func(*Context) error { return boom }, WithName("x"))
		},
		"plain, panic": func(n *Node) (PID, error) {
			return Spawn(WithNode(t.Context(), n), func(*Context) error { panic(boom) }, WithName("x"))
		},
		"driven": func(n *Node) (PID, error) {
			pid, err := Start(WithNode(t.Context(), n), &driven{handle: func(*Context, *Envelope) error { return boom }}, WithName("x"))
			Send(t.Context(), pid, "fail")
			return pid, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := new(lines)
				node := NewNode("test", WithLogger(log.logger()))
				ctx := WithNode(t.Context(), node)
				log.then = func(msg string) {
					if pid, ok := WhereIs(ctx, "x"); ok && msg == "process crashed" {
						Exit(ctx, pid, Kill)
					}
				}
				pid, err := start(node)
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if pid.Alive() || node.Abandoned() != 0 {
					t.Errorf("alive %v, %d abandoned", pid.Alive(), node.Abandoned())
				}
				if want := 2; len(log.take()) != want { // the crash, the warning
					t.Errorf("want %d lines in the log", want)
				}
			})
		})
	}
}

// Whenever a short process is killed, it is not abandoned once its code has returned.
func TestKilledOnTheWayOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node := NewNode("test", WithLogger(new(lines).logger()))
		ctx := WithNode(t.Context(), node)
		for i := range 2000 {
			pid, err := Spawn(ctx, func(*Context) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			spin(i % 64)
			Exit(ctx, pid, Kill)
		}
		synctest.Wait()
		if n, listed := node.Abandoned(), slices.Collect(node.Processes()); n != 0 || len(listed) != 0 {
			t.Errorf("%d abandoned, listed %v", n, listed)
		}
	})
}

// Looking for the stack of what is abandoned stops the world, so it happens once a second at most, however many are killed.
func TestStacksAreRare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node := NewNode("test", WithLogger(new(lines).logger()))
		ctx, release := WithNode(t.Context(), node), make(chan struct{})
		looked := func() bool {
			before := node.lastDump.Load()
			pid, err := Spawn(ctx, func(*Context) error { <-release; return nil })
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			Exit(ctx, pid, Kill)
			return node.lastDump.Load() != before
		}
		if !looked() || looked() {
			t.Error("want a look at the first one's stack only")
		}
		time.Sleep(dumpEvery)
		if !looked() || looked() {
			t.Error("want a look at the first one's stack only, a second later")
		}
		close(release)
	})
}
