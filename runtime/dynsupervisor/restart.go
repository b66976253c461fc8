package dynsupervisor

import (
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/reasons"
	"github.com/otplint/otplint/runtime/internal/restart"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// past is what there is to know of a child that was restarted.
type past struct {
	restarting bool  // has no process: its restart failed, or is put off
	last       error // why, while restarting
	restarts   int   // that came to something
	attempt    int   // numbers the restarts that are put off
	history    restart.History
}

func (p *past) isRestarting() bool { return p != nil && p.restarting }

func (p *past) count() int {
	if p == nil {
		return 0
	}
	return p.restarts
}

func (p *past) lastReason() error {
	if p == nil {
		return nil
	}
	return p.last
}

// tryAgain is what the supervisor sends itself to go on with a restart: at
// once when one failed, so that other requests get their turn in between, or
// when the time of its back-off is over.
type tryAgain struct {
	child   *child
	attempt int
	counted bool // for the intensity, when it was put off
}

// ended decides what follows from the end of a child.
func (s *Sup) ended(c *genserver.Context, ch *child, reason error) genserver.Result {
	kind := ch.Spec().Restart
	if !process.Clean(reason) || kind == supervisor.Permanent {
		s.report(c, "child ended", ch.Instance, reason)
	}
	if !kind.Wants(reason) {
		s.forget(ch)
		return c.NoReply()
	}
	if ch.past == nil {
		ch.past = new(past)
	}
	ch.restarting = true
	s.restarting++
	return s.restart(c, ch, reason)
}

// restart restarts a child that ended or could not be restarted, or gives up.
func (s *Sup) restart(c *genserver.Context, ch *child, reason error) genserver.Result {
	now := time.Now()
	if !s.intensity.Allow(now) {
		s.report(c, "too many restarts, giving up", ch.Instance, reason)
		gaveUp := &supervisor.GaveUp{ID: ch.Spec().ID, Restarts: s.intensity.N, Period: s.intensity.Period, Reason: reason}
		return c.Stop(&process.ShutdownReason{Detail: gaveUp})
	}
	if delay := s.backoff.Delay(&ch.history, now); delay > 0 {
		ch.last = reason
		ch.attempt++
		c.SendAfter(delay, tryAgain{ch, ch.attempt, true})
		return c.NoReply()
	}
	return s.startAgain(c, ch)
}

// startAgain starts the next incarnation of a child. From then on the child
// is known by that, and by the former one no more.
func (s *Sup) startAgain(c *genserver.Context, ch *child) genserver.Result {
	former := ch.PID()
	err := ch.Start(c.Context)
	switch {
	case reasons.Is(err, process.ErrIgnore):
		s.forget(ch)
		return c.NoReply()
	case err != nil:
		s.report(c, "child failed to restart", ch.Instance, err)
		ch.last = err
		ch.attempt++
		if err := process.Send(c, c.Self(), tryAgain{ch, ch.attempt, false}); err != nil {
			return c.Stop(err) // the supervisor has been killed
		}
		return c.NoReply()
	}
	delete(s.children, former)
	s.children[ch.PID()] = ch
	ch.restarting, ch.last = false, nil
	ch.restarts++
	c.Node().CountRestart(s.id)
	s.restarting--
	return c.NoReply()
}

// tryAgain goes on with a restart, unless the child was terminated meanwhile.
func (s *Sup) tryAgain(c *genserver.Context, msg tryAgain) genserver.Result {
	ch := msg.child
	switch {
	case !ch.restarting || ch.attempt != msg.attempt || s.children[ch.PID()] != ch:
		return c.NoReply()
	case msg.counted:
		return s.startAgain(c, ch)
	}
	return s.restart(c, ch, ch.last)
}
