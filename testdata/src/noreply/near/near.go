// Package near answers every call, or lets its caller learn why not; nothing is found in it.
package near

import (
	"context"
	"errors"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

var errFull = errors.New("full")

type result = genserver.Result

type mode int

const (
	reading mode = iota
	writing
)

type (
	ask struct {
		genserver.CallTo[*Store, int]
		n     int
		reply chan genserver.Caller[int]
	}
	asked    struct{ genserver.CallTo[*Store, int] }
	enum     struct{ genserver.CallTo[*Store, int] }
	flag     struct{ genserver.CallTo[*Store, int] }
	twice    struct{ genserver.CallTo[*Store, int] }
	stopping struct{ genserver.CallTo[*Store, int] }
	resort   struct{ genserver.CallTo[*Store, int] }
	async    struct{ genserver.CallTo[*Store, int] }
	looped   struct{ genserver.CallTo[*Store, int] }
	checked  struct{ genserver.CallTo[*Store, int] }
	panics   struct{ genserver.CallTo[*Store, int] }
	leaves   struct{ genserver.CallTo[*Store, int] }
	early    struct{ genserver.CallTo[*Store, int] }
	three    struct{ genserver.CallTo[*Store, int] }
	guarded  struct{ genserver.CallTo[*Store, int] }
	ranged   struct{ genserver.CallTo[*Store, int] }
	signals  struct{ genserver.CallTo[*Store, int] }
	goes     struct{ genserver.CallTo[*Store, int] }
	flagged  struct{ genserver.CallTo[*Store, int] }
	either   struct{ genserver.CallTo[*Store, int] }
	returned struct{ genserver.CallTo[*Store, int] }
	tried    struct{ genserver.CallTo[*Store, int] }
	free     struct{ genserver.CallTo[*Store, int] }
)

type queued struct {
	from genserver.From
	req  any
}

// Store does everything right.
type Store struct {
	mode    mode
	n       int
	open    bool
	waiting []genserver.Caller[int]
	queue   []queued
	shards  []chan genserver.Caller[int]
	audit   map[int]genserver.Caller[int]
}

func (s *Store) Init(c *genserver.Context) result { return c.OK() }

func (s *Store) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	switch req := req.(type) {
	case ask: // handed on in a channel
		req.reply <- req.Caller(from)
		return c.NoReply()
	case asked: // answered, the result dropped: it leaves with the return
		req.Reply(from, s.n)
		return c.NoReply()
	case enum: // no third mode
		switch s.mode {
		case reading:
			return req.Reply(from, s.n)
		case writing:
			s.waiting = append(s.waiting, req.Caller(from))
			return c.NoReply()
		}
		return c.NoReply()
	case flag: // the flag says which
		done := false
		if s.n > 0 {
			req.Reply(from, s.n)
			done = true
		}
		if !done {
			s.waiting = append(s.waiting, req.Caller(from))
		}
		return c.NoReply()
	case twice: // one or the other
		if s.open {
			req.Reply(from, 1)
		}
		if !s.open {
			req.Reply(from, 2)
		}
		return c.NoReply()
	case stopping: // the caller gets the reason
		if s.n > 3 {
			return c.NoReply().Stop(errFull)
		}
		return c.Stop(nil)
	case resort: // the first answer counts: this is for when there is none
		defer req.Fail(from, errFull)
		if s.open {
			req.Reply(from, s.n)
		}
		return c.NoReply()
	case async:
		n := s.n
		go func() { req.Reply(from, n) }()
		return c.NoReply()
	case looped: // there is always a shard
		for _, shard := range s.shards {
			shard <- req.Caller(from)
			break
		}
		return c.NoReply()
	case checked: // whoever looks at what was given out answers twice on purpose
		caller := req.Caller(from)
		if s.n > 1 {
			caller = s.waiting[0]
		}
		caller.Reply(s.n)
		return c.NoReply()
	case panics:
		if s.n > 2 {
			req.Reply(from, 1)
			panic("no")
		}
		return req.Reply(from, 2)
	case leaves:
		return s.later(c, from, req)
	case early:
		s.keep(req.Caller(from))
		return c.NoReply()
	case three: // one of the three holds
		if s.n > 3 {
			req.Reply(from, 1)
		}
		if s.n < 3 {
			req.Reply(from, 2)
		}
		if s.n == 3 {
			req.Reply(from, 3)
		}
		return c.NoReply()
	case guarded:
		if s.n > 9 {
			req.Reply(from, 1)
			return s.rest(c, from, true)
		}
		s.queue = append(s.queue, queued{from, req})
		return s.rest(c, from, false)
	case ranged:
		for n := range s.all {
			if n > s.n {
				return req.Reply(from, n)
			}
		}
		return c.NoReply()
	case signals: // the end tells the caller
		process.Exit(c, c.Self(), process.Shutdown)
		return c.NoReply()
	case goes:
		s.must(from)
		return c.NoReply()
	case flagged:
		return s.flagged(c, from, req, options{})
	case either: // the value and what is said of it
		v, ok := s.newest()
		if ok {
			req.Reply(from, v)
		}
		if v == 0 {
			s.waiting = append(s.waiting, req.Caller(from))
		}
		return c.NoReply()
	case free: // one of them always is
		for _, shard := range s.shards {
			if len(shard) == 0 {
				shard <- req.Caller(from)
				return c.NoReply()
			}
		}
		return c.NoReply()
	case returned:
		s.waiting = append(s.waiting, callerOf(from, req))
		return c.NoReply()
	case tried:
		if s.try(from, req) {
			return c.NoReply()
		}
		return req.Fail(from, errFull)
	}
	return c.NoReply() // each request has a case
}

