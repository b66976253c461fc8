package genserver_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// TestPromises holds what the runtime promises beyond OTP's behaviour, in a synctest bubble and outside of one. A promise that were
// broken would hang or end the test program in most cases, not fail politely.
func TestPromises(t *testing.T) {
	for name, promise := range map[string]func(t *testing.T, w *proctest.World){
		"crashes answer every caller":         crashesAnswerEveryCaller,
		"crashes at start are errors":         crashesAtStartAreErrors,
		"crashes in borrowed functions":       crashesInBorrowedFunctions,
		"callers during Init":                 callersDuringInit,
		"crashes are logged once":             crashesAreLoggedOnce,
		"inspections that crash":              inspectionsThatCrash,
		"blocked handlers stall nobody":       blockedHandlersStallNobody,
		"calls nest to depth 100":             callsNest,
		"nil replies are replies":             nilRepliesAreReplies,
		"call cycles fail":                    callCyclesFail,
		"deferred replies are no cycles":      deferredRepliesAreNoCycles,
		"helper goroutines are no cycles":     helperGoroutinesAreNoCycles,
		"busy helpers are no cycles":          busyHelpersAreNoCycles,
		"restarts are new incarnations":       restartsAreNewIncarnations,
		"late replies are dropped":            lateRepliesAreDropped,
		"the first of many replies wins":      firstOfManyRepliesWins,
		"abandoned processes are fenced":      abandonedProcessesAreFenced,
		"one node does not see another's":     nodesAreApart,
		"callers that give up leave no trace": cancelledCallersLeaveNoTrace,
	} {
		t.Run(name+"/bubble", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { promise(t, proctest.New(t)) })
		})
		t.Run(name+"/real time", func(t *testing.T) { promise(t, proctest.New(t)) })
	}
}

// soon is how long a promise that says "at once" may take outside a bubble: far less than a call's timeout.
const soon = 2 * time.Second

// within fails the test if f has not returned soon.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	begun := time.Now()
	f()
	if took := time.Since(begun); took >= soon {
		t.Errorf("%s took %v", what, took)
	}
}

// run starts a server for a promise. Unlike serve it does not settle the bubble, of which there may be none.
func run(w *proctest.World, s server, opts ...genserver.Option) running {
	w.T.Helper()
	r := running{journal: &journal{}}
	s.journal = r.journal
	var err error
	r.ref, err = genserver.Start(w.Ctx, func() *server { instance := s; return &instance }, opts...)
	if err != nil {
		w.T.Fatal(err)
	}
	r.pid = w.Resolve(r.ref.Dest())
	w.KillAtEnd(r.pid)
	return r
}

// crash is a way for a function to end badly.
type crash struct {
	name string
	do   func()
	is   func(reason error) bool
}

func panics(reason error) bool {
	var p *process.PanicError
	return errors.As(reason, &p) && len(p.Stack) > 0
}

func exits(reason error) bool {
	var g *process.GoexitError
	return errors.As(reason, &g)
}

var crashes = []crash{
	{"panic", func() { panic("crash") }, panics},
	{"panic with nil", func() { panic(nil) }, panics},
	{"run-time error", func() { var m map[string]int; m["x"]++ }, panics},
	{"Goexit", runtime.Goexit, exits},
}

