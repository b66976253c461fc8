// Package meta has one server in many forms: the verdict stays.
package meta

import (
	"io"
	"os"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	gs "github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"

	"otplint.test/trapexit/lib"
)

// helper: an extracted method.
type helper struct{ f *os.File }

func (s *helper) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *helper) Terminate(*genserver.Context, error) { s.stop() } // want `helper does not trap exits`

func (s *helper) stop() { s.f.Close() }

// far: another package.
type far struct{ f *os.File }

func (s *far) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *far) Terminate(*genserver.Context, error) { lib.Close(s.f) } // want `far does not trap exits: .* misses os.File.Close \(lib.go:\d+\)`

// generic: with a type parameter.
type generic[T io.Closer] struct{ v T }

func (s *generic[T]) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *generic[T]) Terminate(*genserver.Context, error) { s.v.Close() } // want `generic does not trap exits`

// iface: behind an interface of the package, with one implementer.
type stopper interface{ stop() }

type file struct{ f *os.File }

func (f file) stop() { f.f.Close() }

type iface struct{ s stopper }

func newIface(f *os.File) *iface { return &iface{file{f}} }

func (s *iface) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *iface) Terminate(*genserver.Context, error) { s.s.stop() } // want `iface does not trap exits`

// deferred: in a deferred literal.
type deferred struct{ c io.Closer }

func (s *deferred) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *deferred) Terminate(*genserver.Context, error) { // want `deferred does not trap exits`
	defer func() { s.c.Close() }()
}

// renamed, by an alias.
type (
	context = gs.Context
	result  = gs.Result
	q       struct{ z *os.File }
)

func (w *q) Init(x *context) result { return x.OK() }

func (w *q) Terminate(_ *context, _ error) { w.z.Close() } // want `q does not trap exits`

// embedded: a base's Terminate.
type base struct{ f *os.File }

func (b *base) Terminate(*genserver.Context, error) { b.f.Close() } // want `embedded does not trap exits`

type embedded struct{ base }

func (s *embedded) Init(c *genserver.Context) genserver.Result { return c.OK() }

// untrapped stops trapping.
type untrapped struct{ f *os.File }

func (s *untrapped) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(false)
	return c.OK()
}

func (s *untrapped) Terminate(*genserver.Context, error) { s.f.Close() } // want `untrapped does not trap exits`

// templated: children of a template.
type templated struct{ f *os.File }

func (s *templated) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *templated) Terminate(*genserver.Context, error) { s.f.Close() } // want `templated does not trap exits`

// Template makes them.
func Template() supervisor.Spec {
	return dynsupervisor.Template("files", func(f *os.File) supervisor.Child[genserver.Ref[*templated]] {
		return supervisor.Server("file", func() *templated { return &templated{f} })
	})
}

// Children are the others, made by a wrapper and by hand.
func Children(f *os.File) []supervisor.Spec {
	return []supervisor.Spec{
		wrapped("helper", func() *helper { return &helper{f} }),
		supervisor.Server("far", func() *far { return &far{f} }),
		supervisor.Server("generic", func() *generic[*os.File] { return &generic[*os.File]{f} }),
		supervisor.Server("iface", func() *iface { return newIface(f) }),
		supervisor.Server("deferred", func() *deferred { return &deferred{f} }),
		supervisor.Server("q", func() *q { return &q{f} }),
		supervisor.Server("embedded", func() *embedded { return &embedded{base{f}} }),
		supervisor.Server("untrapped", func() *untrapped { return &untrapped{f} }),
	}
}

func wrapped[S genserver.Server](id string, f func() S) supervisor.Child[genserver.Ref[S]] {
	return supervisor.Server(id, f)
}
