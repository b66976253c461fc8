package supervisor

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/reasons"
	"github.com/otplint/otplint/runtime/process"
)

// Start starts a tree and returns its root's reference, which is root.Ref().
// The context bounds the start and names the node; it is not the tree's
// lifetime: [Stop] ends that. A start that ctx ends is abandoned, and its
// children are killed over their links. It fails with *SpecError, or with a
// process.ShutdownReason that wraps a *StartError; then nothing is left running.
func Start(ctx context.Context, root Child[Ref]) (Ref, error) {
	_, err := startRoot(root, process.PID{}, func(s *spec) (started, error) { return s.root(ctx, s) })
	return refUnless(root, err), err
}

// StartLink is Start for a tree that is linked to the process that starts it
// and stops when that ends. If the start fails that process gets the reason as
// an exit signal too.
func StartLink(c *process.Context, root Child[Ref]) (Ref, error) {
	_, err := startRoot(root, c.Self(), func(s *spec) (started, error) { return s.start(c, s, s.slot) })
	return refUnless(root, err), err
}

func refUnless(root Child[Ref], err error) Ref {
	if err != nil {
		return Ref{}
	}
	return root.ref
}

// startRoot does for a root what a supervisor does for its children.
func startRoot(root Child[Ref], owner process.PID, start func(*spec) (started, error)) (process.PID, error) {
	s := root.s
	if err := s.validate(Never); err != nil {
		return process.PID{}, err
	}
	if s.root == nil {
		return process.PID{}, &SpecError{ID: s.id, Problem: NotSupervisor}
	}
	claimed, err := s.slot.claim(owner)
	if err != nil {
		return process.PID{}, childError(s.id, err)
	}
	tree, err := start(s)
	if err != nil {
		s.slot.release(claimed)
		return process.PID{}, err
	}
	s.slot.run(claimed, tree.pid, tree.value)
	return tree.pid, nil
}

// Stop stops a tree and returns when it has stopped: its children in reverse,
// then the supervisor itself with process.Normal. ctx bounds the wait, not
// the stop. genserver.Stop takes another reason. (Elixir: Supervisor.stop/1.)
func Stop(ctx context.Context, sup genserver.To[*Sup]) error {
	return genserver.Stop(ctx, sup, process.Normal)
}

// Run starts a tree, and stops it when ctx ends, in the reverse of the order
// it was started in. It returns nil then, and when the tree was stopped
// otherwise with process.Normal; else why the tree did not start or why it
// ended. A tree that gives up after too many restarts ends with process.Shutdown and a *GaveUp.
//
// If ctx ends during the start, that is finished first, so that what has been
// started can be stopped in order. The stop takes as long as the children's
// shutdown times allow. Run waits in a process of its own; if somebody kills
// that, Run returns and the tree ends over its link.
func Run(ctx context.Context, root Child[Ref]) error {
	if ctx.Err() != nil {
		return nil
	}
	ended := make(chan error, 1)
	// The root's parent is a process, for only a link tells the reason of a
	// tree that ends as soon as it has started.
	parent, err := process.Spawn(ctx, func(c *process.Context) error {
		ended <- run(ctx, c, root)
		return nil
	})
	if err != nil {
		return err
	}
	process.Wait(context.Background(), parent)
	select {
	case err := <-ended:
		return err
	default: // killed before it came to anything
		return process.Killed
	}
}

// stopRunning tells the parent of a tree that its time is over.
type stopRunning struct{}

// run is the parent of the tree.
func run(ctx context.Context, c *process.Context, root Child[Ref]) error {
	c.TrapExit(true)
	pid, err := startRoot(root, c.Self(), func(s *spec) (started, error) { return s.start(c, s, s.slot) })
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { process.Send(c, c.Self(), stopRunning{}) })()
	stopped := false
	for {
		msg, err := process.Receive(c)
		if err != nil {
			return err // killed, and the tree with it
		}
		switch msg := msg.(type) {
		case stopRunning:
			stopped = true
			process.Exit(c, pid, process.Shutdown) // the root obeys its parent
		case process.Exited:
			switch {
			case msg.From != pid || pid.Alive():
			case stopped && process.Clean(msg.Reason), reasons.Is(msg.Reason, process.Normal):
				return nil
			default:
				return msg.Reason
			}
		}
	}
}
