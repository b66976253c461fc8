package observer_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// shelf is a server with a state to show.
type shelf struct {
	Items map[string]int
	owner string
}

type (
	take  struct{ genserver.CallTo[*shelf, int] }
	crash struct{ genserver.CastTo[*shelf] }
	hang  struct {
		genserver.CastTo[*shelf]
		until <-chan struct{}
	}
)

func newShelf() *shelf { return &shelf{Items: map[string]int{"secret-apples": 3}, owner: "joe"} }

func (s *shelf) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *shelf) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case take:
		s.Items["secret-apples"]--
		return req.Reply(from, s.Items["secret-apples"])
	}
	return c.Unhandled(req)
}

func (s *shelf) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case crash:
		panic(errors.New("the shelf broke"))
	case hang:
		<-msg.until
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// session is a server as there are many.
type session struct{ user string }

func (s *session) Init(c *genserver.Context) genserver.Result { return c.OK() }

// published is a table or a registry, for the page that lists them.
type published process.Summary

func (p published) Summary() process.Summary { return process.Summary(p) }

type broken struct{}

func (broken) Summary() process.Summary { panic("torn") }

// demo is a shop with all that the observer shows.
type demo struct {
	t        testing.TB
	ctx      context.Context
	node     *process.Node
	root     supervisor.Ref
	stock    genserver.Ref[*shelf] // handles calls, has crashed twice
	busy     genserver.Ref[*shelf] // hangs, with messages in its mailbox
	sessions dynsupervisor.Ref
	freed    chan struct{} // ends the hanging
	free     func()        // closes it
}

const evil = `<script>alert("x")</script>`

func newDemo(t testing.TB, sessions int) *demo {
	t.Helper()
	d := &demo{t: t, node: process.NewNode("shop", process.WithLogger(slog.New(slog.DiscardHandler))), freed: make(chan struct{})}
	d.free = sync.OnceFunc(func() { close(d.freed) })
	d.ctx = process.WithNode(context.Background(), d.node)
	stock, busy := supervisor.Server("stock", newShelf, genserver.WithName("stock")), supervisor.Server("orders", newShelf, genserver.Bounded(50, process.Refuse))
	live := dynsupervisor.New("sessions")
	var counters []supervisor.Spec
	for i := range 4 {
		counters = append(counters, supervisor.Server(fmt.Sprint(i), newShelf))
	}
	root, err := supervisor.Start(d.ctx, supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Server(evil, newShelf),
		stock, busy,
		supervisor.Supervisor("counters", supervisor.OneForOne, counters),
		live,
		supervisor.Func("janitor", func(ctx context.Context) error { <-ctx.Done(); return nil }).Restart(supervisor.Transient),
		supervisor.Func("migration", func(ctx context.Context) error { return nil }).Restart(supervisor.Transient),
	}, supervisor.Intensity(100, time.Second)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.free()
		if err := supervisor.Stop(d.ctx, root); err != nil {
			t.Error(err)
		}
	})
	d.root, d.stock, d.busy, d.sessions = root, stock.Ref(), busy.Ref(), live.Ref()
	for i := range sessions {
		d.login(fmt.Sprint("user-", i))
	}
	for range 2 {
		d.crashStock()
	}
	genserver.Cast(d.ctx, d.busy, hang{until: d.freed})
	d.await("orders hangs", func() bool { info, _ := process.InfoOf(d.ctx, d.pid(d.busy.Dest())); return info.Busy })
	for range 60 {
		genserver.Cast(d.ctx, d.busy, hang{until: d.freed})
	}
	d.publish("table", "products", published{"ets.Set[string, shop.Product]", d.pid(d.stock.Dest()), 12345})
	d.publish("table", evil, broken{})
	d.publish("registry", "users", published{"registry.Registry[string, string]", process.PID{}, sessions})
	return d
}

// login starts a session with a registered name.
func (d *demo) login(user string) process.PID {
	d.t.Helper()
	ref, err := dynsupervisor.StartChild(d.ctx, d.sessions,
		supervisor.Server("session", func() *session { return &session{user} }, genserver.WithName(process.Name(user))).Restart(supervisor.Temporary))
	if err != nil {
		d.t.Fatal(err)
	}
	return d.pid(ref.Dest())
}

func (d *demo) publish(kind, name string, p process.Published) {
	d.t.Helper()
	if _, err := d.node.Publish(kind, name, p); err != nil {
		d.t.Fatal(err)
	}
}

func (d *demo) pid(to process.Dest) process.PID {
	d.t.Helper()
	pid, err := to.Resolve(d.node)
	if err != nil {
		d.t.Fatal(err)
	}
	return pid
}

func (d *demo) await(what string, ok func() bool) {
	d.t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			d.t.Fatal("in vain: ", what)
		}
	}
}

// crashStock crashes the stock and waits until it is back.
func (d *demo) crashStock() {
	d.t.Helper()
	old := d.pid(d.stock.Dest())
	genserver.Cast(d.ctx, d.stock, crash{})
	process.Wait(d.ctx, old)
	d.await("stock is back", func() bool { _, err := genserver.Call(d.ctx, d.stock, take{}); return err == nil })
}
