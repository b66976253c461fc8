package genserver_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// bare is a server with no callback but Init.
type bare struct{}

func (*bare) Init(c *genserver.Context) genserver.Result { return c.OK() }

type (
	bareCall struct{ genserver.CallTo[*bare, int] }
	bareCast struct{ genserver.CastTo[*bare] }
)

// unheard is a message that nobody knows.
type unheard struct{}

func newBare() *bare { return &bare{} }

// unreachable are references that reach nobody.
func unreachable(w *proctest.World) map[string]ref {
	dead := serve(w, server{})
	process.Exit(w.Ctx, dead.pid, process.Kill)
	dead.Want(process.Killed)
	return map[string]ref{"dead": dead.ref, "free name": genserver.Named[*server]("nobody"), "zero": {}}
}

var callCases = []conformance.Case{
	{ID: "GS-018", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{})
		begun := time.Now()
		_, err := call(w.Ctx, r.ref, func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
			time.Sleep(5300 * time.Millisecond)
			return req.Reply(from, "late")
		})
		wantTook(t, begun, 5*time.Second)
		wantCallError(t, err, genserver.ErrTimeout)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v is not a context.DeadlineExceeded", err)
		}
		wantAlive(t, w, r)
	}},
	{ID: "GS-019", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r, caller := serve(w, server{}), w.Puppet()
		caller.Do(func(c *process.Context) {
			ctx, cancel := context.WithTimeout(c, 100*time.Millisecond)
			defer cancel()
			_, err := call(ctx, r.ref, func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
				time.Sleep(200 * time.Millisecond)
				r.add("executed")
				return req.Reply(from, "late")
			})
			wantCallError(t, err, genserver.ErrTimeout)
			if v, err := call(c, r.ref, reply("next")); err != nil || v != "next" {
				t.Errorf("the next call got %v, %v", v, err)
			}
		})
		time.Sleep(time.Second)
		caller.WantNothing()
		r.journal.want(t, "executed")
	}},
	{ID: "GS-021", Standing: conformance.Changed, Why: "The timeout is the context's deadline: one that has passed, however long ago, fails the call at once, and so does a cancelled context.", Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{})
		begun := time.Now()
		for _, timeout := range []time.Duration{0, -time.Second} {
			ctx, cancel := context.WithTimeout(w.Ctx, timeout)
			_, err := call(ctx, r.ref, reply(1))
			cancel()
			wantCallError(t, err, genserver.ErrTimeout)
		}
		ctx, cancel := context.WithCancel(w.Ctx)
		cancel()
		_, err := call(ctx, r.ref, reply(1))
		wantCallError(t, err, context.Canceled)
		ctx, cancel = context.WithCancel(w.Ctx)
		waiting := start(ctx, r.ref, deferred(make(chan genserver.Caller[any], 1)))
		cancel()
		wantCallError(t, (<-waiting).err, context.Canceled)
		wantTook(t, begun, 0)
		wantAlive(t, w, r)
	}},
	{ID: "GS-022", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for name, end := range map[string]struct {
			end    func(r running)
			reason error // nil: a panic
		}{
			"stop normal":   {tells(w, func(c *genserver.Context) genserver.Result { return c.Stop(process.Normal) }), process.Normal},
			"stop shutdown": {tells(w, func(c *genserver.Context) genserver.Result { return c.Stop(&process.ShutdownReason{Detail: errBoom}) }), process.Shutdown},
			"stop boom":     {tells(w, func(c *genserver.Context) genserver.Result { return c.Stop(errBoom) }), errBoom},
			"panic":         {tells(w, func(*genserver.Context) genserver.Result { panic(errBoom) }), nil},
			"client stop":   {func(r running) { genserver.Stop(w.Ctx, r.ref, errBoom) }, errBoom},
			"kill":          {func(r running) { process.Exit(w.Ctx, r.pid, process.Kill) }, process.Killed},
			"exit signal":   {func(r running) { process.Exit(w.Ctx, r.pid, errBoom) }, errBoom},
			"stop at a call": {func(r running) {
				call(w.Ctx, r.ref, func(c *genserver.Context, _ genserver.From, _ ask) genserver.Result { return c.Stop(errBoom) })
			}, errBoom},
		} {
			r := serve(w, server{})
			waiting := start(w.Ctx, r.ref, deferred(make(chan genserver.Caller[any], 1)))
			end.end(r)
			a := <-waiting
			if a.took != 0 {
				t.Errorf("%s: the caller waited %v", name, a.took)
			}
			if end.reason != nil {
				wantCallError(t, a.err, end.reason)
				continue
			}
			var panicked *process.PanicError
			if !errors.As(a.err, &panicked) || panicked.Value != errBoom || len(panicked.Stack) == 0 {
				t.Errorf("%s: %v", name, a.err)
			}
		}
		// The caller whose own request ends the server.
		for _, f := range []func(*genserver.Context, genserver.From, ask) genserver.Result{
			func(c *genserver.Context, _ genserver.From, _ ask) genserver.Result { return c.Stop(errBoom) },
			func(c *genserver.Context, _ genserver.From, _ ask) genserver.Result {
				process.Exit(w.Ctx, c.Self(), errBoom)
				return c.NoReply()
			},
		} {
			_, err := call(w.Ctx, serve(w, server{}).ref, f)
			wantCallError(t, err, errBoom)
		}
		// A caller whose request is still in the mailbox of a busy server.
		r := serve(w, server{})
		genserver.Cast(w.Ctx, r.ref, tell{f: func(*genserver.Context) genserver.Result { time.Sleep(time.Second); panic(errBoom) }})
		a := <-start(w.Ctx, r.ref, reply(1))
		if a.took != time.Second {
			t.Errorf("the caller in the mailbox waited %v", a.took)
		}
		wantCallError(t, a.err, r.Reason())
		// And one whose request waits in the mailbox of a server that is killed while busy.
		r = serve(w, server{})
		genserver.Cast(w.Ctx, r.ref, tell{f: func(c *genserver.Context) genserver.Result { time.Sleep(time.Second); return c.NoReply() }})
		waiting := start(w.Ctx, r.ref, reply(1))
		process.Exit(w.Ctx, r.pid, process.Kill)
		a = <-waiting
		if a.took != 0 {
			t.Errorf("the caller of a killed server waited %v", a.took)
		}
		wantCallError(t, a.err, process.Killed)
		time.Sleep(time.Second) // the abandoned callback returns
	}},
	{ID: "GS-023", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		begun := time.Now()
		for name, r := range unreachable(w) {
			if _, err := call(w.Ctx, r, reply(1)); !errors.Is(err, process.NoProc) {
				t.Errorf("%s: %v", name, err)
			} else {
				wantCallError(t, err, process.NoProc)
			}
		}
		wantTook(t, begun, 0)
	}},
	{ID: "GS-024", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{}, genserver.WithName("self"))
		begun := time.Now()
		for _, self := range []ref{r.ref, genserver.Named[*server]("self"), genserver.RefTo[*server](r.pid)} {
			for name, f := range map[string]func(c *genserver.Context) error{
				"call": func(c *genserver.Context) error { _, err := call(c, self, reply(1)); return err },
				"call with a derived context": func(c *genserver.Context) error {
					ctx, cancel := context.WithTimeout(c, time.Minute)
					defer cancel()
					_, err := call(ctx, self, reply(1))
					return err
				},
				"stop": func(c *genserver.Context) error { return genserver.Stop(c, self, process.Normal) },
			} {
				_, err := call(w.Ctx, r.ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
					return req.Fail(from, f(c))
				})
				if !errors.Is(err, genserver.ErrCallingSelf) {
					t.Errorf("%s %v: %v", name, self, err)
				}
			}
		}
		wantTook(t, begun, 0)
		wantAlive(t, w, r)
	}},
	{ID: "GS-025", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for name, r := range unreachable(w) {
			genserver.Cast(w.Ctx, r, tell{}) // returns nothing; TryCast is for those who want to know
			if err := genserver.TryCast(w.Ctx, r, tell{}); !errors.Is(err, process.NoProc) {
				t.Errorf("%s: TryCast: %v", name, err)
			}
		}
	}},
	{ID: "GS-026", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{})
		var handled []int
		for i := range 200 {
			genserver.Cast(w.Ctx, r.ref, tell{f: func(c *genserver.Context) genserver.Result {
				handled = append(handled, i)
				return c.NoReply()
			}})
		}
		n, err := call(w.Ctx, r.ref, func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
			return req.Reply(from, len(handled))
		})
		if err != nil || n != 200 {
			t.Errorf("the call saw %v casts, %v", n, err)
		}
		for i, v := range handled {
			if i != v {
				t.Fatalf("handled out of order: %v", handled)
			}
		}
	}},
}

