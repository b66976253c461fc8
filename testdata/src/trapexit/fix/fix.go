// Package fix has servers whose Terminate does not run when they are stopped.
package fix

import (
	"bufio"
	"database/sql"
	"net/http"
	"os"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

type journal struct{ w *bufio.Writer }

func (s *journal) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *journal) Terminate(*genserver.Context, error) { // want `journal does not trap exits: when its supervisor stops it \(child made at fix.go:\d+\), Terminate does not run and misses bufio.Writer.Flush \(fix.go:\d+\): call c.TrapExit\(true\) in Init`
	s.w.Flush()
}

type files struct {
	f    *os.File
	path string
}

func (s *files) Init(ctx *genserver.Context) genserver.Result {
	f, err := os.Create(s.path)
	if err != nil {
		return ctx.Stop(err)
	}
	s.f = f
	return ctx.OK()
}

func (s *files) Terminate(*genserver.Context, error) { // want `files does not trap exits: .* misses os.File.Close \(fix.go:\d+\) and 1 more`
	s.f.Close()
	os.Remove(s.path)
}

type leaver struct{ db *sql.DB }

func (s *leaver) Init(c *genserver.Context) genserver.Result { // registers nothing
	return c.OK()
}

func (s *leaver) Terminate(*genserver.Context, error) { // want `leaver does not trap exits: .* misses sql.DB.Exec`
	s.db.Exec("delete from leases")
}

type feeder struct{ out chan int }

func (s *feeder) Init(c *genserver.Context) genserver.Result {

	return c.OK()
}

func (s *feeder) Terminate(*genserver.Context, error) { // want `feeder does not trap exits: .* misses close of a channel`
	close(s.out)
}

// pool lends connections; a borrower gives its back.
type pool struct{ free int }

type giveBack struct{ genserver.CastTo[*pool] }

func (s *pool) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *pool) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case giveBack:
		s.free++
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

type borrower struct{ pool genserver.Ref[*pool] }

func (s *borrower) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *borrower) Terminate(c *genserver.Context, _ error) { // want `borrower does not trap exits: .* misses cast of pool`
	genserver.Cast(c, s.pool, giveBack{})
}

// linked has a link of its own and a case for its exit.
type linked struct {
	f     *os.File
	other process.PID
}

func (s *linked) Init(c *genserver.Context) genserver.Result {
	c.Link(s.other)
	return c.OK()
}

func (s *linked) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case process.Exited:
		return c.Stop(msg.Reason)
	}
	return c.Unhandled(msg)
}

func (s *linked) Terminate(*genserver.Context, error) { // want `linked does not trap exits`
	s.f.Close()
}

// unprepared has one and no case: no fix.
type unprepared struct {
	f     *os.File
	other process.PID
}

func (s *unprepared) Init(c *genserver.Context) genserver.Result {
	c.Link(s.other)
	return c.OK()
}

func (s *unprepared) Terminate(*genserver.Context, error) { // want `unprepared does not trap exits`
	s.f.Close()
}

// nameless has no name for its context: no fix.
type nameless struct{ f *os.File }

func (s *nameless) Init(*genserver.Context) genserver.Result { return ok() }

func ok() genserver.Result { return (&genserver.Context{}).OK() }

func (s *nameless) Terminate(*genserver.Context, error) { // want `nameless does not trap exits`
	s.f.Close()
}

// parent starts one that is linked to it.
type parent struct{}

func (s *parent) Init(c *genserver.Context) genserver.Result {
	if _, err := genserver.StartLink(c.Context, func() *kid { return &kid{} }); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

type kid struct{ body *http.Response }

func (s *kid) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *kid) Terminate(*genserver.Context, error) { // want `kid does not trap exits`
	s.body.Body.Close()
}

// killed traps exits, and is killed nevertheless.
type killed struct{ f *os.File }

func (s *killed) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	return c.OK()
}

func (s *killed) Terminate(*genserver.Context, error) { s.f.Close() }

// Children are they all.
func Children() []supervisor.Spec {
	p := supervisor.Server("pool", func() *pool { return &pool{} })
	return []supervisor.Spec{
		p,
		supervisor.Server("journal", func() *journal { return &journal{} }),
		supervisor.Server("files", func() *files { return &files{} }),
		supervisor.Server("leaver", func() *leaver { return &leaver{} }),
		supervisor.Server("feeder", func() *feeder { return &feeder{} }),
		supervisor.Server("borrower", func() *borrower { return &borrower{p.Ref()} }),
		supervisor.Server("linked", func() *linked { return &linked{} }),
		supervisor.Server("unprepared", func() *unprepared { return &unprepared{} }),
		supervisor.Server("nameless", func() *nameless { return &nameless{} }),
		supervisor.Server("parent", func() *parent { return &parent{} }),
		supervisor.Server("killed", func() *killed { return &killed{} }).Shutdown(supervisor.BrutalKill), // want `this child is killed instead of asked to stop \(a shutdown time of 0\): Terminate of killed does not run and misses os.File.Close \(fix.go:\d+\): give it the time that it needs`
	}
}
