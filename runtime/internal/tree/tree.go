// Package tree walks the supervision trees of a node for the tools that show
// or judge them. It only looks: it asks supervisors and never waits long for
// one. What is not below a supervisor is not here.
package tree

import (
	"context"
	"slices"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

const (
	// Limit is how many children of one supervisor are listed.
	Limit = 300
	// MaxNodes is how many nodes a walk lists in all. Below that, supervisors
	// have no children listed.
	MaxNodes = 5000
	// DefaultTime is how long a walk may take whose context has no deadline.
	DefaultTime = time.Second
)

// Node is a child in a tree, or a tree's root.
type Node struct {
	ID       string      // the child's; "" where only its parent could tell it
	PID      process.PID // zero while it does not run
	State    supervisor.State
	Type     supervisor.Type
	Restart  supervisor.Restart  // 0 if unknown, as a root's is
	Strategy supervisor.Strategy // a supervisor's, 0 if unknown
	Dynamic  bool                // a supervisor's, whose children have no ids
	Restarts int                 // by its supervisor
	Last     error               // see supervisor.ChildDescription

	// Unresponsive is a supervisor that did not answer in time, such as one
	// that is busy starting a child. Its children are then those processes
	// that it is linked to as their parent, without ids.
	Unresponsive bool
	Children     []*Node // of a supervisor, in the order of their start
	Total        int     // how many children there are, more than len(Children) if not all are listed
}

// Of is the tree below and including root, nil if that is dead. The
// supervisors are asked side by side, each for at most half of the time that
// is left then until ctx ends, so that one that does not answer holds up
// neither its siblings nor the walk.
func Of(ctx context.Context, root genserver.To[*supervisor.Sup]) *Node {
	to, ok := root.(interface{ Dest() process.Dest }) // a Ref, or what embeds one
	if !ok {
		return nil
	}
	pid, err := to.Dest().Resolve(process.NodeOf(ctx))
	if err != nil {
		return nil
	}
	return At(ctx, pid)
}

// At is Of for a supervisor of any kind.
func At(ctx context.Context, pid process.PID) *Node {
	if !pid.Alive() {
		return nil
	}
	until, ok := ctx.Deadline()
	if !ok {
		until = time.Now().Add(DefaultTime)
	}
	w := &walk{ctx: ctx}
	w.room.Store(MaxNodes)
	root := &Node{PID: pid, State: supervisor.Running, Type: supervisor.Worker}
	if KindOf(pid) != NoSupervisor {
		root.Type = supervisor.SupervisorType
	}
	w.visit(root, until)
	return root
}

// Roots are the live supervisors whose parent is none or is no supervisor.
func Roots(n *process.Node) []process.PID {
	var roots []process.PID
	for pid := range n.Processes() {
		if KindOf(pid) == NoSupervisor {
			continue
		}
		info, ok := process.InfoOf(context.Background(), pid)
		if ok && KindOf(info.Parent) == NoSupervisor {
			roots = append(roots, pid)
		}
	}
	slices.SortFunc(roots, process.PID.Compare)
	return roots
}