// tells is a way to end a server: a cast that f handles.
func tells(w *proctest.World, f func(*genserver.Context) genserver.Result) func(running) {
	return func(r running) { genserver.Cast(w.Ctx, r.ref, tell{f: f}) }
}

var replyCases = []conformance.Case{
	{ID: "GS-027", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r, other, asking := serve(w, server{}), w.Puppet(), w.Puppet()
		callers := make(chan genserver.Caller[any], 1)
		answers := start(w.Ctx, r.ref, deferred(callers))
		caller := <-callers
		wantAlive(t, w, r) // the server goes on meanwhile
		time.Sleep(time.Second)
		other.Do(func(*process.Context) { caller.Reply("from another process") })
		if a := <-answers; a.err != nil || a.value != "from another process" || a.took != time.Second {
			t.Errorf("answer %+v", a)
		}
		answers = start(w.Ctx, r.ref, deferred(callers))
		(<-callers).Fail(errBoom)
		if a := <-answers; a.err != errBoom {
			t.Errorf("Fail arrived as %v (%T)", a.err, a.err)
		}
		// The caller of a process is known by its PID, that of a plain goroutine is not.
		asking.Do(func(c *process.Context) {
			_, err := call(c, r.ref, func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
				if from.PID() != asking.PID || req.Caller(from).PID() != asking.PID {
					t.Errorf("asked by %v, want %v", from.PID(), asking.PID)
				}
				return req.Reply(from, nil)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}},
	{ID: "GS-028", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{})
		for name, f := range map[string]func(*genserver.Context, genserver.From, ask) genserver.Result{
			"Reply twice": func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
				req.Reply(from, 1)
				return req.Reply(from, 2)
			},
			"Caller.Reply, Reply": func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
				req.Caller(from).Reply(1)
				return req.Reply(from, 2)
			},
			"Caller.Reply twice": func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
				caller := req.Caller(from)
				caller.Reply(1)
				caller.Fail(errBoom)
				return c.NoReply()
			},
		} {
			if v, err := call(w.Ctx, r.ref, f); v != 1 || err != nil {
				t.Errorf("%s: %v, %v", name, v, err)
			}
			if v, err := call(w.Ctx, r.ref, reply("next")); v != "next" || err != nil {
				t.Errorf("%s: the next call got %v, %v", name, v, err)
			}
		}
	}},
	{ID: "GS-029", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{terminate: func(*genserver.Context, error) { time.Sleep(200 * time.Millisecond) }})
		begun := time.Now()
		v, err := call(w.Ctx, r.ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
			return req.Reply(from, "bye").Stop(process.Normal)
		})
		wantTook(t, begun, 200*time.Millisecond)
		if v != "bye" || err != nil {
			t.Errorf("answer %v, %v", v, err)
		}
		r.Want(process.Normal)
		r.wantTerminated(t, process.Normal)
	}},
	{ID: "GS-030", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		watcher := w.Puppet()
		for i := range 100 {
			name := process.Name(fmt.Sprint("stopped", i))
			r := serve(w, server{}, genserver.WithName(name))
			watcher.Do(func(c *process.Context) {
				c.Monitor(r.pid)
				if _, err := call(c, r.ref, func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
					return req.Reply(from, nil).Stop(process.Normal)
				}); err != nil {
					t.Error(err)
				}
				if _, err := process.ReceiveMatch(c, func(process.Down) bool { return true }); err != nil {
					t.Error(err)
				}
				if pid, taken := process.WhereIs(c, name); taken {
					t.Errorf("the name belongs to %v at Down", pid)
				}
			})
		}
	}},
	{ID: "GS-031", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		none := func(*genserver.Context, any) genserver.Result { return genserver.Result{} }
		for callback, end := range map[string]func(running){
			"HandleCall": func(r running) {
				call(w.Ctx, r.ref, func(*genserver.Context, genserver.From, ask) genserver.Result { return genserver.Result{} })
			},
			"HandleCast": tells(w, func(*genserver.Context) genserver.Result { return genserver.Result{} }),
			"HandleInfo": func(r running) { process.Send(w.Ctx, r.pid, "info") },
			"HandleContinue": tells(w, func(c *genserver.Context) genserver.Result {
				return c.NoReply().Continue("on")
			}),
		} {
			r := serve(w, server{handleInfo: none, continuation: none})
			waiting := start(w.Ctx, r.ref, deferred(make(chan genserver.Caller[any], 1)))
			end(r)
			a := <-waiting
			var bad *genserver.BadReturn
			if !errors.As(a.err, &bad) || bad.Callback != callback || a.took != 0 {
				t.Errorf("%s: the caller got %v after %v", callback, a.err, a.took)
			}
			r.Want(bad)
			r.wantTerminated(t, bad)
		}
		r := serve(w, server{})
		_, err := call(w.Ctx, r.ref, func(*genserver.Context, genserver.From, ask) genserver.Result { return genserver.Result{} })
		wantCallError(t, err, r.Reason())
	}},
	{ID: "GS-032", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		startBare := func() (genserver.Ref[*bare], *proctest.Fate) {
			r, err := genserver.Start(w.Ctx, newBare)
			if err != nil {
				t.Fatal(err)
			}
			return r, w.Watch(w.Resolve(r.Dest()))
		}
		var unhandled *genserver.UnhandledError
		r, fate := startBare()
		_, err := genserver.Call(w.Ctx, r, bareCall{})
		if !errors.As(err, &unhandled) {
			t.Errorf("unhandled call: %v", err)
		}
		fate.Want(unhandled)
		r, fate = startBare()
		genserver.Cast(w.Ctx, r, bareCast{})
		if !errors.As(fate.Reason(), &unhandled) {
			t.Errorf("unhandled cast: %v", fate.Reason())
		}
		// A handler without a case for the message says so by c.Unhandled.
		s := serve(w, server{})
		_, err = call(w.Ctx, s.ref, func(c *genserver.Context, _ genserver.From, req ask) genserver.Result { return c.Unhandled(req) })
		if !errors.As(err, &unhandled) {
			t.Errorf("c.Unhandled at a call: %v", err)
		}
		s.Want(unhandled)
		s = serve(w, server{})
		genserver.Cast(w.Ctx, s.ref, tell{f: func(c *genserver.Context) genserver.Result { return c.Unhandled(tell{}) }})
		if !errors.As(s.Reason(), &unhandled) {
			t.Errorf("c.Unhandled at a cast: %v", s.Reason())
		}
	}},
	{ID: "GS-033", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r, err := genserver.Start(w.Ctx, newBare)
		if err != nil {
			t.Fatal(err)
		}
		fate := w.Watch(w.Resolve(r.Dest()))
		if err := process.Send(w.Ctx, r.Dest(), unheard{}); err != nil {
			t.Error(err)
		}
		fate.Want(nil)
		wantLogged(t, w, "not handled", fate.PID.String(), "genserver_test.unheard")
		s := serve(w, server{handleInfo: func(c *genserver.Context, msg any) genserver.Result { return c.Unhandled(msg) }})
		if err := process.Send(w.Ctx, s.pid, unheard{}); err != nil {
			t.Error(err)
		}
		s.Want(nil)
		wantLogged(t, w, "not handled", s.pid.String(), "genserver_test.unheard")
		wantAlive(t, w, s)
	}},
	{ID: "GS-034", Standing: conformance.Cluster, Why: "Needs several nodes."},
	{ID: "GS-035", Standing: conformance.Cluster, Why: "Needs several nodes."},
}
