package application

import (
	"context"
	"log/slog"
	"slices"

	"github.com/otplint/otplint/runtime/process"
)

// run is an application from its start to its end.
type run struct {
	app   *App
	state state
	m     *master     // nil for a library
	pid   process.PID // of the master
	node  *process.Node
	err   error // why it did not start
}

type state uint8

const (
	starting state = iota
	running
	stopping
	over
)

// start starts an application unless somebody else does; began tells.
func (c *Controller) start(ctx context.Context, app *App) (began bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.find(app)
	if m := masterOf(ctx); r != nil && r.state != running && m != nil && m == r.m {
		return false, &StartError{app.Name, process.ErrCallingSelf}
	}
	err = c.await(ctx, func() bool {
		r = c.find(app)
		return r == nil || r.state != stopping
	})
	switch {
	case err != nil:
		return false, err
	case r == nil:
		return true, c.begin(ctx, app)
	case r.state == running:
		return false, &AlreadyStarted{app.Name}
	}
	if err := c.await(ctx, func() bool { return r.state != starting }); err != nil {
		return false, err
	}
	return false, r.err
}

// begin starts an application that does not run. c.mu is held, but not while
// the application's own code runs.
func (c *Controller) begin(ctx context.Context, app *App) error {
	if c.refuse != nil {
		return c.refuse
	}
	for _, r := range c.runs {
		if r.app.Name == app.Name { // another one, since it was planned
			return &SpecError{[]string{app.Name}, DuplicateName}
		}
	}
	for _, need := range app.Needs {
		if r := c.find(need); r == nil || r.state != running {
			return &NotStarted{App: need.Name, For: app.Name}
		}
	}
	r := &run{app: app, node: process.NodeOf(ctx)}
	c.runs = append(c.runs, r)
	if app.Start == nil {
		c.started(r)
		return nil
	}
	r.m = &master{ctl: c, app: app, env: c.env(app)}
	c.mu.Unlock()
	pid, err := process.Start(ctx, r.m)
	c.mu.Lock()
	if err != nil {
		r.err = &StartError{app.Name, err}
		c.forget(r)
		return r.err
	}
	r.pid = pid
	c.started(r)
	go c.watch(r)
	return nil
}

// started notes that an application runs. It comes after those that its own
// code has started meanwhile.
func (c *Controller) started(r *run) {
	c.runs = slices.DeleteFunc(c.runs, func(other *run) bool { return other == r })
	last := slices.IndexFunc(c.runs, func(other *run) bool { return other.state == starting })
	if last < 0 {
		last = len(c.runs)
	}
	c.runs = slices.Insert(c.runs, last, r)
	c.enter(r, running)
}

// stop stops an application that runs. c.mu is held, but not meanwhile.
func (c *Controller) stop(ctx context.Context, r *run) error {
	if r.m == nil {
		c.forget(r)
		return nil
	}
	c.enter(r, stopping)
	// A master that is gone does not mind.
	_ = process.Post(context.Background(), r.pid, process.KindSystem, stopApp{}, false)
	return c.await(ctx, func() bool { return r.state == over })
}

// stopping notes that a master stops its application.
func (c *Controller) stopping(m *master) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.find(m.app); r != nil && r.m == m && r.state == running {
		c.enter(r, stopping)
	}
}

// close refuses further starts because of why.
func (c *Controller) close(why error) {
	if c.refuse == nil {
		c.refuse = why
		c.change()
	}
}

// stopAll stops everything that runs. c.mu is held, but not meanwhile.
func (c *Controller) stopAll() {
	forever := context.Background()
	for len(c.runs) > 0 {
		r := c.runs[len(c.runs)-1]
		if was := r.state; was != running {
			_ = c.await(forever, func() bool { return r.state != was })
			continue
		}
		_ = c.stop(forever, r)
	}
}

// watch waits for the end of an application that has started, and does what
// its mode says.
func (c *Controller) watch(r *run) {
	reason, _ := process.Wait(context.Background(), r.pid)
	process.Wait(context.Background(), r.tree()) // a killed master does not wait for it
	end, takesDown := c.ended(r, reason)
	r.report(end, takesDown) // without c.mu, for a log handler may ask what runs
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(r)
	if takesDown {
		c.stopAll()
	}
}

// ended decides what the end of an application means.
func (c *Controller) ended(r *run, reason error) (end *ending, takesDown bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if end = r.m.end.Load(); end == nil { // killed, or a Goexit
		if reason == process.NoProc { // before anybody watched
			reason = process.Killed
		}
		end = &ending{asked: r.state == stopping, reason: reason}
	}
	failure := &NodeDown{r.app.Name, r.app.Mode, end.reason}
	switch {
	case end.asked || c.refuse != nil:
	case r.app.Mode.takesDown(end.reason):
		c.down, takesDown = failure, true
		c.close(failure)
	case !normal(end.reason):
		c.failed = failure
	}
	return end, takesDown
}

// report logs the end of an application. (OTP: application_controller's
// info_exited.)
func (r *run) report(end *ending, takesDown bool) {
	level, what := slog.LevelInfo, "application ended"
	switch {
	case end.asked:
		r.node.Log(level, "application stopped", "application", r.app.Name)
		return
	case takesDown:
		level, what = slog.LevelError, "application ended, all others are stopped"
	case !normal(end.reason):
		level = slog.LevelWarn
	}
	r.node.Log(level, what, "application", r.app.Name, "mode", r.app.Mode.String(), "reason", end.reason)
}

// tree is the application's root supervisor, if it has one that has started.
func (r *run) tree() process.PID {
	if r.m == nil {
		return process.PID{}
	}
	return r.m.tree
}

// mayStop refuses the stop of an application, or of all if app is nil, to a
// master that would wait for its own end, and to a process that has ended.
func (c *Controller) mayStop(ctx context.Context, app *App) error {
	self, ok := process.SelfOf(ctx)
	if !ok {
		return nil
	}
	m, ok := process.BehaviourOf(self).(*master)
	switch {
	case !self.Alive():
		return process.ErrFenced
	case ok && m.ctl == c && (app == nil || app == m.app):
		return process.ErrCallingSelf
	}
	return nil
}

// await waits until cond holds or ctx ends. c.mu is held when cond runs and
// when await returns, but not meanwhile.
func (c *Controller) await(ctx context.Context, cond func() bool) error {
	for !cond() {
		if c.changed == nil {
			c.changed = make(chan struct{})
		}
		changed := c.changed
		c.mu.Unlock()
		var err error
		select {
		case <-changed:
		case <-ctx.Done():
			err = ctx.Err()
		}
		c.mu.Lock()
		if err != nil {
			return err
		}
	}
	return nil
}

// change tells those who wait that something has changed.
func (c *Controller) change() {
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

func (c *Controller) enter(r *run, s state) {
	r.state = s
	c.change()
}

// forget notes that a run is over.
func (c *Controller) forget(r *run) {
	c.runs = slices.DeleteFunc(c.runs, func(other *run) bool { return other == r })
	c.enter(r, over)
}

// find is the run of an application that is not over, or nil.
func (c *Controller) find(app *App) *run {
	for _, r := range c.runs {
		if r.app == app {
			return r
		}
	}
	return nil
}