func callerOf(from genserver.From, req returned) genserver.Caller[int] { return req.Caller(from) }

// try answers if it can.
func (s *Store) try(from genserver.From, req tried) bool {
	if s.n == 0 {
		return false
	}
	req.Reply(from, s.n)
	return true
}

func (s *Store) newest() (int, bool) { return s.n, s.n > 0 }

type options struct{ silent bool }

// flagged is silent for nobody.
func (s *Store) flagged(c *genserver.Context, from genserver.From, req flagged, o options) result {
	if o.silent {
		return c.NoReply()
	}
	return req.Reply(from, s.n)
}

func (s *Store) all(yield func(int) bool) { yield(s.n) }

func (s *Store) must(from genserver.From) { panic(from.PID()) }

func (s *Store) keep(caller genserver.Caller[int]) { s.waiting = append(s.waiting, caller) }

func (s *Store) rest(c *genserver.Context, from genserver.From, answered bool) result {
	s.n++
	if answered {
		return c.NoReply()
	}
	return c.NoReply().Timeout(time.Second)
}

// later keeps the caller or answers.
func (s *Store) later(c *genserver.Context, from genserver.From, req leaves) result {
	if s.open {
		return req.Reply(from, s.n)
	}
	s.waiting = append(s.waiting, req.Caller(from))
	return c.NoReply()
}