func crashesAnswerEveryCaller(t *testing.T, w *proctest.World) {
	for _, crash := range crashes {
		die := func(c *genserver.Context) genserver.Result { crash.do(); return c.NoReply() }
		onInfo := func(c *genserver.Context, _ any) genserver.Result { return die(c) }
		cast := func(f func(c *genserver.Context) genserver.Result) func(running) {
			return func(r running) { genserver.Cast(w.Ctx, r.ref, tell{f: f}) }
		}
		for callback, end := range map[string]func(running){
			"HandleCall": func(r running) {
				_, err := call(w.Ctx, r.ref, func(c *genserver.Context, _ genserver.From, _ ask) genserver.Result { return die(c) })
				if !crash.is(err) {
					t.Errorf("%s in HandleCall: its own caller got %v", crash.name, err)
				}
			},
			"HandleCall after Reply": func(r running) {
				_, err := call(w.Ctx, r.ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
					req.Reply(from, 1)
					return die(c)
				})
				if !crash.is(err) {
					t.Errorf("%s after Reply: its own caller got %v", crash.name, err)
				}
			},
			"HandleCast": cast(die),
			"HandleInfo": func(r running) { process.Send(w.Ctx, r.pid, "info") },
			"a timer": cast(func(c *genserver.Context) genserver.Result {
				c.SendAfter(time.Millisecond, "tick")
				return c.NoReply()
			}),
			"an interval": cast(func(c *genserver.Context) genserver.Result {
				c.SendEvery(time.Millisecond, "tick")
				return c.NoReply()
			}),
			"an idle timeout": cast(func(c *genserver.Context) genserver.Result { return c.NoReply().Timeout(time.Millisecond) }),
			"HandleContinue":  cast(func(c *genserver.Context) genserver.Result { return c.NoReply().Continue("on") }),
			"Terminate":       cast(func(c *genserver.Context) genserver.Result { return c.Stop(process.Normal) }),
		} {
			r := run(w, server{
				handleInfo:   onInfo,
				continuation: onInfo,
				terminate: func(c *genserver.Context, reason error) {
					if reason == process.Normal {
						crash.do()
					}
				},
			})
			callers := make(chan genserver.Caller[any], 1)
			answers := make(chan error, 1)
			go func() {
				_, err := call(w.Ctx, r.ref, deferred(callers))
				answers <- err
			}()
			<-callers
			within(t, crash.name+" in "+callback, func() {
				end(r)
				if err := <-answers; !crash.is(err) {
					t.Errorf("%s in %s: a waiting caller got %v", crash.name, callback, err)
				}
			})
		}
	}
}

func crashesAtStartAreErrors(t *testing.T, w *proctest.World) {
	for _, crash := range crashes {
		for where, newServer := range map[string]func() *server{
			"newServer": func() *server { crash.do(); return nil },
			"Init": func() *server {
				return &server{init: func(c *genserver.Context) genserver.Result { crash.do(); return c.OK() }}
			},
		} {
			within(t, crash.name+" in "+where, func() {
				if _, err := genserver.Start(w.Ctx, newServer, genserver.WithName("crashing")); !crash.is(err) {
					t.Errorf("%s in %s: Start: %v", crash.name, where, err)
				}
			})
			if pid, taken := process.WhereIs(w.Ctx, "crashing"); taken {
				t.Errorf("%s in %s: the name belongs to %v", crash.name, where, pid)
			}
		}
		linked := make(chan error, 1)
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			c.TrapExit(true)
			_, err := genserver.StartLink(c, func() *server { crash.do(); return nil })
			linked <- err
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		within(t, crash.name+" in StartLink", func() {
			if err := <-linked; !crash.is(err) {
				t.Errorf("%s in newServer: StartLink: %v", crash.name, err)
			}
		})
		if _, err := process.Wait(w.Ctx, pid); err != nil {
			t.Error(err)
		}
	}
	within(t, "a nil server", func() {
		if _, err := genserver.Start(w.Ctx, func() genserver.Server { return nil }); err == nil {
			t.Error("a nil server was started")
		}
	})
}

