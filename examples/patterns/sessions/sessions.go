// Package sessions shows a process for each session: started when somebody first wants it, found by its key, and gone
// when nobody has touched it for a while.
package sessions

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

const (
	maxSessions = 100_000
	maxItems    = 100
	idle        = 30 * time.Minute
)

// ErrFull says that a session holds as many items as it may.
var ErrFull = errors.New("the session is full")

// Sessions is how the rest of the program holds the sessions.
type Sessions struct {
	byUser *registry.Registry[string, struct{}]
	sup    dynsupervisor.Ref
}

// Child is the registry and, after it, the supervisor of the sessions.
func Child(id string) supervisor.Child[Sessions] {
	byUser := registry.New[string, struct{}]("by-user")
	sup := dynsupervisor.New("sessions", dynsupervisor.MaxChildren(maxSessions))
	tree := supervisor.Supervisor(id, supervisor.RestForOne, []supervisor.Spec{byUser, sup})
	return supervisor.Map(tree, func(supervisor.Ref) Sessions { return Sessions{byUser.Ref(), sup.Ref()} })
}

// Add puts an item into the user's session, which is started if there is none, and returns all items.
func Add(ctx context.Context, ss Sessions, user, item string) ([]string, error) {
	child := supervisor.Server("session", func() *session { return &session{} })
	for {
		ref, err := registry.GetOrStart(ctx, ss.byUser, user, struct{}{}, ss.sup, child.Restart(supervisor.Temporary))
		if err != nil {
			return nil, err
		}
		items, err := genserver.Call(ctx, ref, add{item: item})
		if !gone(err) || ctx.Err() != nil {
			return items, err
		}
	}
}

// Items are the items of the user's session. One that does not run has none.
func Items(ctx context.Context, ss Sessions, user string) ([]string, error) {
	items, err := genserver.Call(ctx, registry.Via[*session](ss.byUser, user), list{})
	if gone(err) {
		return nil, nil
	}
	return items, err
}

// gone says that a session was not there, or ended before it came to the request.
func gone(err error) bool { return errors.Is(err, process.NoProc) || errors.Is(err, process.Normal) }

// Count is how many sessions there are.
func Count(ss Sessions) int { return ss.byUser.Count() }

// session is the state of one of them.
type session struct{ items []string }

type (
	add struct {
		genserver.CallTo[*session, []string]
		item string
	}
	list struct {
		genserver.CallTo[*session, []string]
	}
)

func (s *session) Init(c *genserver.Context) genserver.Result { return c.OK().Timeout(idle) }

func (s *session) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case add:
		if len(s.items) >= maxItems {
			return req.Fail(from, ErrFull).Timeout(idle)
		}
		s.items = append(s.items, req.item)
		return req.Reply(from, slices.Clone(s.items)).Timeout(idle) // a copy: the caller may keep it
	case list:
		return req.Reply(from, slices.Clone(s.items)).Timeout(idle)
	}
	return c.Unhandled(req)
}

func (s *session) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case genserver.Timeout: // nothing came for so long
		return c.Stop(nil)
	}
	return c.Unhandled(msg).Timeout(idle)
}
