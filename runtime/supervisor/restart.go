package supervisor

import (
	"slices"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// tryAgain is what a supervisor sends itself to go on with a restart: at once
// when one failed, so that other requests get their turn in between, or when
// the time of its back-off is over.
type tryAgain struct {
	child   *entry
	attempt int
	counted bool // for the intensity, when it was put off
}

// ended decides what follows from the end of a child.
func (s *Sup) ended(c *genserver.Context, e *entry, reason error) genserver.Result {
	e.last = reason
	if !process.Clean(reason) || e.spec.restart == Permanent {
		s.report(c, "child ended", e, reason)
	}
	if e.spec.restart.Wants(reason) {
		return s.restart(c, e)
	}
	s.stopped(e)
	if e.significant && s.autoShutdown() {
		return c.Stop(process.Shutdown)
	}
	return c.NoReply()
}

// autoShutdown reports whether the end of a significant child is the supervisor's.
func (s *Sup) autoShutdown() bool {
	active := func(e *entry) bool { return e.significant && e.state != Stopped }
	return s.auto == AnySignificant || s.auto == AllSignificant && !slices.ContainsFunc(s.children, active)
}

// restart restarts a child and, by the strategy, its siblings, or gives up.
func (s *Sup) restart(c *genserver.Context, e *entry) genserver.Result {
	e.state = Stopped
	now := time.Now()
	if !s.intensity.Allow(now) {
		s.report(c, "too many restarts, giving up", e, e.last)
		gaveUp := &GaveUp{ID: e.id, Restarts: s.intensity.N, Period: s.intensity.Period, Reason: e.last}
		return c.Stop(&process.ShutdownReason{Detail: gaveUp})
	}
	s.stopAll(c, s.group(e))
	if delay := s.backoff.Delay(&e.history, now); delay > 0 {
		e.state = Restarting
		e.attempt++
		c.SendAfter(delay, tryAgain{e, e.attempt, true})
		return c.NoReply()
	}
	return s.startGroup(c, e)
}

// startGroup starts what restart has stopped, but for temporary children,
// which are gone, and those that somebody has started meanwhile.
func (s *Sup) startGroup(c *genserver.Context, e *entry) genserver.Result {
	group := slices.DeleteFunc(s.group(e), func(e *entry) bool { return e.state == Running })
	failed, err := s.startAll(c, group)
	for _, e := range group {
		if e.state == Running {
			e.restarts++
			c.Node().CountRestart(s.id)
		}
	}
	if err != nil {
		s.report(c, "child failed to restart", failed, err)
		failed.state, failed.last = Restarting, err
		failed.attempt++
		if err := process.Send(c, c.Self(), tryAgain{failed, failed.attempt, false}); err != nil {
			return c.Stop(err) // the supervisor has been killed
		}
	}
	return c.NoReply()
}

// tryAgain goes on with a restart, unless the child was dealt with meanwhile.
func (s *Sup) tryAgain(c *genserver.Context, msg tryAgain) genserver.Result {
	e := msg.child
	switch {
	case e.state != Restarting || e.attempt != msg.attempt || !slices.Contains(s.children, e):
		return c.NoReply()
	case msg.counted:
		return s.startGroup(c, e)
	}
	return s.restart(c, e)
}

// group is who is restarted with e, in the order of their start.
func (s *Sup) group(e *entry) []*entry {
	switch s.strategy {
	case OneForAll:
		return slices.Clone(s.children)
	case RestForOne:
		return slices.Clone(s.children[slices.Index(s.children, e):])
	}
	return []*entry{e}
}