// As sys:get_state does, Inspect survives its function's panic. A Goexit cannot be stopped: it ends the server, and all callers hear.
func inspectionsThatCrash(t *testing.T, w *proctest.World) {
	for _, crash := range crashes {
		r := run(w, server{})
		callers := make(chan genserver.Caller[any], 1)
		answers := make(chan answer, 1)
		go func() {
			v, err := call(w.Ctx, r.ref, deferred(callers))
			answers <- answer{value: v, err: err}
		}()
		caller := <-callers
		within(t, crash.name+" in Inspect", func() {
			_, err := genserver.Inspect(w.Ctx, r.ref, func(*server) int { crash.do(); return 0 })
			if err == nil {
				t.Errorf("%s in Inspect is no error", crash.name)
			}
			if crash.name == "Goexit" {
				if a := <-answers; !crash.is(a.err) {
					t.Errorf("%s in Inspect: a waiting caller got %+v", crash.name, a)
				}
				return
			}
			if v, err := call(w.Ctx, r.ref, reply(1)); v != 1 || err != nil {
				t.Errorf("%s in Inspect: the server says %v, %v", crash.name, v, err)
			}
			caller.Reply("unharmed")
			if a := <-answers; a.value != "unharmed" || a.err != nil {
				t.Errorf("%s in Inspect: a waiting caller got %+v", crash.name, a)
			}
		})
	}
}

// Whoever calls a server by its name while its Init still runs waits for that, and is told at once if it fails.
func callersDuringInit(t *testing.T, w *proctest.World) {
	for _, crash := range append(crashes, struct {
		name string
		do   func()
		is   func(error) bool
	}{"Stop", func() {}, func(reason error) bool { return errors.Is(reason, errBoom) }}) {
		entered, fail := make(chan bool), make(chan bool)
		started, answers := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := genserver.Start(w.Ctx, func() *server {
				return &server{init: func(c *genserver.Context) genserver.Result {
					close(entered)
					<-fail
					crash.do()
					return c.Stop(errBoom)
				}}
			}, genserver.WithName("starting"))
			started <- err
		}()
		<-entered
		go func() {
			_, err := call(w.Ctx, genserver.Named[*server]("starting"), reply(1))
			answers <- err
		}()
		time.Sleep(10 * time.Millisecond)
		within(t, crash.name+" in Init", func() {
			close(fail)
			if err := <-started; !crash.is(err) {
				t.Errorf("%s: Start: %v", crash.name, err)
			}
			if err := <-answers; !crash.is(err) {
				t.Errorf("%s: a caller got %v", crash.name, err)
			}
		})
	}
}

// A crash is logged once, with the process, the message and the place, wherever it happens.
func crashesAreLoggedOnce(t *testing.T, w *proctest.World) {
	for _, crash := range crashes {
		for where, f := range map[string]func(c *genserver.Context) genserver.Result{
			"the callback": func(c *genserver.Context) genserver.Result { crash.do(); return c.NoReply() },
			"Terminate":    func(c *genserver.Context) genserver.Result { return c.Stop(process.Normal) },
		} {
			r := run(w, server{terminate: func(_ *genserver.Context, reason error) {
				if reason == process.Normal {
					crash.do()
				}
			}})
			watched, done := make(chan bool), make(chan bool)
			go func() {
				defer close(done)
				close(watched)
				if _, err := process.Wait(w.Ctx, r.pid); err != nil {
					t.Error(err)
				}
			}()
			<-watched
			genserver.Cast(w.Ctx, r.ref, tell{f: f})
			<-done
			time.Sleep(10 * time.Millisecond) // for what might be logged after the end
			log := w.TakeLog()
			if n := strings.Count(log, "level=ERROR"); n != 1 || !strings.Contains(log, r.pid.String()) || !strings.Contains(log, "promises_test.go") {
				t.Errorf("%s in %s is logged %d times:\n%s", crash.name, where, n, log)
			}
		}
	}
}

// dest is a destination that misbehaves when it is resolved.
type dest func()

func (d *dest) Resolve(*process.Node) (process.PID, error) {
	(*d)()
	return process.PID{}, process.NoProc
}

