package application

import (
	"context"
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

// Start starts one application and returns when it has started. What it needs
// must run, else it fails with *NotStarted. It fails with *AlreadyStarted if it
// runs itself, with *SpecError, *StartError, and with *NodeDown or ErrShutdown
// once the controller stops everything. An application that somebody else is
// just starting or stopping is waited for.
//
// The context bounds the start; an ended one begins none. A start that it ends
// is abandoned: the application's process is killed, and its tree stops over
// the link, which may still be under way when Start returns. (OTP:
// application:start/1.)
func (c *Controller) Start(ctx context.Context, app *App) error {
	if _, err := c.plan([]*App{app}); err != nil {
		return err
	}
	if self, ok := process.SelfOf(ctx); ctx.Err() != nil && (!ok || self.Alive()) { // else it is fenced
		return ctx.Err()
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
				_ = c.Stop(context.WithoutCancel(ctx), app) // the first error is what counts
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
// a phase. One of an application that is just starting does not wait, since the
// start may wait for it. (OTP: init:stop/0, which never waits.)
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
	if m := masterOf(ctx); m != nil && slices.ContainsFunc(c.runs, func(r *run) bool { return r.m == m && r.state == starting }) {
		return nil
	}
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
