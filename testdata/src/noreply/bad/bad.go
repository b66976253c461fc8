// Package bad has a server for each way to leave a caller without an answer, or to answer twice.
package bad

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
)

var errBad = errors.New("bad")

type result = genserver.Result

type (
	fetch struct {
		genserver.CallTo[*Fetcher, string]
		key string
	}
	list struct {
		genserver.CallTo[*Fetcher, []string]
	}
	purge struct {
		genserver.CallTo[*Fetcher, int]
	}
	wait struct {
		genserver.CallTo[*Fetcher, bool]
	}
	sum struct {
		genserver.CallTo[*Fetcher, int]
	}
	drop struct {
		genserver.CallTo[*Fetcher, int]
	}
	ask struct {
		genserver.CallTo[*Fetcher, int]
	}
)

// Fetcher forgets callers in each of its cases.
type Fetcher struct {
	cache    map[string]string
	waiting  map[string][]genserver.Caller[string]
	draining bool
	debug    bool
	n        int
	workers  []chan genserver.Caller[bool]
}

func Fetch(ctx context.Context, r genserver.Ref[*Fetcher], key string) (string, error) {
	return genserver.Call(ctx, r, fetch{key: key})
}

func (s *Fetcher) Init(c *genserver.Context) result { return c.OK() }

func (s *Fetcher) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	if s.debug {
		s.n++
	}
	switch req := req.(type) {
	case fetch:
		if v, ok := s.cache[req.key]; ok {
			return req.Reply(from, v)
		}
		if s.draining {
			return c.NoReply() // want `Fetcher.HandleCall\(fetch\) returns NoReply and nobody will answer: no Caller was taken, so its caller \(1 call here\) waits until the deadline, 5s by default`
		}
		s.waiting[req.key] = append(s.waiting[req.key], req.Caller(from))
		return c.NoReply()
	case list:
		var keys []string
		for k := range s.cache {
			keys = append(keys, k)
		}
		if len(keys) > 0 {
			req.Reply(from, keys)
		}
		return c.NoReply() // want `HandleCall\(list\) returns NoReply and nobody will answer`
	case purge:
		if s.draining {
			req.Fail(from, errBad)
		}
		clear(s.cache)
		return req.Reply(from, 1) // want `HandleCall\(purge\) answers again: the caller got the answer of line 83, this one is lost`
	case wait:
		req.Caller(from)
		return c.NoReply() // want `HandleCall\(wait\) returns NoReply and nobody will answer: the Caller that was taken is kept nowhere`
	case sum:
		res := req.Reply(from, s.n)
		if s.n < 0 {
			res = req.Fail(from, errBad) // want `HandleCall\(sum\) answers again`
		}
		return res
	case drop:
		s.n = 0
		return c.OK() // want `HandleCall\(drop\) returns a result that is not for calls: the server crashes`
	case ask:
		req.Reply(from, s.n)
		return c.OK() // want `HandleCall\(ask\) returns a result that is not for calls`
	}
	return c.Unhandled(req)
}

func (s *Fetcher) fetched(key, v string) {
	for _, caller := range s.waiting[key] {
		caller.Reply(v)
	}
	delete(s.waiting, key)
}

type (
	enter struct{ genserver.CallTo[*Gate, bool] }
	count struct{ genserver.CallTo[*Gate, int] }
	where struct{ genserver.CallTo[*Gate, int] }
)

// Gate keeps callers where nobody looks.
type Gate struct {
	queue   []genserver.Caller[bool]
	byID    map[int]genserver.Caller[int]
	last    genserver.From
	n       int
	waiters []waiter
}

type waiter struct {
	caller genserver.Caller[int]
	since  time.Time
}

func (s *Gate) Init(c *genserver.Context) result {
	s.byID = make(map[int]genserver.Caller[int])
	return c.OK()
}

func (s *Gate) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	switch req := req.(type) {
	case enter:
		s.queue = append(s.queue, req.Caller(from))
		return c.NoReply() // want `Gate.HandleCall\(enter\) returns NoReply and nobody will answer: what was put into field queue is never read`
	case count:
		s.n++
		s.byID[s.n] = req.Caller(from)
		if len(s.byID) > 10 {
			delete(s.byID, s.n-10)
		}
		return c.NoReply() // want `what was put into field byID is never read`
	case where:
		s.last = from
		s.waiters = append(s.waiters, waiter{caller: req.Caller(from), since: time.Now()})
		return c.NoReply() // want `HandleCall\(where\) returns NoReply and nobody will answer: what was put into field \w+ is never read`
	}
	return c.Unhandled(req)
}