// A function that the user gives to another goroutine than his own ends the process that runs it and nothing else.
func crashesInBorrowedFunctions(t *testing.T, w *proctest.World) {
	for _, crash := range crashes {
		watch := func(what string, f func(c *process.Context) error) {
			start := make(chan bool)
			pid, err := process.Spawn(w.Ctx, func(c *process.Context) error { <-start; return f(c) })
			if err != nil {
				t.Fatal(err)
			}
			reasons := make(chan error)
			_, err = process.Spawn(w.Ctx, func(c *process.Context) error {
				c.Monitor(pid)
				close(start)
				down, err := process.ReceiveMatch(c, func(process.Down) bool { return true })
				reasons <- down.Reason
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			within(t, crash.name+" in "+what, func() {
				if reason := <-reasons; !crash.is(reason) {
					t.Errorf("%s in %s: %v", crash.name, what, reason)
				}
			})
		}
		watch("a plain process", func(*process.Context) error { crash.do(); return nil })
		watch("ReceiveMatch", func(c *process.Context) error {
			if err := process.Send(c, c.Self(), 1); err != nil {
				return err
			}
			_, err := process.ReceiveMatch(c, func(int) bool { crash.do(); return true })
			return err
		})
		d := dest(crash.do)
		watch("Resolve", func(c *process.Context) error { return process.Send(c, &d, 1) })
		watch("Resolve for Monitor", func(c *process.Context) error { c.Monitor(&d); return nil })
		// A timer resolves its destination when it fires, in nobody's goroutine.
		pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			c.SendAfterTo(&d, time.Millisecond, "lost")
			c.SendAfter(10*time.Millisecond, "kept")
			_, err := process.Receive(c)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		within(t, crash.name+" in a timer's Resolve", func() {
			if _, err := process.Wait(w.Ctx, pid); err != nil {
				t.Error(err)
			}
		})
	}
}

func blockedHandlersStallNobody(t *testing.T, w *proctest.World) {
	release := make(chan bool)
	var blocked sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		r := run(w, server{})
		blocked.Add(1)
		genserver.Cast(w.Ctx, r.ref, tell{f: func(c *genserver.Context) genserver.Result {
			blocked.Done()
			<-release
			return c.NoReply()
		}})
	}
	blocked.Wait()
	within(t, "an echo beside blocked handlers", func() {
		echo := run(w, server{})
		for i := range 100 {
			if v, err := call(w.Ctx, echo.ref, reply(i)); v != i || err != nil {
				t.Fatalf("%v, %v", v, err)
			}
		}
	})
	close(release)
}

func callsNest(t *testing.T, w *proctest.World) {
	servers := make([]running, 100)
	for i := range servers {
		servers[i] = run(w, server{})
	}
	// Each server calls the next one from its handler and adds one.
	var depth func(ctx context.Context, i int) (any, error)
	depth = func(ctx context.Context, i int) (any, error) {
		if i == len(servers) {
			return 0, nil
		}
		return call(ctx, servers[i].ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
			n, err := depth(c, i+1)
			if err != nil {
				return req.Fail(from, err)
			}
			return req.Reply(from, n.(int)+1)
		})
	}
	within(t, "100 nested calls", func() {
		if n, err := depth(w.Ctx, 0); n != len(servers) || err != nil {
			t.Errorf("%v, %v", n, err)
		}
	})
}

// nils answers all requests with nil.
type nils struct{ server }

func (*nils) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case nilPointer:
		return req.Reply(from, nil)
	case nilError:
		return req.Reply(from, nil)
	case failNil:
		return req.Fail(from, nil)
	}
	return c.Unhandled(req)
}

type (
	nilPointer struct{ genserver.CallTo[*nils, *int] }
	nilError   struct{ genserver.CallTo[*nils, error] }
	failNil    struct{ genserver.CallTo[*nils, int] }
)

func nilRepliesAreReplies(t *testing.T, w *proctest.World) {
	r, err := genserver.Start(w.Ctx, func() *nils { return &nils{server{journal: &journal{}}} })
	if err != nil {
		t.Fatal(err)
	}
	w.KillAtEnd(w.Resolve(r.Dest()))
	within(t, "nil replies", func() {
		if p, err := genserver.Call(w.Ctx, r, nilPointer{}); p != nil || err != nil {
			t.Errorf("a nil pointer: %v, %v", p, err)
		}
		if e, err := genserver.Call(w.Ctx, r, nilError{}); e != nil || err != nil {
			t.Errorf("a nil error: %v, %v", e, err)
		}
		if _, err := genserver.Call(w.Ctx, r, failNil{}); err == nil {
			t.Error("Fail(nil) is a success")
		}
		s := run(w, server{})
		if v, err := call(w.Ctx, s.ref, reply(nil)); v != nil || err != nil {
			t.Errorf("a nil any: %v, %v", v, err)
		}
		callers := make(chan genserver.Caller[any], 1)
		go func() { (<-callers).Reply(nil) }()
		if v, err := call(w.Ctx, s.ref, deferred(callers)); v != nil || err != nil {
			t.Errorf("a deferred nil: %v, %v", v, err)
		}
	})
}

