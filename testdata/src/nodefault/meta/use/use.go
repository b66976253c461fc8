// Package use has one mistake in other words.
package use

import (
	gs "github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"otplint.test/nodefault/meta/lib"
)

type watcher interface{ watch(c *gs.Context) }

type one struct{ pid process.PID }

func (o one) watch(c *gs.Context) { c.Monitor(o.pid) }

type Helper struct{ pid process.PID } // want `use.Helper monitors processes \(Helper.watch\)`

func (s *Helper) Init(c *gs.Context) gs.Result {
	s.watch(c)
	return c.OK()
}

func (s *Helper) watch(c *gs.Context) { c.Monitor(s.pid) }

type Package struct{ pid process.PID } // want `use.Package monitors processes \(Watch\)`

func (s *Package) Init(c *gs.Context) gs.Result {
	lib.Watch(c, s.pid)
	return c.OK()
}

type Generic struct{ pids []process.PID } // want `use.Generic monitors processes \(WatchAll\)`

func (s *Generic) Init(c *gs.Context) gs.Result {
	lib.WatchAll(c, s.pids)
	return c.OK()
}

type Interface struct{ w watcher } // want `use.Interface monitors processes \(one.watch\)`

func (s *Interface) Init(c *gs.Context) gs.Result {
	s.w = one{}
	s.w.watch(c)
	return c.OK()
}

type Context = gs.Context

type Alias struct{ pid process.PID }

func (s *Alias) Init(c *Context) gs.Result {
	f := func() { c.Context.Monitor(s.pid) }
	f()
	return c.OK()
}

func (s *Alias) HandleInfo(c *Context, msg any) gs.Result { // want `use.Alias monitors processes`
	return refuse(c, msg)
}

func refuse(c *Context, msg any) gs.Result { return c.Unhandled(msg) }

type Embeds struct{ *Helper } // want `use.Embeds monitors processes \(Helper.watch\)`
