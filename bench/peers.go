package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/thejerf/suture/v4"

	"github.com/otplint/otplint/internal/benchtest"
)

// proto is Proto.Actor-Go.
var proto = benchtest.System{
	Name:    "proto.actor",
	Start:   startProto,
	Call:    callProto,
	Ring:    ringProto,
	Spawn:   spawnIdleProto,
	Idle:    idleProto,
	Restart: restartProto,
}

var protoSystem = actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
	return slog.New(slog.DiscardHandler)
}))

func spawnProto(make func() actor.Actor) *actor.PID {
	return protoSystem.Root.Spawn(actor.PropsFromProducer(make))
}

func stopProto(pid *actor.PID) { _ = protoSystem.Root.StopFuture(pid).Wait() }

// handler passes what is sent to it on to a benchtest.Handler.
type handler struct{ h benchtest.Handler }

func (a *handler) Receive(c actor.Context) {
	if _, ok := c.Message().(benchtest.Op); ok && a.h != nil {
		a.h.Handle(c.Message())
	}
}

func startProto(h benchtest.Handler) benchtest.Box {
	pid := spawnProto(func() actor.Actor { return &handler{h} })
	return benchtest.Box{
		Send: func(by int) { protoSystem.Root.Send(pid, benchtest.Op{By: by}) },
		Stop: func() { stopProto(pid) },
	}
}

// adder answers with its sum.
type adder struct {
	n, stack int
}

func (a *adder) Receive(c actor.Context) {
	if op, ok := c.Message().(benchtest.Op); ok {
		a.n += benchtest.UseStack(a.stack, op.By) + op.By
		c.Respond(a.n)
	}
}

func callProto(stack int, _ bool) (call func(by int) int, stop func()) {
	pid := spawnProto(func() actor.Actor { return &adder{stack: stack} })
	call = func(by int) int {
		v, err := protoSystem.Root.RequestFuture(pid, benchtest.Op{By: by}, 5*time.Second).Result()
		if err != nil {
			panic(err)
		}
		return v.(int)
	}
	return call, func() { stopProto(pid) }
}

// node is a member of a ring.
type node struct {
	next *actor.PID
	done func()
}

func (n *node) Receive(c actor.Context) {
	op, ok := c.Message().(benchtest.Op)
	switch {
	case !ok:
	case op.By > 0:
		c.Send(n.next, benchtest.Op{By: op.By - 1})
	default:
		n.done()
	}
}

func ringProto(n int, done func()) benchtest.Ring {
	nodes, pids := make([]node, n), make([]*actor.PID, n)
	for i := range nodes {
		nodes[i].done = done
		pids[i] = spawnProto(func() actor.Actor { return &nodes[i] })
	}
	for i := range nodes {
		nodes[i].next = pids[(i+1)%n]
	}
	return benchtest.Ring{
		Inject: func(at, hops int) { protoSystem.Root.Send(pids[at], benchtest.Op{By: hops}) },
		Stop: func() {
			for _, pid := range pids {
				stopProto(pid)
			}
		},
	}
}

func newHandler() actor.Actor { return new(handler) }

func spawnIdleProto() (stop func()) {
	pid := spawnProto(newHandler)
	return func() { stopProto(pid) }
}

func idleProto(n int) (stop func()) {
	pids := make([]*actor.PID, n)
	for i := range pids {
		pids[i] = spawnProto(newHandler)
		protoSystem.Root.Send(pids[i], benchtest.Op{By: 1})
	}
	return func() {
		for _, pid := range pids {
			stopProto(pid)
		}
	}
}

// crasher panics when it gets a message.
type crasher struct{ started func() }

func (a *crasher) Receive(c actor.Context) {
	switch c.Message().(type) {
	case *actor.Started:
		a.started()
	case benchtest.Op:
		panic("crash")
	}
}

func restartProto(started func()) (crash func() time.Time, stop func()) {
	always := actor.NewRestartingStrategy()
	parent := protoSystem.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		switch c.Message().(type) {
		case *actor.Started:
			c.Spawn(actor.PropsFromProducer(func() actor.Actor { return &crasher{started} }))
		case benchtest.Op:
			c.Send(c.Children()[0], c.Message())
		}
	}, actor.WithSupervisor(always)))
	crash = func() time.Time {
		at := time.Now()
		protoSystem.Root.Send(parent, benchtest.Op{By: 1})
		return at
	}
	return crash, func() { stopProto(parent) }
}

// sutured is suture, which supervises services and has no messages: they wait
// on a channel.
var sutured = benchtest.System{
	Name:    "suture",
	Idle:    idleSuture,
	Restart: restartSuture,
}

type service struct {
	in      chan any
	started func()
}

func (s *service) Serve(ctx context.Context) error {
	s.started()
	select {
	case <-s.in:
		panic("crash")
	case <-ctx.Done():
		return ctx.Err()
	}
}

func newSuture() *suture.Supervisor {
	return suture.New("bench", suture.Spec{
		EventHook:        func(suture.Event) {},
		FailureThreshold: 1e12,
	})
}

func idleSuture(n int) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	sup := newSuture()
	done := sup.ServeBackground(ctx)
	var up sync.WaitGroup
	up.Add(n)
	for range n {
		sup.Add(&service{in: make(chan any, 1), started: up.Done})
	}
	up.Wait()
	return func() { cancel(); <-done }
}

func restartSuture(started func()) (crash func() time.Time, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	sup := newSuture()
	s := &service{in: make(chan any, 1), started: started}
	sup.Add(s)
	done := sup.ServeBackground(ctx)
	crash = func() time.Time {
		at := time.Now()
		s.in <- benchtest.Op{By: 1}
		return at
	}
	return crash, func() { cancel(); <-done }
}