// through is a handler that makes a call with the server's own context and passes on how it went.
func through(to ref, f func(*genserver.Context, genserver.From, ask) genserver.Result) func(*genserver.Context, genserver.From, ask) genserver.Result {
	return func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
		// A context made from the process's own counts as its own.
		ctx, cancel := context.WithTimeout(context.WithValue(c, key{}, "deep"), time.Minute)
		defer cancel()
		v, err := call(ctx, to, f)
		if err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, v)
	}
}

type key struct{}

func callCyclesFail(t *testing.T, w *proctest.World) {
	for length := 2; length <= 4; length++ {
		servers := make([]running, length)
		for i := range servers {
			servers[i] = run(w, server{})
		}
		// The last server's handler calls the first, which waits for the second, and so on.
		f := through(servers[0].ref, reply("unreachable"))
		for i := length - 1; i > 0; i-- {
			f = through(servers[i].ref, f)
		}
		within(t, fmt.Sprintf("a cycle of %d", length), func() {
			_, err := call(w.Ctx, servers[0].ref, f)
			var deadlock *genserver.DeadlockError
			if !errors.As(err, &deadlock) {
				t.Errorf("a cycle of %d: %v", length, err)
				return
			}
			for _, s := range servers {
				if !slices.Contains(deadlock.Chain, s.pid) {
					t.Errorf("%v is missing in the chain %v", s.pid, deadlock.Chain)
				}
			}
			if err.Error() == "" || len(deadlock.Chain) > length+1 {
				t.Errorf("%q, chain %v", err, deadlock.Chain)
			}
		})
		for _, s := range servers { // all of them live and the chain is forgotten
			if v, err := call(w.Ctx, s.ref, reply(1)); v != 1 || err != nil {
				t.Errorf("%v, %v", v, err)
			}
		}
		if v, err := call(w.Ctx, servers[1].ref, through(servers[0].ref, reply(1))); v != 1 || err != nil {
			t.Errorf("the other way round: %v, %v", v, err)
		}
	}
}

// While a waits for a reply that b has deferred, b may call a: whoever else replies to a lets both go on.
func deferredRepliesAreNoCycles(t *testing.T, w *proctest.World) {
	a, b := run(w, server{}), run(w, server{})
	callers := make(chan genserver.Caller[any], 1)
	first, second := make(chan answer, 1), make(chan answer, 1)
	go func() {
		v, err := call(w.Ctx, a.ref, through(b.ref, deferred(callers)))
		first <- answer{value: v, err: err}
	}()
	caller := <-callers
	go func() {
		v, err := call(w.Ctx, b.ref, through(a.ref, reply("from a")))
		second <- answer{value: v, err: err}
	}()
	time.Sleep(10 * time.Millisecond) // b waits for a by now, in a bubble for sure
	caller.Reply("from a helper")
	within(t, "a deferred reply", func() {
		if got := <-first; got.value != "from a helper" || got.err != nil {
			t.Errorf("a got %+v", got)
		}
		if got := <-second; got.value != "from a" || got.err != nil {
			t.Errorf("b got %+v", got)
		}
	})
}

