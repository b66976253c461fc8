package childorder

import (
	"fmt"
	"path"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// message says who needs whom, in which order they stand, what that costs, and what to do.
func (n *need) message(s *family) string {
	first, cost := "is started after it", "each time that both are started"
	switch n.when {
	case continuing:
		first, cost = "is only then started", "unless it is quicker, each time that both are started"
	case terminating:
		first, cost = "is stopped before it", "each time that both are stopped"
	}
	return fmt.Sprintf("%s (child %d of %d) %s, but %s (child %d) %s: %s, %s; list %s before %s",
		n.by.path, n.by.at+1, len(s.tree.Children), n.what(), n.of.path, n.of.at+1, first, n.outcome(), cost,
		nameOf(&s.tree.Children[n.of.at]), nameOf(&s.tree.Children[n.by.at]))
}

// what the child does with the other, and when.
func (n *need) what() string {
	if n.when == entering {
		return "takes an entry of " + n.of.path + " when it starts"
	}
	return fmt.Sprintf("%s in %s", n.deed(), n.moment())
}

func (n *need) deed() string {
	switch n.site.Kind {
	case actors.CallSite, actors.InvokeSite, actors.InspectSite:
		return "calls " + n.of.path
	case actors.CastSite:
		return "casts to " + n.of.path
	case actors.StartChildSite, actors.ManageSite:
		return fmt.Sprintf("uses %s (%s)", n.of.path, n.site.Role)
	case actors.AskSite:
		return "subscribes to " + n.of.path
	case actors.RegisterSite:
		return "registers in " + n.of.path
	}
	return fmt.Sprintf("asks %s (%s)", n.of.path, n.site.Role)
}

func (n *need) outcome() string {
	switch {
	case n.when == entering:
		return "the start fails"
	case n.site.Kind == actors.CastSite:
		return "the message is lost"
	case n.site.Kind == actors.FindSite && n.of.Kind != roles.ResourceChild:
		return "nothing is found"
	}
	return "that fails with process.NoProc"
}

func (n *need) moment() string {
	switch n.when {
	case starting:
		return "Init"
	case continuing:
		return "HandleContinue"
	case terminating:
		return "Terminate"
	}
	if n.by.Kind == roles.ResourceChild {
		return "the function that opens it"
	}
	return "the function that makes it"
}

// related shows the way: the reference, each call, the use, and the other child.
func (n *need) related(m *actors.Model) []analysis.RelatedInformation {
	var all []analysis.RelatedInformation
	say := func(p actors.Pos, format string, args ...any) {
		if pos := m.TokenPos(p); pos.IsValid() {
			all = append(all, analysis.RelatedInformation{Pos: pos, Message: fmt.Sprintf(format, args...)})
		}
	}
	say(n.use.Pos, "%s gets the reference to %s", n.by.path, n.of.path)
	for i, step := range n.path {
		if step.Edge != nil && n.path[i+1].Func.ID.Parent() == "" {
			say(step.Edge.Pos, "calls %s.%s", path.Base(n.path[i+1].Func.ID.Package()), n.path[i+1].Func.ID.Name())
		}
	}
	if n.site != nil {
		say(n.site.Pos, "%s here", n.deed())
	}
	say(n.of.Pos, "%s is made here", n.of.path)
	return all
}
