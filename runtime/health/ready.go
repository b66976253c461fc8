package health

import (
	"context"
	"fmt"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/tree"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// isReady answers /ready.
func (h *handler) isReady(ctx context.Context) report {
	if h.until.Err() != nil {
		return report{Status: "stopping", Problems: []problem{{Problem: "the stop has begun", Reason: text(context.Cause(h.until))}}}
	}
	return h.ready.do(ctx, h.timeout, h.look)
}

// look looks at the tree and runs the checks beside that.
func (h *handler) look(ctx context.Context) report {
	checked := runChecks(ctx, h.checks)
	j := &judge{ctx: ctx, ignored: h.ignored}
	pid, alive := h.find(ctx)
	switch root := tree.At(ctx, pid); {
	case alive && root != nil:
		j.node(nameOf(root), root)
	case h.started.Load():
		j.add(problem{Problem: "the supervision tree has ended"})
	default:
		j.add(problem{Problem: "the supervision tree has not started yet"})
	}
	for _, p := range checked() {
		j.add(p)
	}
	if len(j.problems) > 0 {
		return report{Status: "not ready", Problems: j.problems, More: j.more}
	}
	return report{Status: "ready", ok: true}
}

// judge collects what is wrong with a tree.
type judge struct {
	ctx      context.Context
	ignored  map[string]bool
	problems []problem
	more     int // than are listed
}

// maxProblems is how many are listed: they are for a person to read.
const maxProblems = 50

func (j *judge) add(p problem) {
	if len(j.problems) >= maxProblems {
		j.more++
		return
	}
	j.problems = append(j.problems, p)
}

// node judges a child, or the root, and what is below it.
func (j *judge) node(path string, n *tree.Node) {
	switch failed := n.Last != nil && !process.Clean(n.Last); {
	case n.State == supervisor.Restarting:
		j.add(problem{Child: path, Problem: "is being restarted", Reason: text(n.Last)})
	case n.State == supervisor.Stopped && failed:
		j.add(problem{Child: path, Problem: "could not be started again", Reason: text(n.Last)})
	case n.State == supervisor.Stopped: // has done its work, or was not to run
	case !n.PID.Alive():
		j.add(problem{Child: path, Problem: "has just ended"})
	case n.Unresponsive:
		j.add(problem{Child: path, Problem: "does not answer: it is starting or stopping a child, or stuck"})
	}
	if n.Dynamic {
		return
	}
	for _, child := range n.Children {
		j.child(path, child)
	}
	if n.Total > len(n.Children) && !n.Unresponsive {
		j.rest(path, n)
	}
}

func (j *judge) child(parent string, n *tree.Node) {
	path := parent + "/" + nameOf(n)
	if !j.ignored[n.ID] && !j.ignored[path] {
		j.node(path, n)
	}
}

// nameOf is a child's id, or its process where nobody has told that.
func nameOf(n *tree.Node) string {
	if n.ID == "" {
		return n.PID.String()
	}
	return n.ID
}

// rest judges the children that a walk does not list because there are so many.
func (j *judge) rest(path string, n *tree.Node) {
	d, err := supervisor.Describe(j.ctx, genserver.RefTo[*supervisor.Sup](n.PID))
	if err != nil {
		j.add(problem{Child: path, Problem: "does not tell all of its children", Reason: text(err)})
		return
	}
	for _, c := range d.Children[min(len(n.Children), len(d.Children)):] {
		child := &tree.Node{}
		if c.Type == supervisor.SupervisorType && c.PID.Alive() {
			if below := tree.At(j.ctx, c.PID); below != nil {
				child = below
			}
		}
		child.ID, child.PID, child.State, child.Last = c.ID, c.PID, c.State, c.Last
		j.child(path, child)
	}
}

// longest bounds the text of a reason.
const longest = 500

// text is an error's for the report, whatever its Error does.
func text(err error) string {
	if err == nil {
		return ""
	}
	s := fmt.Sprint(err)
	if len(s) > longest {
		s = s[:longest] + "..."
	}
	return s
}