// A goroutine that a handler has started may call with the server's context when the handler has returned: the server waits for
// nobody.
func helperGoroutinesAreNoCycles(t *testing.T, w *proctest.World) {
	a, b := run(w, server{}), run(w, server{})
	within(t, "a helper goroutine", func() {
		v, err := call(w.Ctx, a.ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
			caller := req.Caller(from)
			go func() {
				if _, err := call(w.Ctx, a.ref, reply("the handler has returned")); err != nil {
					t.Error(err)
				}
				v, err := call(c, b.ref, through(a.ref, reply("from a")))
				if err != nil {
					caller.Fail(err)
					return
				}
				caller.Reply(v)
			}()
			return c.NoReply()
		})
		if v != "from a" || err != nil {
			t.Errorf("%v, %v", v, err)
		}
	})
}

// While the handler still runs, a context made from the server's stands for the handler. The goroutine uses one of its own then.
func busyHelpersAreNoCycles(t *testing.T, w *proctest.World) {
	a, b := run(w, server{}), run(w, server{})
	v, err := call(w.Ctx, a.ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
		caller, calling := req.Caller(from), make(chan bool)
		go func() {
			v, err := call(process.WithNode(context.Background(), c.Node()), b.ref, func(inB *genserver.Context, from genserver.From, req ask) genserver.Result {
				close(calling)
				return through(a.ref, reply("from a"))(inB, from, req)
			})
			if err != nil {
				caller.Fail(err)
				return
			}
			caller.Reply(v)
		}()
		<-calling
		time.Sleep(10 * time.Millisecond)
		return c.NoReply()
	})
	if v != "from a" || err != nil {
		t.Errorf("%v, %v", v, err)
	}
}

func restartsAreNewIncarnations(t *testing.T, w *proctest.World) {
	named := genserver.Named[*server]("phoenix")
	old := run(w, server{}, genserver.WithName("phoenix"))
	if _, err := call(w.Ctx, named, func(*genserver.Context, genserver.From, ask) genserver.Result { panic("crash") }); !panics(err) {
		t.Errorf("the crash: %v", err)
	}
	if _, err := process.Wait(w.Ctx, old.pid); err != nil {
		t.Error(err)
	}
	fresh := run(w, server{}, genserver.WithName("phoenix"))
	if fresh.pid == old.pid || old.pid.Alive() || !fresh.pid.Alive() {
		t.Errorf("old %v, alive %v; new %v, alive %v", old.pid, old.pid.Alive(), fresh.pid, fresh.pid.Alive())
	}
	_, err := call(w.Ctx, old.ref, reply(1))
	wantCallError(t, err, process.NoProc)
	if v, err := call(w.Ctx, named, reply(1)); v != 1 || err != nil {
		t.Errorf("by name: %v, %v", v, err)
	}
}

func lateRepliesAreDropped(t *testing.T, w *proctest.World) {
	r := run(w, server{})
	for i := range 200 {
		callers := make(chan genserver.Caller[any], 1)
		ctx, cancel := context.WithTimeout(w.Ctx, time.Millisecond)
		_, err := call(ctx, r.ref, deferred(callers))
		cancel()
		wantCallError(t, err, genserver.ErrTimeout)
		if err := genserver.Suspend(w.Ctx, r.ref); err != nil { // it has handled what was sent before
			t.Fatal(err)
		}
		if err := genserver.Resume(w.Ctx, r.ref); err != nil {
			t.Fatal(err)
		}
		if len(callers) == 0 {
			continue // the time was over before the call was sent
		}
		late, done := <-callers, make(chan bool)
		go func() { late.Reply("late"); late.Fail(errBoom); close(done) }()
		if v, err := call(w.Ctx, r.ref, reply(i)); v != i || err != nil {
			t.Fatalf("round %d got %v, %v", i, v, err)
		}
		<-done
	}
}

