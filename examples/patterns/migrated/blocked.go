package migrated

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Blocked is the list of blocked hosts, handed to whoever needs it: no global variable.
type Blocked struct {
	hosts *atomic.Pointer[map[string]bool]
}

// Has reads the list that was fetched last, and waits for nobody.
func (b Blocked) Has(host string) bool {
	hosts := b.hosts.Load()
	return hosts != nil && (*hosts)[host]
}

// BlockedChild fetches the list at its start and then every minute. A list that cannot be fetched leaves the last one.
func BlockedChild(id string, fetch func(context.Context) (map[string]bool, error)) supervisor.Child[Blocked] {
	hosts := new(atomic.Pointer[map[string]bool])
	server := supervisor.Server(id, func() *refresher { return &refresher{fetch: fetch, hosts: hosts} })
	return supervisor.Map(server, func(genserver.Ref[*refresher]) Blocked { return Blocked{hosts} })
}

type refresher struct {
	fetch func(context.Context) (map[string]bool, error)
	hosts *atomic.Pointer[map[string]bool]
}

type refresh struct{}

// Init lets the next child start, and fetches after that.
func (s *refresher) Init(c *genserver.Context) genserver.Result { return c.OK().Continue(refresh{}) }

// HandleContinue fetches for the first time.
func (s *refresher) HandleContinue(c *genserver.Context, arg any) genserver.Result {
	return s.HandleInfo(c, arg)
}

func (s *refresher) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case refresh:
		hosts, err := s.fetch(c) // ends when the server is stopped
		if err != nil {
			return c.Stop(err) // the supervisor tries again; readers go on with the old list
		}
		s.hosts.Store(&hosts)
		c.SendAfter(time.Minute, refresh{})
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
