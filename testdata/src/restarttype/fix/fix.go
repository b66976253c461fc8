// Package fix has children whose restart type contradicts how they end.
package fix

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Jobs are functions that do their work and return.
func Jobs(db *sql.DB, dirs []string) supervisor.Child[supervisor.Ref] {
	return supervisor.Supervisor("jobs", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Func("migrate", func(ctx context.Context) error { // want `child "migrate" is Permanent by default, but it does its work once and returns nil \(fix.go:\d+\): its supervisor starts it again each time, and gives up when that is too often: make it Transient, or Temporary`
			_, err := db.ExecContext(ctx, "create index")
			return err
		}),
		supervisor.Func("clean", func(context.Context) error { // want `child "clean" is Permanent, but it does its work once`
			for _, dir := range dirs {
				if err := os.RemoveAll(dir); err != nil {
					return err
				}
			}
			return nil
		}).Shutdown(time.Second).Restart(supervisor.Permanent),
		supervisor.Serve("warm", func() supervisor.Service { return warmer{"http://cache"} }), // want `child "warm" is Permanent by default, but its Serve does its work once`

		supervisor.Func("hello", hello), // want `child "hello" is Permanent by default`
	})
}

func hello(context.Context) error {
	slog.Info("hello")
	return nil
}

type warmer struct{ url string }

// Serve asks once.
func (w warmer) Serve(ctx context.Context) error {
	resp, err := http.Get(w.url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// session ends when it has been idle.
type session struct{}

type end struct {
	genserver.CallTo[*session, int]
}

func (s *session) Init(c *genserver.Context) genserver.Result { return c.OK().Timeout(time.Minute) }

func (s *session) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case end:
		return req.Reply(from, 1).Stop(nil)
	}
	return c.Unhandled(req)
}

func (s *session) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case genserver.Timeout:
		return c.Stop(process.Normal)
	}
	return c.Unhandled(msg)
}

// Open opens a session.
func Open(ctx context.Context, sup dynsupervisor.Ref, byUser *registry.Registry[string, int], user string) (genserver.Ref[*session], error) {
	child := supervisor.Server("session", func() *session { return &session{} }) // want `child "session" is Permanent by default, but session stops normally when it has been idle \(fix.go:\d+\)`
	if user == "" {
		return dynsupervisor.StartChild(ctx, sup, child)
	}
	return registry.GetOrStart(ctx, byUser, user, 0, sup, child)
}

// upload ends when its client says so.
type upload struct{}

type finish struct {
	genserver.CallTo[*upload, int]
}

func (s *upload) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *upload) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case finish:
		return req.Reply(from, 1).Stop(nil)
	}
	return c.Unhandled(req)
}

// Finish ends an upload.
func Finish(ctx context.Context, u genserver.Ref[*upload]) (int, error) {
	return genserver.Call(ctx, u, finish{})
}

// Uploads are made by a template.
func Uploads() supervisor.Spec {
	return dynsupervisor.Template("uploads", func(string) supervisor.Child[genserver.Ref[*upload]] {
		return supervisor.Server("upload", func() *upload { return &upload{} }) // want `child "upload" is Permanent by default, but upload, of which there are many, stops normally on finish`
	})
}

// lease ends when its time is up.
type lease struct{}

type expire struct{}

func (s *lease) Init(c *genserver.Context) genserver.Result {
	c.SendAfter(time.Minute, expire{})
	return c.OK()
}

func (s *lease) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case expire:
		return c.Stop(nil)
	}
	return c.Unhandled(msg)
}

// Lease is in a tree.
func Lease() supervisor.Child[supervisor.Ref] {
	return supervisor.Supervisor("leases", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Server("lease", func() *lease { return &lease{} }), // want `child "lease" is Permanent by default, but lease stops normally on its timer's expire`
	})
}

// stock is one, and others hold it.
type stock struct{}

func (s *stock) Init(c *genserver.Context) genserver.Result { return c.OK() }

type shop struct{ stock genserver.Ref[*stock] }

func (s *shop) Init(c *genserver.Context) genserver.Result { return c.OK() }

// Shop keeps what is not restarted.
func Shop() supervisor.Child[supervisor.Ref] {
	items := supervisor.Server("stock", func() *stock { return &stock{} }).Restart(supervisor.Temporary) // want `child "stock" is Temporary, but 2 siblings, which are restarted, keep a reference to it: after one crash nobody answers there any more: make it Permanent`
	return supervisor.Supervisor("shop", supervisor.OneForOne, []supervisor.Spec{
		items,
		supervisor.Server("shop", func() *shop { return &shop{items.Ref()} }),
		supervisor.Supervisor("more", supervisor.OneForOne, []supervisor.Spec{
			supervisor.Server("shop", func() *shop { return &shop{items.Ref()} }),
		}),
	})
}

// none finds no name for the constant's package: no fix.
func none() supervisor.Spec {
	const always = supervisor.Permanent
	return supervisor.Supervisor("none", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Func("hello", hello).Restart(always), // want `child "hello" is Permanent, but it does its work once`
	})
}

var _ = none
