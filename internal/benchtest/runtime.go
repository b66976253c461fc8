package benchtest

import (
	"context"
	"log/slog"
	"runtime"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// newContext is a context with a node of its own that logs nothing.
func newContext() (context.Context, *process.Node) {
	n := process.NewNode("bench", process.WithLogger(slog.New(slog.DiscardHandler)))
	return process.WithNode(context.Background(), n), n
}

// GenServer is the runtime as programs use it.
var GenServer = System{
	Name:    "genserver",
	Start:   startServer,
	Call:    callServer,
	Ring:    ringServers,
	Spawn:   spawnServer,
	Idle:    idleServers,
	Restart: restartServer,
}

type (
	cast struct {
		genserver.CastTo[*server]
		By int
	}
	add struct {
		genserver.CallTo[*server, int]
		By int
	}
	boom struct{ genserver.CastTo[*server] }
)

// server is the one server of the benchmarks.
type server struct {
	sum
	h       Handler
	next    genserver.Ref[*server]
	done    func()
	started func()
}

func (s *server) Init(c *genserver.Context) genserver.Result {
	if s.started != nil {
		s.started()
	}
	return c.OK()
}

func (s *server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case add:
		return req.Reply(from, s.add(req.By))
	}
	return c.Unhandled(req)
}

func (s *server) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch m := msg.(type) {
	case cast:
		switch {
		case s.h != nil:
			s.h.Handle(msg)
		case m.By > 0:
			genserver.Cast(c, s.next, cast{By: m.By - 1})
		default:
			s.done()
		}
	case boom:
		panic("crash")
	}
	return c.NoReply()
}

func mustStart(ctx context.Context, s *server) genserver.Ref[*server] {
	ref, err := genserver.Start(ctx, func() *server { return s })
	if err != nil {
		panic(err)
	}
	return ref
}

func stopServer(ref genserver.Ref[*server]) { _ = genserver.Stop(context.Background(), ref, nil) }

func startServer(h Handler) Box {
	ctx := context.Background()
	ref := mustStart(ctx, &server{h: h})
	return Box{
		Send: func(by int) { genserver.Cast(ctx, ref, cast{By: by}) },
		Stop: func() { stopServer(ref) },
	}
}

func callServer(stack int, deadline bool) (call func(by int) int, stop func()) {
	ctx, cancel := context.Background(), func() {}
	if deadline {
		ctx, cancel = context.WithTimeout(ctx, time.Hour)
	}
	ref := mustStart(ctx, &server{sum: sum{stack: stack}})
	call = func(by int) int {
		n, err := genserver.Call(ctx, ref, add{By: by})
		if err != nil {
			panic(err)
		}
		return n
	}
	return call, func() { cancel(); stopServer(ref) }
}

func ringServers(n int, done func()) Ring {
	ctx := context.Background()
	servers, refs := make([]server, n), make([]genserver.Ref[*server], n)
	for i := range servers {
		servers[i].done = done
		refs[i] = mustStart(ctx, &servers[i])
	}
	for i := range servers { // before the first message, so no race
		servers[i].next = refs[(i+1)%n]
	}
	return Ring{
		Inject: func(at, hops int) { genserver.Cast(ctx, refs[at], cast{By: hops}) },
		Stop: func() {
			for _, ref := range refs {
				stopServer(ref)
			}
		},
	}
}

// small is a server with a state of 8 bytes.
type small struct{ n int }

type touch struct{ genserver.CastTo[*small] }

func (s *small) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *small) HandleCast(c *genserver.Context, _ any) genserver.Result {
	s.n++
	return c.NoReply()
}

func newSmall() *small { return new(small) }

var quiet, _ = newContext()

func spawnServer() (stop func()) {
	ref, err := genserver.Start(quiet, newSmall)
	if err != nil {
		panic(err)
	}
	return func() { kill(ref) }
}

func kill(ref genserver.Ref[*small]) {
	if pid, err := ref.Dest().Resolve(nil); err == nil {
		process.Exit(context.Background(), pid, process.Kill)
	}
}

// idleServers lets goroutines go as it goes, as they do in a program in which
// not all processes are busy within the same tenth of a second.
func idleServers(n int) (stop func()) {
	ctx, node := newContext()
	return rest(n, node, func() (genserver.Ref[*small], error) { return genserver.Start(ctx, newSmall) })
}

