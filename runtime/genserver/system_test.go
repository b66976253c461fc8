package genserver_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// What waited while a server was suspended is handled as if it had come after.
func TestResume(t *testing.T) {
	suspended := func(t *testing.T, s server) (*proctest.World, running) {
		w := proctest.New(t)
		r := serve(w, s)
		if err := genserver.Suspend(w.Ctx, r.ref); err != nil {
			t.Fatal(err)
		}
		return w, r
	}
	resume := func(t *testing.T, w *proctest.World, r running) {
		if err := genserver.Resume(w.Ctx, r.ref); err != nil {
			t.Errorf("Resume: %v", err)
		}
	}
	for name, test := range map[string]func(t *testing.T){
		"stop with reply": func(t *testing.T) {
			w, r := suspended(t, server{terminate: func(*genserver.Context, error) { time.Sleep(time.Second) }})
			answers := start(w.Ctx, r.ref, func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
				return req.Reply(from, "bye").Stop(process.Normal)
			})
			go genserver.Resume(w.Ctx, r.ref)
			if a := <-answers; a.value != "bye" || a.err != nil || a.took != time.Second {
				t.Errorf("%+v, want bye after Terminate", a)
			}
			time.Sleep(2 * time.Second) // Terminate returns, whatever the answer
		},
		"panic after Reply": func(t *testing.T) {
			w, r := suspended(t, server{})
			answers := start(w.Ctx, r.ref, func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
				req.Reply(from, "bye")
				panic("crash")
			})
			go genserver.Resume(w.Ctx, r.ref)
			if a := <-answers; !panics(a.err) {
				t.Errorf("%+v, want the panic", a)
			}
		},
		"deferred reply": func(t *testing.T) {
			w, r := suspended(t, server{})
			callers := make(chan genserver.Caller[any], 1)
			answers := start(w.Ctx, r.ref, deferred(callers))
			resume(t, w, r)
			(<-callers).Reply("later")
			if a := <-answers; a.value != "later" || a.err != nil {
				t.Errorf("%+v", a)
			}
		},
		"exit signal": func(t *testing.T) {
			w, r := suspended(t, server{})
			genserver.Cast(w.Ctx, r.ref, tell{f: func(c *genserver.Context) genserver.Result {
				process.Exit(w.Ctx, c.Self(), errBoom)
				return c.NoReply()
			}})
			note(w, r, "handled by a dead server")
			genserver.Resume(w.Ctx, r.ref)
			r.Want(errBoom)
			r.journal.want(t, "")
		},
		"killed while suspended": func(t *testing.T) {
			w, r := suspended(t, server{})
			answers := start(w.Ctx, r.ref, reply(1))
			process.Exit(w.Ctx, r.pid, process.Kill)
			a := <-answers
			wantCallError(t, a.err, process.Killed)
			if a.took != 0 {
				t.Errorf("told after %v", a.took)
			}
		},
		"stopped while suspended": func(t *testing.T) {
			w, r := suspended(t, server{})
			answers := start(w.Ctx, r.ref, reply(1))
			if err := genserver.Stop(w.Ctx, r.ref, errBoom); err != nil {
				t.Errorf("Stop: %v", err)
			}
			wantCallError(t, (<-answers).err, errBoom)
			r.wantTerminated(t, errBoom)
		},
		"parent exits while suspended": func(t *testing.T) {
			w := proctest.New(t)
			parent := w.Puppet()
			r := serveLink(w, parent, server{trapExit: true})
			if err := genserver.Suspend(w.Ctx, r.ref); err != nil {
				t.Fatal(err)
			}
			parent.Exit(errBoom)
			r.Want(errBoom)
			r.wantTerminated(t, errBoom)
		},
		"idle timeout": func(t *testing.T) {
			w, r := suspended(t, server{init: func(c *genserver.Context) genserver.Result { return c.OK().Timeout(time.Second) }})
			time.Sleep(2 * time.Second)
			r.Want(nil)
			r.journal.want(t, "")
			resume(t, w, r)
			time.Sleep(2 * time.Second)
			r.Want(nil)
			r.journal.want(t, "timeout")
		},
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
	}
}

// Looking at a server does not disturb it: neither its idle timeout nor its order of messages.
func TestInspect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{init: func(c *genserver.Context) genserver.Result { return c.OK().Timeout(time.Second) }})
		time.Sleep(900 * time.Millisecond)
		if n, err := genserver.Inspect(w.Ctx, r.ref, func(s *server) int { return len(s.journal.entries) }); n != 0 || err != nil {
			t.Errorf("%v, %v", n, err)
		}
		time.Sleep(100 * time.Millisecond)
		r.Want(nil)
		r.journal.want(t, "timeout")
		if err := genserver.Suspend(w.Ctx, r.ref); err != nil {
			t.Fatal(err)
		}
		if n, err := genserver.Inspect(w.Ctx, r.ref, func(s *server) int { return len(s.journal.entries) }); n != 1 || err != nil {
			t.Errorf("suspended: %v, %v", n, err)
		}
	})
}

// fat is a request whose answer would be large enough to be missed.
type fat struct {
	genserver.CallTo[*server, [1 << 18]byte]
}

// A call that its caller gave up before the suspended server took it from its mailbox leaves nothing behind when the server resumes. Each
// used to stay in the server's list of callers, and so did what it pointed to.
func TestCallsGivenUpWhileSuspended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{})
		heap := func() uint64 {
			runtime.GC()
			runtime.GC() // the pools too
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		before := heap()
		const rounds = 40
		for range rounds {
			release := make(chan bool)
			genserver.Cast(w.Ctx, r.ref, tell{f: func(c *genserver.Context) genserver.Result { <-release; return c.NoReply() }})
			suspended := make(chan error, 1)
			go func() { suspended <- genserver.Suspend(w.Ctx, r.ref) }()
			synctest.Wait()
			short, cancel := context.WithTimeout(w.Ctx, time.Millisecond)
			_, err := genserver.Call(short, r.ref, fat{})
			cancel()
			wantCallError(t, err, genserver.ErrTimeout)
			close(release)
			if err := <-suspended; err != nil {
				t.Fatal(err)
			}
			if err := genserver.Resume(w.Ctx, r.ref); err != nil {
				t.Fatal(err)
			}
		}
		wantAlive(t, w, r)
		if grown := int64(heap()) - int64(before); grown > rounds<<18/2 {
			t.Errorf("%d MB are kept of %d calls that timed out", grown>>20, rounds)
		}
	})
}

// A Down that waits while its server is suspended can be flushed by what the server does when it resumes.
func TestFlushOfAHeldDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		r := serve(w, server{handleInfo: func(c *genserver.Context, msg any) genserver.Result {
			if down, ok := msg.(process.Down); ok {
				t.Errorf("%v arrives after all", down)
			}
			return c.NoReply()
		}})
		watched := w.Puppet()
		var down process.MonitorRef
		if _, err := call(w.Ctx, r.ref, func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
			down = c.Monitor(watched.PID)
			return req.Reply(from, nil)
		}); err != nil {
			t.Fatal(err)
		}
		if err := genserver.Suspend(w.Ctx, r.ref); err != nil {
			t.Fatal(err)
		}
		genserver.Cast(w.Ctx, r.ref, tell{f: func(c *genserver.Context) genserver.Result {
			c.Demonitor(down, process.Flush())
			return c.NoReply()
		}})
		watched.Exit(errBoom)
		if err := genserver.Resume(w.Ctx, r.ref); err != nil {
			t.Fatal(err)
		}
		wantAlive(t, w, r)
	})
}
