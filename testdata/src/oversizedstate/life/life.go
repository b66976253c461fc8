// Package life holds servers that do not live long enough to leak.
package life

import (
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

type base struct{}

func (base) Init(c *genserver.Context) genserver.Result { return c.OK() }

// Upload is not restarted: it ends with its upload.
type Upload struct {
	base
	parts []string
}

type part struct {
	genserver.CastTo[*Upload]
	name string
}

func UploadChild(id string) supervisor.Child[genserver.Ref[*Upload]] {
	return supervisor.Server(id, func() *Upload { return &Upload{} }).Restart(supervisor.Temporary)
}

func (u *Upload) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case part:
		u.parts = append(u.parts, msg.name)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// Job stops after its one message.
type Job struct {
	base
	log []string
}

type work struct {
	genserver.CallTo[*Job, int]
	steps []string
}

func (j *Job) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case work:
		for _, s := range req.steps {
			j.log = append(j.log, s)
		}
		return j.done(req.Reply(from, len(j.log)))
	}
	return c.Unhandled(req)
}

func (j *Job) done(r genserver.Result) genserver.Result { return r.Stop(process.Normal) }

// Session stops when nobody speaks any more.
type Session struct {
	lines []string
}

type say struct {
	genserver.CastTo[*Session]
	text string
}

func (s *Session) Init(c *genserver.Context) genserver.Result { return c.OK().Timeout(time.Hour) }

func (s *Session) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case say:
		s.lines = append(s.lines, msg.text)
		return c.NoReply().Timeout(time.Hour)
	}
	return c.Unhandled(msg)
}

func (s *Session) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	return c.Stop(process.Normal)
}

// Keeper stops on an error only: it lives.
type Keeper struct {
	lines []string // want `lines only grows`
}

type keep struct {
	genserver.CallTo[*Keeper, int]
	text string
}

func KeeperChild(id string) supervisor.Child[genserver.Ref[*Keeper]] {
	return supervisor.Server(id, func() *Keeper { return &Keeper{} }).Restart(supervisor.Transient)
}

func (k *Keeper) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (k *Keeper) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case keep:
		if req.text == "" {
			return c.Stop(process.Shutdown)
		}
		k.lines = append(k.lines, req.text)
		return req.Reply(from, len(k.lines))
	}
	return c.Unhandled(req)
}

// Register is a temporary child in a test only: it lives.
type Register struct {
	base
	names []string // want `names only grows`
}

type enter struct {
	genserver.CastTo[*Register]
	name string
}

func (r *Register) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case enter:
		r.names = append(r.names, msg.name)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
