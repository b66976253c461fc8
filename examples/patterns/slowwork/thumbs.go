// Package slowwork shows a server that has slow work done by tasks, and stays free for others meanwhile.
package slowwork

import (
	"context"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/task"
)

// Render makes a thumbnail, and takes its time.
type Render func(ctx context.Context, image string) (thumbnail []byte, err error)

type thumbs struct {
	render  Render
	tasks   dynsupervisor.Ref
	waiting map[*task.Task[[]byte]]genserver.Caller[[]byte]
	made    int
}

type (
	thumbnail struct {
		genserver.CallTo[*thumbs, []byte]
		image string
	}
	count struct{ genserver.CallTo[*thumbs, int] }
)

// Ref is how the rest of the program holds the server.
type Ref = genserver.Ref[*thumbs]

// Child is the server and the supervisor of its tasks, of which no more than atOnce run.
func Child(id string, render Render, atOnce int) supervisor.Child[Ref] {
	tasks := task.Supervisor("tasks", dynsupervisor.MaxChildren(atOnce))
	server := supervisor.Server("server", func() *thumbs { return &thumbs{render: render, tasks: tasks.Ref()} })
	tree := supervisor.Supervisor(id, supervisor.OneForAll, []supervisor.Spec{tasks, server})
	return supervisor.Map(tree, func(supervisor.Ref) Ref { return server.Ref() })
}

// Thumbnail makes a thumbnail. It fails with dynsupervisor.ErrMaxChildren when too many are being made.
func Thumbnail(ctx context.Context, t Ref, image string) ([]byte, error) {
	return genserver.Call(ctx, t, thumbnail{image: image})
}

// Made is how many thumbnails were made.
func Made(ctx context.Context, t Ref) (int, error) { return genserver.Call(ctx, t, count{}) }

func (s *thumbs) Init(c *genserver.Context) genserver.Result {
	s.waiting = make(map[*task.Task[[]byte]]genserver.Caller[[]byte])
	return c.OK()
}

func (s *thumbs) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case thumbnail:
		work, err := task.AsyncNoLink(c, s.tasks, func(ctx context.Context) ([]byte, error) {
			return s.render(ctx, req.image) // in the task's process: it must not touch what changes in s
		})
		if err != nil {
			return req.Fail(from, err)
		}
		work.Notify(c.Context)
		s.waiting[work] = req.Caller(from)
		return c.NoReply()
	case count:
		return req.Reply(from, s.made)
	}
	return c.Unhandled(req)
}

func (s *thumbs) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case task.Done[[]byte]:
		caller := s.waiting[msg.Task]
		delete(s.waiting, msg.Task)
		if msg.Err != nil { // returned by render, or its panic, which does not harm the server
			caller.Fail(msg.Err)
			return c.NoReply()
		}
		s.made++
		caller.Reply(msg.Value)
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
