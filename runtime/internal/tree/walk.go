package tree

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Kind tells supervisors apart.
type Kind uint8

const (
	NoSupervisor Kind = iota
	Static            // supervisor.Sup
	Dynamic           // dynsupervisor.Sup
)

// KindOf tells whether the process is a supervisor. It asks nobody and takes
// no lock.
func KindOf(pid process.PID) Kind {
	b := process.BehaviourOf(pid)
	if b == nil {
		return NoSupervisor
	}
	switch behaviour, typ := b.Describe(); {
	case behaviour != "genserver":
		return NoSupervisor
	case typ == "*supervisor.Sup":
		return Static
	case typ == "*dynsupervisor.Sup":
		return Dynamic
	}
	return NoSupervisor
}

// walk is one walk over a tree.
type walk struct {
	ctx  context.Context
	room atomic.Int64 // how many more nodes may be listed
}

// visit completes the node and what is below it, which takes until then at most.
func (w *walk) visit(n *Node, until time.Time) {
	if err := w.ask(n, until); err != nil {
		if isNamesake(err) {
			return
		}
		n.Unresponsive = n.PID.Alive()
		w.linked(n)
	}
	var below sync.WaitGroup
	for _, child := range n.Children {
		if child.Type == supervisor.SupervisorType && !child.PID.IsZero() {
			below.Go(func() { w.visit(child, until) })
		}
	}
	below.Wait()
}

// isNamesake reports whether who was asked is of a type that only has the name
// of a supervisor's. The error may hold the reason of an end that came
// meanwhile, which is somebody else's and whose methods may panic.
func isNamesake(err error) (yes bool) {
	defer func() {
		if recover() != nil {
			yes = false
		}
	}()
	return errors.Is(err, genserver.ErrWrongServer)
}

// ask fills in what the process tells of itself.
func (w *walk) ask(n *Node, until time.Time) error {
	ctx, cancel := context.WithDeadline(w.ctx, time.Now().Add(time.Until(until)/2))
	defer cancel()
	switch KindOf(n.PID) {
	case Static:
		return w.static(ctx, n)
	case Dynamic:
		return w.dynamic(ctx, n)
	}
	if n.Type == supervisor.SupervisorType { // of a kind that is not known here
		w.linked(n)
	}
	return nil
}

// static asks a supervisor for its children.
func (w *walk) static(ctx context.Context, n *Node) error {
	if !Ready(ctx, n.PID) {
		return process.ErrTimeout
	}
	d, err := supervisor.Describe(ctx, genserver.RefTo[*supervisor.Sup](n.PID))
	if err == nil {
		n.Strategy = d.Strategy
		w.children(n, d.ID, d.Children, len(d.Children))
	}
	return err
}

// dynamic asks a dynamic supervisor for its children.
func (w *walk) dynamic(ctx context.Context, n *Node) error {
	n.Dynamic, n.Strategy = true, supervisor.OneForOne
	if !Ready(ctx, n.PID) {
		return process.ErrTimeout
	}
	d, err := dynsupervisor.Describe(ctx, genserver.RefTo[*dynsupervisor.Sup](n.PID), Limit)
	if err == nil {
		w.children(n, d.ID, d.Children, d.Total)
	}
	return err
}

// children fills in what a supervisor has told.
func (w *walk) children(n *Node, id string, children []supervisor.ChildDescription, total int) {
	if n.ID == "" {
		n.ID = id
	}
	n.Total = total
	for _, c := range children[:w.take(len(children))] {
		n.Children = append(n.Children, &Node{
			ID: c.ID, PID: c.PID, State: c.State, Type: c.Type, Restart: c.Restart, Restarts: c.Restarts, Last: c.Last,
		})
	}
}

// linked lists the children of a supervisor without asking it: the processes
// that are linked to it as their parent.
func (w *walk) linked(n *Node) {
	info, ok := process.InfoOf(w.ctx, n.PID)
	if !ok {
		return
	}
	n.Children, n.Total = nil, 0
	if len(info.Links) <= MaxNodes {
		slices.SortFunc(info.Links, process.PID.Compare)
	}
	for i, pid := range info.Links {
		if i > Limit { // the rest is only counted, as if all were children
			n.Total += len(info.Links) - i
			break
		}
		child, ok := process.InfoOf(w.ctx, pid)
		if !ok || child.Parent != n.PID {
			continue
		}
		n.Total++
		if w.take(1) == 0 {
			continue
		}
		c := &Node{PID: pid, State: supervisor.Running, Type: supervisor.Worker}
		if KindOf(pid) != NoSupervisor {
			c.Type = supervisor.SupervisorType
		}
		n.Children = append(n.Children, c)
	}
}

// take takes room for n nodes of one supervisor, as far as there is any.
func (w *walk) take(n int) int {
	n = min(n, Limit)
	if left := w.room.Add(-int64(n)); left < 0 {
		w.room.Add(min(-left, int64(n)))
		n = max(n+int(left), 0)
	}
	return n
}

// backlog is how many messages may wait at a busy server that is asked one
// more, so that tools that ask again and again do not fill the mailbox of one
// that is stuck.
const backlog = 64

// Ready waits until the server takes its messages; false if it does not
// while ctx lasts.
func Ready(ctx context.Context, pid process.PID) bool {
	first, ok := process.InfoOf(ctx, pid)
	for now, wait := first, time.Millisecond; ok && now.Busy && now.Mailbox >= backlog && now.Handled == first.Handled; wait *= 2 {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
		now, ok = process.InfoOf(ctx, pid)
	}
	return true
}
