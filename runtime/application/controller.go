package application

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/otplint/otplint/runtime/process"
)

// Controller starts and stops applications and knows which run. A program has
// one, which [Run] makes; tests and programs that embed others make their own.
// Nothing is shared between controllers. The zero Controller is ready, and
// must not be copied. Its methods are safe for concurrent use; starts and
// stops of different applications do not wait for each other. (OTP:
// application_controller.)
//
// The processes of an application are on the node of the context that it is
// started with.
type Controller struct {
	mu      sync.Mutex
	changed chan struct{} // closed when what mu guards changes
	envs    map[*App]*env
	runs    []*run    // those that are not over, in the order of their starts; those that are just starting last
	refuse  error     // why none is started any more
	down    *NodeDown // who took the node down
	failed  *NodeDown // the last that ended abnormally, and did not
}

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

// Start starts one application and returns when it has started. What it needs
// must run, else it fails with *NotStarted. It fails with *AlreadyStarted if it
// runs itself, with *SpecError, *StartError, and with *NodeDown or ErrShutdown
// once the controller stops everything. An application that somebody else is
// just starting or stopping is waited for.
//
// The context bounds the start. One that it ends is abandoned: the
// application's process is killed, and its tree stops over the link. (OTP:
// application:start/1.)
func (c *Controller) Start(ctx context.Context, app *App) error {
	if _, err := c.plan([]*App{app}); err != nil {
		return err
	}
	_, err := c.start(ctx, app)
	return err
}

// EnsureAllStarted starts the applications and all that they need, each after
// what it needs, and returns those that it has started, in this order; they are
// fewer if some run already. If one fails it stops those again, in reverse.
// Errors and the context are as in Start. (OTP:
// application:ensure_all_started/1.)
func (c *Controller) EnsureAllStarted(ctx context.Context, apps ...*App) (started []*App, err error) {
	return c.ensure(ctx, ctx, apps)
}

// ensure is EnsureAllStarted that begins no start after until has ended.
func (c *Controller) ensure(ctx, until context.Context, apps []*App) (started []*App, err error) {
	order, err := c.plan(apps)
	if err != nil {
		return nil, err
	}
	for _, app := range order {
		began, err := false, until.Err()
		if err == nil {
			began, err = c.start(ctx, app)
		}
		if _, runs := err.(*AlreadyStarted); err != nil && !runs {
			for _, app := range slices.Backward(started) {
				c.Stop(context.WithoutCancel(ctx), app)
			}
			return nil, err
		}
		if began {
			started = append(started, app)
		}
	}
	return started, nil
}

// Stop stops an application and returns when it has stopped: PrepStop, then
// its tree, then Stop. Those that need it are not stopped. It fails with
// *NotStarted if the application does not run. The context bounds the wait, not
// the stop; an ended one begins none. An application can not stop itself from
// Start, PrepStop, Stop or a phase: with the context that these get it fails
// with process.ErrCallingSelf. (OTP: application:stop/1.)
func (c *Controller) Stop(ctx context.Context, app *App) error {
	if app == nil {
		return &SpecError{[]string{"<nil>"}, NilApp}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.mayStop(ctx, app); err != nil {
		return err
	}
	var r *run
	err := c.await(ctx, func() bool {
		r = c.find(app)
		return r == nil || r.state != stopping
	})
	if err == nil {
		err = ctx.Err()
	}
	switch {
	case err != nil:
		return err
	case r == nil || r.state == starting:
		return &NotStarted{App: app.Name}
	}
	return c.stop(ctx, r)
}

// Shutdown stops all applications, in the reverse order of their starts, and
// lets none start any more. One that is just starting is stopped when it has
// started. The context bounds the wait, not the stops; a process of an
// application may ask for a shutdown too, but not from Start, PrepStop, Stop or
// a phase. (OTP: init:stop/0.)
func (c *Controller) Shutdown(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.mayStop(ctx, nil); err != nil {
		return err
	}
	c.close(ErrShutdown)
	go func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.stopAll()
	}()
	return c.await(ctx, func() bool { return len(c.runs) == 0 })
}

// Info is what a controller tells of an application that runs.
type Info struct {
	App  *App
	Tree process.PID // of the root supervisor; zero for a library
}

// Running lists the applications that run, in the order of their starts; not
// those that are starting or stopping. (OTP: which_applications/0.)
func (c *Controller) Running() []Info {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []Info
	for _, r := range c.runs {
		if r.state == running {
			list = append(list, Info{r.app, r.tree()})
		}
	}
	return list
}

// In makes ctx reach the environment of an application, which need not run:
//
//	Port.Put(ctl.In(ctx, shop.App), 9090)
//	ctl.EnsureAllStarted(ctx, shop.App)
func (c *Controller) In(ctx context.Context, app *App) context.Context {
	if app == nil {
		return ctx
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return context.WithValue(ctx, envKey{}, c.env(app))
}

func (c *Controller) plan(apps []*App) ([]*App, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return plan(apps, c.runs)
}

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
	process.Post(context.Background(), r.pid, process.KindSystem, stopApp{}, false)
	return c.await(ctx, func() bool { return r.state == over })
}

// stopping notes that a master stops its application.
func (c *Controller) stopping(m *master) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.find(m.app); r != nil && r.m == m {
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
			c.await(forever, func() bool { return r.state != was })
			continue
		}
		c.stop(forever, r)
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
	if end = r.m.end.Load(); end == nil { // killed
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

// env is an application's environment, made at the first look.
func (c *Controller) env(app *App) *env {
	if c.envs == nil {
		c.envs = make(map[*App]*env)
	}
	if c.envs[app] == nil {
		c.envs[app] = newEnv(app)
	}
	return c.envs[app]
}