func (s *Gate) oldest() time.Time { return s.waiters[0].since }

type (
	one   struct{ genserver.CallTo[*Quiet, int] }
	two   struct{ genserver.CallTo[*Quiet, int] }
	other struct{ genserver.CallTo[*Quiet, int] }
)

// Quiet has no case for other, and does not say so.
type Quiet struct{ n int }

func (s *Quiet) Init(c *genserver.Context) result { return c.OK() }

func (s *Quiet) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	switch req := req.(type) {
	case one:
		return req.Reply(from, 1)
	case two:
		if from.PID().IsZero() {
			s.n++
		}
		caller := req.Caller(from)
		caller.Reply(1)
		caller.Reply(2) // want `HandleCall\(two\) answers again`
		return c.NoReply()
	}
	return c.NoReply() // want `Quiet.HandleCall returns NoReply and nobody will answer`
}

type (
	later struct{ genserver.CallTo[*Queue, int] }
	both  struct{ genserver.CallTo[*Queue, int] }
	find  struct{ genserver.CallTo[*Queue, int] }
	check struct{ genserver.CallTo[*Queue, int] }
)

// Queue keeps those who have their answer.
type Queue struct {
	n       int
	waiting []genserver.Caller[int]
}

func (s *Queue) Init(c *genserver.Context) result { return c.OK() }

func (s *Queue) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	switch req := req.(type) {
	case later:
		if len(s.waiting) > 10 {
			req.Fail(from, errBad)
		}
		s.waiting = append(s.waiting, req.Caller(from)) // want `HandleCall\(later\) keeps a Caller that got the answer of line \d+: a later one is lost`
		return c.NoReply()
	case both: // kept first: whoever has it may have been told
		caller := req.Caller(from)
		s.waiting = append(s.waiting, caller)
		if s.n > 0 {
			caller.Reply(s.n)
		}
		return c.NoReply()
	case find:
		if s.n > 0 {
			return req.Reply(from, s.n)
		}
		req.Fail(from, errBad)
	case check:
		return done(from, req, s.check())
	}
	return c.Unhandled(req) // want `Queue.HandleCall answers a request and then refuses it: the server crashes`
}

func (s *Queue) check() error { return nil }

func done(from genserver.From, req check, err error) result {
	if err != nil {
		req.Fail(from, err)
	}
	return req.Reply(from, 1) // want `HandleCall\(check\) answers again`
}

func (s *Queue) flush() {
	for _, w := range s.waiting {
		w.Reply(s.n)
	}
}

type (
	lock  struct{ genserver.CallTo[*Locked, int] }
	table struct{ genserver.CallTo[*Locked, int] }
)

// Locked defers.
type Locked struct {
	mu sync.Mutex
	n  int
}

func (s *Locked) Init(c *genserver.Context) result { return c.OK() }

func (s *Locked) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch req := req.(type) {
	case lock:
		if s.n > 0 {
			return req.Reply(from, s.n)
		}
		return c.NoReply() // want `Locked.HandleCall\(lock\) returns NoReply and nobody will answer`
	case table:
		return s.counted(c, from)
	}
	return c.Unhandled(req)
}

func (s *Locked) counted(c *genserver.Context, from genserver.From) result {
	s.n++
	return c.NoReply() // want `Locked.HandleCall\(table\) returns NoReply and nobody will answer`
}

type poll struct {
	genserver.CallTo[*Ignorant, int]
}

// Ignorant answers nothing at all.
type Ignorant struct{ seen int }

func (s *Ignorant) Init(c *genserver.Context) result { return c.OK() }

func (s *Ignorant) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	s.seen++
	return c.NoReply() // want `Ignorant.HandleCall returns NoReply and nobody will answer`
}

type (
	zero struct{ genserver.CallTo[*Zero, int] }
	idle struct{ genserver.CallTo[*Zero, int] }
	late struct{ genserver.CallTo[*Zero, int] }
)

// Zero returns what it should not.
type Zero struct{ ttl time.Duration }

func (s *Zero) Init(c *genserver.Context) result { return c.OK() }

func (s *Zero) HandleCall(c *genserver.Context, from genserver.From, req any) result {
	switch req := req.(type) {
	case zero:
		return result{} // want `HandleCall\(zero\) returns a result that is not for calls`
	case idle:
		return c.NoReply().Timeout(s.ttl) // want `HandleCall\(idle\) returns NoReply and nobody will answer`
	case late:
		if _, ok := from.Deadline(); !ok {
			return c.Ignore() // want `HandleCall\(late\) returns a result that is not for calls`
		}
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}