func rest(n int, node *process.Node, start func() (genserver.Ref[*small], error)) (stop func()) {
	refs := make([]genserver.Ref[*small], n)
	for i := range refs {
		ref, err := start()
		if err != nil {
			panic(err)
		}
		refs[i] = ref
		genserver.Cast(context.Background(), ref, touch{})
		if i%1000 == 999 {
			_, _ = genserver.Inspect(context.Background(), ref, func(s *small) int { return s.n })
			node.GiveBack()
		}
	}
	time.Sleep(10 * time.Millisecond)
	node.GiveBack()
	return func() {
		for _, ref := range refs {
			kill(ref)
		}
	}
}

func restartServer(started func()) (crash func() time.Time, stop func()) {
	ctx, _ := newContext()
	child := supervisor.Server("crasher", func() *server { return &server{started: started} })
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("restarts", supervisor.OneForOne,
		[]supervisor.Spec{child}, supervisor.Intensity(1<<30, time.Millisecond)))
	if err != nil {
		panic(err)
	}
	crash = func() time.Time {
		for { // Init runs a moment before the reference finds its process
			at := time.Now()
			if genserver.TryCast(ctx, child.Ref(), boom{}) == nil {
				return at
			}
			runtime.Gosched()
		}
	}
	return crash, func() { _ = supervisor.Stop(ctx, sup) }
}

// Linked is a server linked to the process that started it.
var Linked = System{Name: "genserver-linked", Idle: func(n int) (stop func()) {
	ctx, node := newContext()
	started := make(chan func())
	quit := make(chan struct{})
	_, err := process.Spawn(ctx, func(c *process.Context) error {
		c.TrapExit(true)
		started <- rest(n, node, func() (genserver.Ref[*small], error) { return genserver.StartLink(c, newSmall) })
		<-quit
		return nil
	})
	if err != nil {
		panic(err)
	}
	kill := <-started
	return func() { kill(); close(quit) }
}}

// Supervised is a server that is a supervisor's child.
var Supervised = System{Name: "supervised", Idle: func(n int) (stop func()) {
	ctx, node := newContext()
	specs, children := make([]supervisor.Spec, n), make([]supervisor.Child[genserver.Ref[*small]], n)
	for i := range children {
		children[i] = supervisor.Server(name(i), newSmall)
		specs[i] = children[i]
	}
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("many", supervisor.OneForOne, specs))
	if err != nil {
		panic(err)
	}
	next := 0
	rest(n, node, func() (genserver.Ref[*small], error) {
		next++
		return children[next-1].Ref(), nil
	})
	return func() { _ = supervisor.Stop(ctx, sup) }
}}

// name is a child's id, of 8 bytes.
func name(i int) string {
	id := []byte("c0000000")
	for at := len(id) - 1; i > 0; at, i = at-1, i/10 {
		id[at] = byte('0' + i%10)
	}
	return string(id)
}

// Process is the layer below: a behaviour of its own, plain processes.
var Process = System{
	Name:  "process",
	Start: startBehaviour,
	Ring:  func(n int, done func()) Ring { return ring(n, done, startBehaviour) },
	Spawn: func() (stop func()) {
		ctx := context.Background()
		pid, err := process.Spawn(ctx, receive)
		if err != nil {
			panic(err)
		}
		return func() { process.Exit(ctx, pid, process.Shutdown) }
	},
}

func startBehaviour(h Handler) Box {
	ctx := context.Background()
	pid, err := process.Start(ctx, &behaviour{h})
	if err != nil {
		panic(err)
	}
	return Box{
		Send: func(by int) { _ = process.Send(ctx, pid, Op{by}) },
		Stop: func() { process.Exit(ctx, pid, process.Shutdown) },
	}
}

func receive(c *process.Context) error {
	for {
		if _, err := process.Receive(c); err != nil {
			return err
		}
	}
}

// behaviour is nothing but a handler.
type behaviour struct{ h Handler }

func (*behaviour) Init(*process.Context) error  { return nil }
func (*behaviour) Begin(*process.Context) error { return nil }

func (b *behaviour) Handle(_ *process.Context, m *process.Envelope) error {
	b.h.Handle(m.Msg)
	return nil
}

func (*behaviour) Terminate(*process.Context, error) {}
func (*behaviour) Release()                          {}
func (*behaviour) Describe() (string, string)        { return "handler", "" }
