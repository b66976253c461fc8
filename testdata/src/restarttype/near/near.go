// Package near has children whose restart type is right.
package near

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"

	"otplint.test/restarttype/lib"
)

type poller struct{ each time.Duration }

// Serve polls until it is told to stop.
func (p poller) Serve(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(p.each):
		}
	}
}

type source interface{ Run(context.Context) error }

// Works last, or may last, or never return nil, or are not restarted after a normal end.
func Works(l net.Listener, src source, run func(context.Context) error, jobs chan int, level supervisor.Restart) supervisor.Spec {
	return supervisor.Supervisor("works", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Serve("poll", func() supervisor.Service { return poller{time.Second} }),
		supervisor.Func("wait", func(ctx context.Context) error { <-ctx.Done(); return nil }),
		supervisor.Func("http", func(context.Context) error { return http.Serve(l, nil) }),
		supervisor.Func("accept", func(context.Context) error {
			_, err := l.Accept()
			return err
		}),
		supervisor.Func("unknown", func(ctx context.Context) error { return src.Run(ctx) }),
		supervisor.Func("given", run),
		supervisor.Func("drain", func(context.Context) error {
			for range jobs {
			}
			return nil
		}),
		supervisor.Func("retry", func(context.Context) error {
			for {
				if _, err := http.Get("http://x"); err == nil {
					return nil
				}
				time.Sleep(time.Second)
			}
		}),
		supervisor.Func("process", func(context.Context) error { return exec.Command("x").Run() }),
		supervisor.Func("copy", func(context.Context) error {
			_, err := io.Copy(nil, nil)
			return err
		}),
		supervisor.Func("group", func(context.Context) error {
			var all sync.WaitGroup
			all.Wait()
			return nil
		}),
		supervisor.Func("fails", func(context.Context) error { return errors.New("always") }),
		supervisor.Func("panics", func(context.Context) error { panic("always") }),
		supervisor.Process("receives", func(c *process.Context) error {
			_, err := process.Receive(c)
			return err
		}),
		supervisor.Func("once", func(context.Context) error { return nil }).Restart(supervisor.Transient),
		supervisor.Func("never", func(context.Context) error { return nil }).Restart(supervisor.Temporary),
		supervisor.Func("computed", func(context.Context) error { return nil }).Restart(level),
	})
}

// server stops with a reason, and normally when it is told to.
type server struct{ peer genserver.Ref[*server] }

type stop struct{ genserver.CastTo[*server] }

type check struct{}

func (s *server) Init(c *genserver.Context) genserver.Result { return c.OK().Timeout(time.Minute) }

func (s *server) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case stop:
		return c.Stop(nil)
	}
	return c.Unhandled(msg)
}

func (s *server) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case genserver.Timeout:
		return c.Stop(errors.New("nobody came"))
	case check:
		return c.Stop(process.Shutdown)
	}
	return c.Unhandled(msg)
}

// Stop stops the one server: somebody wants it to be started anew.
func Stop(ctx context.Context, s genserver.Ref[*server]) { genserver.Cast(ctx, s, stop{}) }

// hooked stops on a message that only a test sends.
type hooked struct{}

type hook struct{ genserver.CastTo[*hooked] }

func (s *hooked) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *hooked) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case hook:
		return c.Stop(nil)
	}
	return c.Unhandled(msg)
}

// Hooked starts many of them.
func Hooked(ctx context.Context, sup dynsupervisor.Ref) (genserver.Ref[*hooked], error) {
	return dynsupervisor.StartChild(ctx, sup, supervisor.Server("hooked", func() *hooked { return &hooked{} }))
}

// plain holds a reference.
type plain struct{ of genserver.Ref[*plain] }

func (s *plain) Init(c *genserver.Context) genserver.Result { return c.OK() }

// Tree has Temporary children that nobody keeps, or whose holders are not restarted either, and that end by design.
func Tree(sup dynsupervisor.Ref) supervisor.Spec {
	alone := supervisor.Server("alone", func() *plain { return &plain{} }).Restart(supervisor.Temporary)
	pair := supervisor.Server("pair", func() *plain { return &plain{} }).Restart(supervisor.Temporary)
	ends := supervisor.Server("ends", func() *server { return &server{} }).Restart(supervisor.Temporary)
	said := supervisor.Server("said", func() *plain { return &plain{} }).Restart(supervisor.Temporary).Significant()
	return supervisor.Supervisor("tree", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Server("server", func() *server { return &server{} }),
		alone,
		pair,
		supervisor.Server("other", func() *plain { return &plain{pair.Ref()} }).Restart(supervisor.Temporary),
		ends,
		supervisor.Server("holder", func() *server { return &server{ends.Ref()} }),
		said,
		supervisor.Server("listener", func() *plain { return &plain{said.Ref()} }),
		lib.Child("session").Restart(supervisor.Transient),
	}, supervisor.AutoShutdown(supervisor.AnySignificant))
}

// Session is a child whose starter says when it is restarted.
func Session() supervisor.Child[genserver.Ref[*lib.Session]] { return lib.Child("session") }