func firstOfManyRepliesWins(t *testing.T, w *proctest.World) {
	const racing = 2000
	r := run(w, server{})
	callers := make(chan genserver.Caller[any], 1)
	for _, f := range map[string]func(c *genserver.Context, from genserver.From, req ask) genserver.Result{
		"deferred": deferred(callers),
		"the handler joins too": func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
			callers <- req.Caller(from)
			return req.Reply(from, racing)
		},
	} {
		var done sync.WaitGroup
		answers := make(chan answer, 1)
		go func() {
			v, err := call(w.Ctx, r.ref, f)
			answers <- answer{value: v, err: err}
		}()
		caller, gun := <-callers, make(chan bool)
		for i := range racing {
			done.Go(func() { <-gun; caller.Reply(i) })
		}
		close(gun)
		got := <-answers
		if n, ok := got.value.(int); !ok || n < 0 || n > racing || got.err != nil {
			t.Errorf("answer %+v", got)
		}
		// What the losers say reaches no later call, though they may still be about to say it.
		for i := range 100 {
			if v, err := call(w.Ctx, r.ref, reply(-i)); v != -i || err != nil {
				t.Fatalf("a later call got %v, %v", v, err)
			}
		}
		done.Wait()
	}
}

func abandonedProcessesAreFenced(t *testing.T, w *proctest.World) {
	old, other := run(w, server{}, genserver.WithName("service")), run(w, server{})
	entered, release, finished := make(chan genserver.Caller[any]), make(chan bool), make(chan bool)
	waiting := make(chan error, 2)
	go func() {
		_, err := call(w.Ctx, old.ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
			defer close(finished)
			entered <- req.Caller(from)
			<-release
			if err := process.Send(c, other.pid, "from the dead"); !errors.Is(err, process.ErrFenced) {
				t.Errorf("Send: %v", err)
			}
			if _, err := call(c, other.ref, reply(1)); !errors.Is(err, process.ErrFenced) {
				t.Errorf("Call: %v", err)
			}
			if err := genserver.TryCast(c, other.ref, tell{}); !errors.Is(err, process.ErrFenced) {
				t.Errorf("TryCast: %v", err)
			}
			genserver.Cast(c, other.ref, tell{f: func(*genserver.Context) genserver.Result { panic("a cast from the dead") }})
			if err := process.Register(c, "grave", other.pid); !errors.Is(err, process.ErrFenced) {
				t.Errorf("Register: %v", err)
			}
			if _, err := genserver.Start(c, newBare); !errors.Is(err, process.ErrFenced) {
				t.Errorf("Start: %v", err)
			}
			if _, err := genserver.Inspect(c, other.ref, func(*server) int { return 1 }); !errors.Is(err, process.ErrFenced) {
				t.Errorf("Inspect: %v", err)
			}
			if err := genserver.Stop(c, other.ref, errBoom); !errors.Is(err, process.ErrFenced) {
				t.Errorf("Stop: %v", err)
			}
			return req.Reply(from, "from the dead")
		})
		waiting <- err
	}()
	caller := <-entered
	go func() {
		_, err := call(w.Ctx, old.ref, reply("never"))
		waiting <- err
	}()
	for info, _ := process.InfoOf(w.Ctx, old.pid); info.Mailbox < 2; info, _ = process.InfoOf(w.Ctx, old.pid) {
		time.Sleep(time.Millisecond) // until the second call is in the mailbox, beside the one that is handled
	}
	process.Exit(w.Ctx, old.pid, process.Kill)
	within(t, "the callers of an abandoned server", func() {
		if err := <-waiting; !errors.Is(err, process.Killed) {
			t.Errorf("a caller got %v", err)
		}
		if err := <-waiting; !errors.Is(err, process.Killed) {
			t.Errorf("a caller got %v", err)
		}
		if reason, err := process.Wait(w.Ctx, old.pid); reason != process.NoProc || err != nil {
			t.Errorf("Wait: %v, %v", reason, err)
		}
	})
	if old.pid.Alive() {
		t.Error("the abandoned process is alive")
	}
	if pid, taken := process.WhereIs(w.Ctx, "service"); taken {
		t.Errorf("the name belongs to %v", pid)
	}
	if err := genserver.TryCast(w.Ctx, old.ref, tell{}); !errors.Is(err, process.NoProc) {
		t.Errorf("TryCast to the abandoned process: %v", err)
	}
	fresh := run(w, server{}, genserver.WithName("service"))
	if v, err := call(w.Ctx, genserver.Named[*server]("service"), reply(1)); v != 1 || err != nil {
		t.Errorf("the replacement: %v, %v", v, err)
	}
	close(release)
	<-finished
	caller.Reply("too late")
	if pid, _ := process.WhereIs(w.Ctx, "service"); pid != fresh.pid {
		t.Errorf("the name belongs to %v, want %v", pid, fresh.pid)
	}
	if v, err := call(w.Ctx, other.ref, reply(1)); v != 1 || err != nil {
		t.Errorf("the other server: %v, %v", v, err)
	}
	other.journal.want(t, "")
}

