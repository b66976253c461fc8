// Package bad has servers whose Init may block, or postpones its work by a message.
package bad

import (
	"context"
	"database/sql"
	"net"
	"net/http"
	"os/exec"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

type dialer struct{ conn net.Conn }

func (s *dialer) Init(c *genserver.Context) genserver.Result { // want `Init of dialer may block: net.Dial \(bad.go:\d+\) without a deadline; its supervisor waits, at the start and at each restart, and with it 2 later children \(bad.go:\d+\): return c.OK\(\).Continue\(...\) and do it in HandleContinue`
	conn, err := net.Dial("tcp", "db:5432")
	if err != nil {
		return c.Stop(err)
	}
	s.conn = conn
	return c.OK()
}

type database struct{ db *sql.DB }

func (s *database) Init(c *genserver.Context) genserver.Result { // want `Init of database may block: sql.DB.PingContext \(bad.go:\d+\) without a deadline`
	if err := s.db.PingContext(c); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

type patient struct{ db *sql.DB }

func (s *patient) Init(c *genserver.Context) genserver.Result { // want `Init of patient may block: sql.DB.PingContext \(bad.go:\d+\), for up to 30s;`
	ctx, cancel := context.WithTimeout(c, 30*time.Second)
	defer cancel()
	if err := s.db.PingContext(ctx); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

type sleeper struct{}

func (sleeper) Init(c *genserver.Context) genserver.Result { // want `Init of sleeper may block: time.Sleep \(bad.go:\d+\), for up to 5s;`
	time.Sleep(5 * time.Second)
	return c.OK()
}

type waiter struct{ ready chan struct{} }

func (s *waiter) Init(c *genserver.Context) genserver.Result { // want `Init of waiter may block: a receive \(bad.go:\d+\) without a deadline`
	<-s.ready
	return c.OK()
}

type chooser struct{ ready chan struct{} }

func (s *chooser) Init(c *genserver.Context) genserver.Result { // want `Init of chooser may block: a select \(bad.go:\d+\), for up to 10s;`
	select {
	case <-s.ready:
	case <-time.After(10 * time.Second):
	}
	return c.OK()
}

type runner struct{ cmd *exec.Cmd }

func (s *runner) Init(c *genserver.Context) genserver.Result { // want `Init of runner may block: exec.Cmd.Run \(bad.go:\d+\) without a deadline`
	if err := s.cmd.Run(); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

// gate answers when another machine has.
type gate struct{}

type fetch struct {
	genserver.CallTo[*gate, string]
	url string
}

func (s *gate) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *gate) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case fetch:
		resp, err := http.Get(req.url)
		if err != nil {
			return req.Fail(from, err)
		}
		defer resp.Body.Close()
		return req.Reply(from, resp.Status)
	}
	return c.Unhandled(req)
}

type asker struct {
	gate   genserver.Ref[*gate]
	status string
}

func (s *asker) Init(c *genserver.Context) genserver.Result { // want `Init of asker may block: it calls gate with fetch \(bad.go:\d+\), which waits for http.Get; its supervisor waits`
	status, err := genserver.Call(c, s.gate, fetch{url: "http://config"})
	if err != nil {
		return c.Stop(err)
	}
	s.status = status
	return c.OK()
}

// poster sends itself what it should go on with.
type poster struct{}

type load struct{}

func (s *poster) Init(c *genserver.Context) genserver.Result {
	process.Send(c, c.Self(), load{}) // want `Init of poster sends itself load to go on later; whatever has come to the mailbox before is handled first, by a server that is not ready: return c.OK\(\).Continue\(load\{\}\)`
	return c.OK()
}

func (s *poster) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case load:
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

type timed struct{}

type begin struct{}

func (s *timed) Init(c *genserver.Context) genserver.Result {
	c.SendAfter(0, begin{}) // want `Init of timed sends itself begin`
	return c.OK()
}

func (s *timed) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case begin:
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

type caster struct{}

type warm struct{ genserver.CastTo[*caster] }

func (s *caster) Init(c *genserver.Context) genserver.Result {
	genserver.Cast(c, genserver.RefTo[*caster](c.Self()), warm{}) // want `Init of caster sends itself warm`
	return c.OK()
}

func (s *caster) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case warm:
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// Tree starts some of them.
func Tree() supervisor.Child[supervisor.Ref] {
	return supervisor.Supervisor("bad", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Server("dialer", func() *dialer { return &dialer{} }),
		supervisor.Server("sleeper", func() sleeper { return sleeper{} }),
		supervisor.Server("poster", func() *poster { return &poster{} }),
	})
}
