package genserver_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

var errBoom = errors.New("boom")

// server is a GenServer whose behaviour each test writes: requests carry their handler, and the other callbacks are functions.
// Without a function a callback does the plain thing and notes that it was called.
type server struct {
	journal      *journal
	init         func(c *genserver.Context) genserver.Result
	handleInfo   func(c *genserver.Context, msg any) genserver.Result
	terminate    func(c *genserver.Context, reason error)
	trapExit     bool
	continuation func(c *genserver.Context, arg any) genserver.Result
}

type ref = genserver.Ref[*server]

// ask is a call that f handles; its answer may be anything.
type ask struct {
	genserver.CallTo[*server, any]
	f func(c *genserver.Context, from genserver.From, req ask) genserver.Result
}

// tell is a cast that f handles.
type tell struct {
	genserver.CastTo[*server]
	f func(c *genserver.Context) genserver.Result
}

func (s *server) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(s.trapExit)
	if s.init != nil {
		return s.init(c)
	}
	return c.OK()
}

func (s *server) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case ask:
		return req.f(c, from, req)
	case fat:
		return req.Reply(from, [1 << 18]byte{})
	}
	return c.Unhandled(req)
}

func (s *server) HandleCast(c *genserver.Context, msg any) genserver.Result {
	if msg, ok := msg.(tell); ok {
		return msg.f(c)
	}
	return c.Unhandled(msg)
}

func (s *server) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	if s.handleInfo != nil {
		return s.handleInfo(c, msg)
	}
	switch msg := msg.(type) {
	case string:
		s.journal.add(msg)
	case genserver.Timeout:
		s.journal.add("timeout")
	case process.Exited:
		s.journal.add("exited " + msg.Reason.Error())
	}
	return c.NoReply()
}

func (s *server) HandleContinue(c *genserver.Context, arg any) genserver.Result {
	if s.continuation != nil {
		return s.continuation(c, arg)
	}
	s.journal.add("continue " + arg.(string))
	return c.NoReply()
}

func (s *server) Terminate(c *genserver.Context, reason error) {
	s.journal.ended(reason)
	if s.terminate != nil {
		s.terminate(c, reason)
	}
}

// journal is what a server did, in order.
type journal struct {
	mu      sync.Mutex
	entries []string
	reasons []error // of Terminate
}

func (j *journal) add(entry string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, entry)
}

func (j *journal) ended(reason error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.reasons = append(j.reasons, reason)
}

// want checks the entries, separated by commas.
func (j *journal) want(t *testing.T, want string) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if got := strings.Join(j.entries, ", "); got != want {
		t.Errorf("journal: %s\nwant:    %s", got, want)
	}
}

// wantTerminated checks the reasons that Terminate was called with.
func (j *journal) wantTerminated(t *testing.T, want ...error) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if !slices.Equal(j.reasons, want) {
		t.Errorf("terminated with %v, want %v", j.reasons, want)
	}
}

// running is a started server in a test's world.
type running struct {
	*proctest.Fate
	*journal
	ref ref
	pid process.PID
}

// serve starts a server that is linked to nobody.
func serve(w *proctest.World, s server, opts ...genserver.Option) running {
	w.T.Helper()
	r := running{journal: &journal{}}
	s.journal = r.journal
	var err error
	r.ref, err = genserver.Start(w.Ctx, func() *server { instance := s; return &instance }, opts...)
	return r.born(w, err)
}

// serveLink starts a server whose parent is the puppet.
func serveLink(w *proctest.World, parent *proctest.Puppet, s server, opts ...genserver.Option) running {
	w.T.Helper()
	r := running{journal: &journal{}}
	s.journal = r.journal
	var err error
	parent.Do(func(c *process.Context) {
		r.ref, err = genserver.StartLink(c, func() *server { instance := s; return &instance }, opts...)
	})
	return r.born(w, err)
}

func (r running) born(w *proctest.World, err error) running {
	w.T.Helper()
	if err != nil {
		w.T.Fatalf("start: %v", err)
	}
	r.pid = w.Resolve(r.ref.Dest())
	w.KillAtEnd(r.pid)
	r.Fate = w.Watch(r.pid)
	return r
}

// reply is a handler that answers with v.
func reply(v any) func(*genserver.Context, genserver.From, ask) genserver.Result {
	return func(_ *genserver.Context, from genserver.From, req ask) genserver.Result { return req.Reply(from, v) }
}

// call makes a call that f handles.
func call(ctx context.Context, to ref, f func(*genserver.Context, genserver.From, ask) genserver.Result) (any, error) {
	return genserver.Call(ctx, to, ask{f: f})
}

// deferred is a handler that does not reply but hands its caller out.
func deferred(callers chan<- genserver.Caller[any]) func(*genserver.Context, genserver.From, ask) genserver.Result {
	return func(c *genserver.Context, from genserver.From, req ask) genserver.Result {
		callers <- req.Caller(from)
		return c.NoReply()
	}
}

// answer is what a call came back with, and when.
type answer struct {
	value any
	err   error
	took  time.Duration
}

// start makes a call in a goroutine of its own and settles, so that it is under way or has failed.
func start(ctx context.Context, to ref, f func(*genserver.Context, genserver.From, ask) genserver.Result) <-chan answer {
	answers := make(chan answer, 1)
	go func() {
		begun := time.Now()
		value, err := call(ctx, to, f)
		answers <- answer{value, err, time.Since(begun)}
	}()
	synctest.Wait()
	return answers
}

// wantCallError checks that err is a CallError because of the reason.
func wantCallError(t *testing.T, err, reason error) {
	t.Helper()
	var failed *genserver.CallError
	if !errors.As(err, &failed) || !errors.Is(err, reason) {
		t.Errorf("error %v (%T), want a CallError because of %v", err, err, reason)
	}
}

// wantTook checks a duration of virtual time.
func wantTook(t *testing.T, begun time.Time, want time.Duration) {
	t.Helper()
	if took := time.Since(begun); took != want {
		t.Errorf("took %v, want %v", took, want)
	}
}

// wantAlive checks that a server lives and answers.
func wantAlive(t *testing.T, w *proctest.World, r running) {
	t.Helper()
	if v, err := call(w.Ctx, r.ref, reply("alive")); err != nil || v != "alive" {
		t.Errorf("%v does not answer: %v, %v", r.pid, v, err)
	}
}