func nodesAreApart(t *testing.T, w *proctest.World) {
	here, elsewhere := run(w, server{}, genserver.WithName("same")), proctest.New(t)
	there := run(elsewhere, server{}, genserver.WithName("same"))
	if here.pid == there.pid {
		t.Error("one process on two nodes")
	}
	for _, r := range []struct {
		w   *proctest.World
		pid process.PID
	}{{w, here.pid}, {elsewhere, there.pid}} {
		if pid, ok := process.WhereIs(r.w.Ctx, "same"); !ok || pid != r.pid {
			t.Errorf("%v, %v, want %v", pid, ok, r.pid)
		}
	}
}

// A caller in a chain of calls gives up: what it waited for is no part of a later cycle.
func cancelledCallersLeaveNoTrace(t *testing.T, w *proctest.World) {
	a, b := run(w, server{}), run(w, server{})
	callers := make(chan genserver.Caller[any], 1)
	_, err := call(w.Ctx, a.ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
		ctx, cancel := context.WithTimeout(c, time.Millisecond)
		defer cancel()
		_, err := call(ctx, b.ref, deferred(callers))
		return req.Fail(from, err)
	})
	if !errors.Is(err, genserver.ErrTimeout) {
		t.Errorf("%v, want %v", err, genserver.ErrTimeout)
	}
	if v, err := call(w.Ctx, b.ref, through(a.ref, reply(1))); v != 1 || err != nil {
		t.Errorf("%v, %v", v, err)
	}
}

// The default node serves inside a bubble and outside of it alike: what is pooled outside never gets in.
func TestDefaultNodeInBubble(t *testing.T) {
	ctx := context.Background()
	use := func(t *testing.T) ref {
		r, err := genserver.Start(ctx, func() *server { return &server{journal: &journal{}} })
		if err != nil {
			t.Fatal(err)
		}
		for i := range 100 {
			if v, err := call(ctx, r, reply(i)); v != i || err != nil {
				t.Fatalf("%v, %v", v, err)
			}
		}
		return r
	}
	outside := use(t)
	synctest.Test(t, func(t *testing.T) {
		inside := use(t)
		begun := time.Now()
		callers := make(chan genserver.Caller[any], 1)
		_, err := call(ctx, inside, deferred(callers))
		wantCallError(t, err, genserver.ErrTimeout)
		wantTook(t, begun, genserver.DefaultTimeout)
		(<-callers).Reply("late")
		if err := genserver.Stop(ctx, inside, process.Shutdown); err != nil {
			t.Error(err)
		}
	})
	if v, err := call(ctx, outside, reply("still here")); v != "still here" || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	if err := genserver.Stop(ctx, outside, process.Shutdown); err != nil {
		t.Error(err)
	}
}

// A server that starts another one whose Init calls it waits for itself, as in a circle of calls.
func TestStartCycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		r := run(w, server{})
		begun := time.Now()
		_, err := call(w.Ctx, r.ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
			_, err := genserver.Start(c, func() *server {
				return &server{journal: &journal{}, init: func(inner *genserver.Context) genserver.Result {
					if _, err := call(inner, r.ref, reply(1)); err != nil {
						return inner.Stop(err)
					}
					return inner.OK()
				}}
			})
			return req.Fail(from, err)
		})
		var deadlock *genserver.DeadlockError
		if !errors.As(err, &deadlock) {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}
