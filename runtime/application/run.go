package application

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/otplint/otplint/runtime/process"
)

// The exit codes of [Run].
const (
	exitStopped   = 0
	exitFailed    = 1
	exitImpatient = 2
)

// Run is the main function of a program that is made of applications:
//
//	func main() { os.Exit(application.Run(shop.App)) }
//
// It starts them and all that they need in order and blocks until the program
// is to end: on SIGINT or SIGTERM, when an application takes the node down (see
// [Mode]), or when nothing runs any more. Then it stops what runs in the
// reverse order of its start, and returns the exit code:
//
//   - 0 after a signal, or when all applications have ended normally;
//   - 1 if an application took the node down or failed to start, or if nothing
//     runs any more and one of those that ran ended abnormally;
//   - 2 if a second signal comes during the stop: Run returns at once, with the
//     applications half stopped. It then needs os.Exit to end them.
//
// A signal during the start lets the application that is just starting finish
// its start, since only what has started can be stopped in order. Why it
// returns 1 is in the log of the default node.
func Run(apps ...*App) (exitCode int) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	return runUntil(context.Background(), signals, apps)
}

func runUntil(ctx context.Context, signals <-chan os.Signal, apps []*App) (exitCode int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- new(Controller).Run(ctx, apps...) }()
	for range 2 {
		select {
		case <-signals:
			cancel()
		case err := <-ended:
			if err == nil {
				return exitStopped
			}
			process.NodeOf(ctx).Log(slog.LevelError, "the program ends", "error", err)
			return exitFailed
		}
	}
	return exitImpatient
}

// Run is what the function Run does, but for the signals: it starts the
// applications and all that they need, and shuts the controller down when ctx
// ends, when an application takes the node down, or when no application with a
// tree runs any more. It returns nil when ctx ended it, when somebody else shut
// the controller down, and when all that ran ended normally; else *NodeDown or
// why the start failed.
func (c *Controller) Run(ctx context.Context, apps ...*App) error {
	_, err := c.ensure(context.WithoutCancel(ctx), ctx, apps)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		_ = c.await(ctx, func() bool { return c.refuse != nil || c.idle() })
	}
	stopped := ctx.Err() != nil || c.refuse != nil
	c.close(ErrShutdown)
	c.stopAll()
	switch {
	case c.down != nil:
		return c.down
	case err != nil && err != ctx.Err():
		return err
	case !stopped && c.failed != nil:
		return c.failed
	}
	return nil
}

// idle reports whether nothing runs.
func (c *Controller) idle() bool {
	for _, r := range c.runs {
		if r.m != nil {
			return false
		}
	}
	return true
}