func (s *Store) HandleInfo(c *genserver.Context, msg any) result {
	switch msg := msg.(type) {
	case int:
		for _, w := range s.waiting {
			w.Reply(msg)
		}
		for _, q := range s.queue {
			q.req.(guarded).Reply(q.from, msg)
		}
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

type replay struct {
	genserver.CallTo[*Replaying, int]
}

// Replaying handles what has waited once more, and answers for it then.
type Replaying struct {
	ready   bool
	waiting []queued
}

func (s *Replaying) Init(c *genserver.Context) result { return c.OK() }

func (s *Replaying) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	if req, ok := req.(replay); ok && s.ready {
		return req.Reply(from, 1)
	}
	return c.NoReply()
}

func (s *Replaying) HandleInfo(c *genserver.Context, msg any) result {
	for _, w := range s.waiting {
		s.HandleCall(c, w.from, w.req)
		w.req.(replay).Reply(w.from, 0)
	}
	return c.NoReply()
}

type (
	finish struct {
		genserver.CallTo[*Closer, bool]
	}
	tell struct {
		genserver.CallTo[*Closer, bool]
	}
	begin struct {
		genserver.CallTo[*Closer, bool]
	}
	soon struct {
		genserver.CallTo[*Closer, bool]
	}
	last struct {
		genserver.CallTo[*Closer, bool]
	}
	shut struct{ genserver.CastTo[*Closer] }
)

// Closer stops itself in a moment, which tells who waits.
type Closer struct {
	watch  map[process.PID]genserver.Caller[bool]
	shared chan genserver.Caller[bool]
	self   genserver.Ref[*Closer]
}

// New has the callers answered by another goroutine.
func New(ctx context.Context) *Closer {
	callers := make(chan genserver.Caller[bool])
	go func() {
		for {
			select {
			case caller := <-callers:
				caller.Reply(true)
			case <-ctx.Done():
				return
			}
		}
	}()
	return &Closer{shared: callers}
}

func (s *Closer) Init(c *genserver.Context) result { return c.OK() }

func (s *Closer) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	switch req := req.(type) {
	case finish:
		return c.NoReply().Continue(errFull)
	case soon:
		c.SendAfter(time.Second, errFull)
		return c.NoReply()
	case last:
		genserver.Cast(c, s.self, shut{})
		return c.NoReply()
	case tell:
		s.shared <- req.Caller(from)
		return c.NoReply()
	case begin: // answered by the goroutine; the field only tells a debugger who waits
		caller := req.Caller(from)
		s.watch[from.PID()] = caller
		go func() { caller.Reply(true) }()
		return c.NoReply()
	}
	return c.Unhandled(req)
}

func (s *Closer) HandleCast(c *genserver.Context, msg any) result { return c.Stop(nil) }

func (s *Closer) HandleContinue(c *genserver.Context, arg any) result { return c.Stop(errFull) }

func (s *Closer) HandleInfo(c *genserver.Context, msg any) result { return c.Stop(errFull) }

type inner struct{ n int }

type get struct{ genserver.CallTo[*Outer, int] }

func (s *inner) Init(c *genserver.Context) result { return c.OK() }

// HandleCall leaves the answer to Outer's.
func (s *inner) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	s.n++
	return c.NoReply()
}

// Outer answers for what it holds.
type Outer struct{ in *inner }

func (s *Outer) Init(c *genserver.Context) result { return s.in.Init(c) }

func (s *Outer) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	r := s.in.HandleCall(c, from, req)
	if get, ok := req.(get); ok {
		return get.Reply(from, s.in.n)
	}
	return r
}

type list struct{ genserver.CallTo[*Shared, int] }

// Shared has a result that casts share.
type Shared struct {
	kept  []genserver.Caller[int]
	other []genserver.Caller[int]
}

func (s *Shared) Init(c *genserver.Context) result { return s.done(c, nil) }

// done may be for a call that was answered.
func (s *Shared) done(c *genserver.Context, err error) result {
	if err != nil {
		return c.NoReply()
	}
	return c.OK()
}

func (s *Shared) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	if req, ok := req.(list); ok {
		alias := s.other
		s.kept = append(alias, req.Caller(from))
		s.other = s.kept
		s.answer(s.other)
		return c.NoReply()
	}
	return c.Unhandled(req)
}

func (s *Shared) answer(list []genserver.Caller[int]) {
	for _, caller := range list {
		caller.Reply(1)
	}
}

type wait struct {
	genserver.CallTo[*Converter, int]
}

// Converter keeps callers as what they are converted to.
type Converter struct{ list []later }

type (
	later struct{ caller genserver.Caller[int] }
	due   struct{ caller genserver.Caller[int] }
)

func (s *Converter) Init(c *genserver.Context) result { return c.OK() }

func (s *Converter) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	if req, ok := req.(wait); ok {
		s.list = append(s.list, later{req.Caller(from)})
		return c.NoReply()
	}
	return c.Unhandled(req)
}

func (s *Converter) flush() {
	for _, l := range s.list {
		due(l).caller.Reply(1)
	}
}
