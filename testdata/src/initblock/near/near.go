// Package near has servers whose Init is right, though it looks like one that blocks.
package near

import (
	"context"
	"database/sql"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// listener: a port that is taken must fail the start.
type listener struct{ l net.Listener }

func (s *listener) Init(c *genserver.Context) genserver.Result {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return c.Stop(err)
	}
	s.l = l
	return c.OK()
}

// files are local.
type files struct{ text []byte }

func (s *files) Init(c *genserver.Context) genserver.Result {
	text, err := os.ReadFile("settings")
	if err != nil {
		return c.Stop(err)
	}
	s.text = text
	return c.OK()
}

// opener: sql.Open connects to nothing.
type opener struct{ db *sql.DB }

func (s *opener) Init(c *genserver.Context) genserver.Result {
	db, err := sql.Open("postgres", "")
	if err != nil {
		return c.Stop(err)
	}
	s.db = db
	return c.OK()
}

// brief waits, but not long.
type brief struct {
	db    *sql.DB
	ready chan struct{}
}

func (s *brief) Init(c *genserver.Context) genserver.Result {
	time.Sleep(20 * time.Millisecond)
	ctx, cancel := context.WithTimeout(c, 500*time.Millisecond)
	defer cancel()
	if err := s.db.PingContext(ctx); err != nil {
		return c.Stop(err)
	}
	if err := s.load(ctx); err != nil {
		return c.Stop(err)
	}
	select {
	case <-s.ready:
	case <-time.After(100 * time.Millisecond):
	}
	select {
	case <-s.ready:
	case <-ctx.Done():
	}
	if conn, err := net.DialTimeout("tcp", "db:1", 100*time.Millisecond); err == nil {
		conn.Close()
	}
	return c.OK()
}

func (s *brief) load(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, "select 1")
	return err
}

// helpers waits for goroutines of its own, and does not wait for others.
type helpers struct{ mu sync.Mutex }

func (s *helpers) Init(c *genserver.Context) genserver.Result {
	parts := make(chan int)
	go func() { parts <- 1 }()
	<-parts
	s.mu.Lock()
	defer s.mu.Unlock()
	go func() {
		resp, err := http.Get("http://elsewhere")
		if err == nil {
			resp.Body.Close()
		}
	}()
	return c.OK()
}

// room sends where there is room, and looks without waiting.
type room struct{ slots chan int }

func (s *room) Init(c *genserver.Context) genserver.Result {
	s.slots <- 1
	select {
	case <-s.slots:
	default:
	}
	return c.OK()
}

// lazy keeps what blocks for later.
type lazy struct{ get func() error }

func (s *lazy) Init(c *genserver.Context) genserver.Result {
	s.get = func() error {
		resp, err := http.Get("http://elsewhere")
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	return c.OK().Continue(nil)
}

func (s *lazy) HandleContinue(c *genserver.Context, _ any) genserver.Result {
	if err := s.get(); err != nil {
		return c.Stop(err)
	}
	conn, err := net.Dial("tcp", "db:1")
	if err != nil {
		return c.Stop(err)
	}
	conn.Close()
	return c.NoReply()
}

// store answers from memory.
type store struct{ n int }

type get struct {
	genserver.CallTo[*store, int]
}

type reload struct {
	genserver.CallTo[*store, int]
}

func (s *store) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *store) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case get:
		return req.Reply(from, s.n)
	case reload:
		time.Sleep(time.Minute)
		return req.Reply(from, s.n)
	}
	return c.Unhandled(req)
}

// reader calls a server that answers at once.
type reader struct {
	store genserver.Ref[*store]
	n     int
}

func (s *reader) Init(c *genserver.Context) genserver.Result {
	n, err := genserver.Call(c, s.store, get{})
	if err != nil {
		return c.Stop(err)
	}
	s.n = n
	return c.OK()
}

// source is an interface with several implementations: nobody knows which.
type source interface{ Load() error }

type remote struct{}

func (remote) Load() error {
	conn, err := net.Dial("tcp", "db:1")
	if err == nil {
		conn.Close()
	}
	return err
}

type memory struct{}

func (memory) Load() error { return nil }

type loader struct{ from source }

func newLoader(local bool) *loader {
	if local {
		return &loader{memory{}}
	}
	return &loader{remote{}}
}

func (s *loader) Init(c *genserver.Context) genserver.Result {
	if err := s.from.Load(); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

// schema is what the workers after it call when they start: they wait for it on purpose.
type schema struct{ db *sql.DB }

type version struct {
	genserver.CallTo[*schema, int]
}

func (s *schema) Init(c *genserver.Context) genserver.Result {
	if _, err := s.db.ExecContext(c, "create table if not exists t"); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func (s *schema) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case version:
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

type worker struct{ schema genserver.Ref[*schema] }

func (s *worker) Init(c *genserver.Context) genserver.Result {
	if _, err := genserver.Call(c, s.schema, version{}); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

// Tree starts the schema first. The listener of the port is opened by a child that is made for it.
func Tree(db *sql.DB) supervisor.Child[supervisor.Ref] {
	s := supervisor.Server("schema", func() *schema { return &schema{db} })
	conn := supervisor.Closer("conn", func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", "db:1")
	})
	return supervisor.Supervisor("near", supervisor.RestForOne, []supervisor.Spec{
		conn,
		s,
		supervisor.Server("worker", func() *worker { return &worker{s.Ref()} }),
		supervisor.Server("loader", func() *loader { return newLoader(false) }),
	})
}

// ticker looks at once, and again after each look.
type ticker struct{}

type tick struct{}

func (s *ticker) Init(c *genserver.Context) genserver.Result {
	c.SendAfter(0, tick{})
	return c.OK()
}

func (s *ticker) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case tick:
		c.SendAfter(time.Minute, tick{})
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// later sets timers, and tells another.
type later struct{ other process.PID }

type due struct{}

type hello struct{}

func (s *later) Init(c *genserver.Context) genserver.Result {
	c.SendAfter(time.Second, due{})
	process.Send(c, s.other, hello{})
	return c.OK()
}

func (s *later) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case due, hello:
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
