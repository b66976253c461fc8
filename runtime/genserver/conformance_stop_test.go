package genserver_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

var signalCases = []conformance.Case{
	{ID: "GS-048", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for _, reason := range []error{process.Shutdown, errBoom} {
			r := serve(w, server{})
			process.Exit(w.Ctx, r.pid, reason)
			r.Want(reason)
			r.wantTerminated(t)
			// The same over a link, from the parent.
			parent := w.Puppet()
			r = serveLink(w, parent, server{})
			parent.Exit(reason)
			r.Want(reason)
			r.wantTerminated(t)
			// A server that is busy has its context cancelled at once and dies when the callback returns.
			r = serve(w, server{})
			var cause error
			genserver.Cast(w.Ctx, r.ref, tell{f: func(c *genserver.Context) genserver.Result {
				select {
				case <-c.Done():
					cause = context.Cause(c)
				case <-time.After(time.Minute):
				}
				time.Sleep(time.Second)
				return c.NoReply()
			}})
			r.Want(nil)
			process.Exit(w.Ctx, r.pid, reason)
			r.Want(nil)
			time.Sleep(time.Second)
			r.Want(reason)
			r.wantTerminated(t)
			if cause != reason {
				t.Errorf("the context's cause is %v, want %v", cause, reason)
			}
		}
		r := serve(w, server{})
		process.Exit(w.Ctx, r.pid, process.Normal)
		r.Want(nil)
	}},
	{ID: "GS-049", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		other := w.Puppet()
		parent := w.Puppet()
		for _, r := range []running{serve(w, server{trapExit: true}), serveLink(w, parent, server{trapExit: true})} {
			for _, reason := range []error{process.Normal, process.Shutdown, errBoom} {
				other.Do(func(c *process.Context) { process.Exit(c, r.pid, reason) })
			}
			linked := w.Puppet()
			linked.Link(r.pid)
			linked.Exit(errBoom)
			r.Want(nil)
			r.journal.want(t, "exited normal, exited shutdown, exited boom, exited boom")
			r.wantTerminated(t)
		}
	}},
	{ID: "GS-050", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for _, reason := range []error{process.Normal, process.Shutdown, errBoom} {
			parent := w.Puppet()
			r := serveLink(w, parent, server{trapExit: true})
			parent.Exit(reason)
			r.Want(reason)
			r.wantTerminated(t, reason)
			r.journal.want(t, "")
		}
	}},
	{ID: "GS-051", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		parent := w.Puppet()
		r := serveLink(w, parent, server{})
		parent.Exit(process.Normal)
		r.Want(nil)
		wantAlive(t, w, r)
	}},
	{ID: "GS-052", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for _, trap := range []bool{true, false} {
			for name, f := range map[string]func(c *genserver.Context) genserver.Result{
				"panic":      func(*genserver.Context) genserver.Result { panic("crash") },
				"Goexit":     func(*genserver.Context) genserver.Result { runtime.Goexit(); panic("unreachable") },
				"bad return": func(*genserver.Context) genserver.Result { return genserver.Result{} },
				"stop":       func(c *genserver.Context) genserver.Result { return c.Stop(errBoom) },
				"stop clean": func(c *genserver.Context) genserver.Result { return c.Stop(process.Shutdown) },
			} {
				r := serve(w, server{trapExit: trap})
				genserver.Cast(w.Ctx, r.ref, tell{f: f})
				reason := r.Reason()
				if reason == nil {
					t.Errorf("%s: the server lives", name)
				}
				r.wantTerminated(t, reason)
			}
		}
	}},
	{ID: "GS-053", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for _, trap := range []bool{true, false} {
			r := serve(w, server{trapExit: trap})
			process.Exit(w.Ctx, r.pid, process.Kill)
			r.Want(process.Killed)
			r.wantTerminated(t)
			// Busy: dead for everyone at once, and terminate is not called when the callback returns either.
			r = serve(w, server{trapExit: trap})
			genserver.Cast(w.Ctx, r.ref, tell{f: func(c *genserver.Context) genserver.Result {
				time.Sleep(time.Second)
				return c.Stop(errBoom)
			}})
			r.Want(nil)
			process.Exit(w.Ctx, r.pid, process.Kill)
			r.Want(process.Killed)
			time.Sleep(2 * time.Second)
			r.wantTerminated(t)
		}
	}},
}

