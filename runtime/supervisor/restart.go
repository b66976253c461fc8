package supervisor

import (
	"slices"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// tryAgain is what a supervisor sends itself when a restart failed, so that
// other requests get their turn in between.
type tryAgain struct{ child *entry }

// ended decides what follows from the end of a child.
func (s *Sup) ended(c *genserver.Context, e *entry, reason error) genserver.Result {
	e.last = reason
	if !process.Clean(reason) || e.spec.restart == Permanent {
		s.report(c, "child ended", e, reason)
	}
	if e.spec.restart.wants(reason) {
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
	if !s.mayRestart(time.Now()) {
		s.report(c, "too many restarts, giving up", e, process.Shutdown)
		gaveUp := &GaveUp{ID: e.id, Restarts: s.flags.restarts, Period: s.period, Reason: e.last}
		return c.Stop(&process.ShutdownReason{Detail: gaveUp})
	}
	group := s.group(e)
	s.stopAll(c, group)
	group = slices.DeleteFunc(group, func(e *entry) bool { return !slices.Contains(s.children, e) }) // temporary ones
	if failed, err := s.startAll(c, group); err != nil {
		s.report(c, "child failed to restart", failed, err)
		failed.state, failed.last = Restarting, err
		if err := process.Send(c, c.Self(), tryAgain{failed}); err != nil {
			return c.Stop(err) // the supervisor has been killed
		}
	}
	return c.NoReply()
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

// mayRestart counts a restart at the given time, and reports whether the
// intensity allows it. It remembers no more than the intensity.
func (s *Sup) mayRestart(now time.Time) bool {
	s.restarts = slices.DeleteFunc(s.restarts, func(t time.Time) bool { return now.Sub(t) > s.period })
	if len(s.restarts) >= s.flags.restarts {
		return false
	}
	s.restarts = append(s.restarts, now)
	return true
}
