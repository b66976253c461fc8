package genserver_test

import (
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// endless makes a server's HandleContinue ask for another one n times and report how deep its stack is then.
func endless(n int, depth chan<- int) func(c *genserver.Context, arg any) genserver.Result {
	return func(c *genserver.Context, _ any) genserver.Result {
		if n--; n > 0 {
			return c.NoReply().Continue("more")
		}
		depth <- runtime.Callers(0, make([]uintptr, 1000))
		return c.NoReply()
	}
}

// A server that continues and continues, which is how one works in steps, stays where it is: each step used to grow the stack.
func TestContinuesDoNotNest(t *testing.T) {
	const most = 50
	synctest.Test(t, func(t *testing.T) {
		w, depth := proctest.New(t), make(chan int, 1)
		r := serve(w, server{continuation: endless(1000, depth)})
		if _, err := call(w.Ctx, r.ref, func(_ *genserver.Context, from genserver.From, req ask) genserver.Result {
			return req.Reply(from, "begun").Continue("more")
		}); err != nil {
			t.Error(err)
		}
		if got := <-depth; got > most {
			t.Errorf("the stack is %d frames deep", got)
		}
		serve(w, server{
			init:         func(c *genserver.Context) genserver.Result { return c.OK().Continue("more") },
			continuation: endless(1000, depth),
		})
		if got := <-depth; got > most {
			t.Errorf("after Init the stack is %d frames deep", got)
		}
	})
}

// An exit signal ends a server that continues for ever between two steps.
func TestExitSignalBetweenContinues(t *testing.T) {
	w, running := proctest.New(t), make(chan bool, 1)
	r := run(w, server{
		init: func(c *genserver.Context) genserver.Result { return c.OK().Continue("more") },
		continuation: func(c *genserver.Context, _ any) genserver.Result {
			select {
			case running <- true:
			default:
			}
			return c.NoReply().Continue("more")
		},
	})
	<-running
	process.Exit(w.Ctx, r.pid, errBoom)
	within(t, "the end", func() {
		// NoProc: it had ended before this looked.
		if reason, err := process.Wait(w.Ctx, r.pid); reason != errBoom && reason != process.NoProc || err != nil {
			t.Errorf("%v, %v", reason, err)
		}
	})
}