var stopCases = []conformance.Case{
	{ID: "GS-054", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{}, genserver.WithName("stopped"))
		if err := genserver.Stop(w.Ctx, r.ref, errBoom); err != nil {
			t.Errorf("Stop: %v", err)
		}
		if pid, taken := process.WhereIs(w.Ctx, "stopped"); taken {
			t.Errorf("the name belongs to %v", pid)
		}
		r.Want(errBoom)
		r.wantTerminated(t, errBoom)
	}},
	{ID: "GS-055", Standing: conformance.Changed, Why: "Stop takes its reason and its deadline from the caller: there is no default reason, and without a deadline it waits for as long as Terminate takes.", Test: func(t *testing.T) {
		w := proctest.New(t)
		for name, r := range unreachable(w) {
			if err := genserver.Stop(w.Ctx, r, process.Normal); !errors.Is(err, process.NoProc) {
				t.Errorf("%s: %v", name, err)
			}
		}
		r := serve(w, server{terminate: func(*genserver.Context, error) { time.Sleep(time.Hour) }})
		begun := time.Now()
		if err := genserver.Stop(w.Ctx, r.ref, process.Normal); err != nil {
			t.Errorf("Stop: %v", err)
		}
		wantTook(t, begun, time.Hour)
	}},
	{ID: "GS-056", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{terminate: func(*genserver.Context, error) { time.Sleep(200 * time.Millisecond) }})
		ctx, cancel := context.WithTimeout(w.Ctx, 50*time.Millisecond)
		defer cancel()
		begun := time.Now()
		err := genserver.Stop(ctx, r.ref, process.Normal)
		wantTook(t, begun, 50*time.Millisecond)
		if !errors.Is(err, genserver.ErrTimeout) {
			t.Errorf("Stop: %v", err)
		}
		r.Want(nil)
		time.Sleep(150 * time.Millisecond)
		r.Want(process.Normal)
	}},
	{ID: "GS-057", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{})
		genserver.Cast(w.Ctx, r.ref, tell{f: func(c *genserver.Context) genserver.Result {
			time.Sleep(time.Second)
			return c.Stop(errBoom)
		}})
		begun := time.Now()
		err := genserver.Stop(w.Ctx, r.ref, process.Normal)
		wantTook(t, begun, time.Second)
		if !errors.Is(err, errBoom) {
			t.Errorf("Stop: %v, want %v", err, errBoom)
		}
		r.Want(errBoom)
		r.wantTerminated(t, errBoom)
	}},
	{ID: "GS-058", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{terminate: func(*genserver.Context, error) { panic(errBoom) }})
		err := genserver.Stop(w.Ctx, r.ref, process.Normal)
		var panicked *process.PanicError
		if !errors.As(err, &panicked) || panicked.Value != errBoom {
			t.Errorf("Stop: %v", err)
		}
		r.Want(panicked)
	}},
	{ID: "GS-059", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		watcher := w.Puppet()
		for i := range 2000 {
			name := process.Name(fmt.Sprint("n", i))
			watcher.Do(func(c *process.Context) {
				r, err := genserver.Start(c, newBare, genserver.WithName(name))
				if err != nil {
					t.Fatal(err)
				}
				c.Monitor(r.Dest())
				genserver.Cast(c, r, bareCast{}) // nothing handles it: the server crashes
				if _, err := process.ReceiveMatch(c, func(process.Down) bool { return true }); err != nil {
					t.Error(err)
				}
				if pid, taken := process.WhereIs(c, name); taken {
					t.Errorf("round %d: the name belongs to %v", i, pid)
				}
			})
		}
	}},
	{ID: "GS-060", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for _, clean := range []error{process.Normal, process.Shutdown, &process.ShutdownReason{Detail: errBoom}, fmt.Errorf("done: %w", process.Shutdown)} {
			if err := genserver.Stop(w.Ctx, serve(w, server{}).ref, clean); err != nil {
				t.Errorf("Stop: %v", err)
			}
		}
		if log := w.Log(); log != "" {
			t.Errorf("clean exits logged:\n%s", log)
		}
		if err := genserver.Stop(w.Ctx, serve(w, server{}).ref, errBoom); err != nil {
			t.Errorf("Stop: %v", err)
		}
		wantLogged(t, w, "boom")
		r := serve(w, server{})
		genserver.Cast(w.Ctx, r.ref, tell{f: func(*genserver.Context) genserver.Result { panic("the cause") }})
		r.Reason()
		wantLogged(t, w, "the cause", r.pid.String(), "genserver_test.tell", "conformance_stop_test.go")
	}},
}
