// Package nodefault defines a check that finds servers which ask the runtime for messages and have no case for them: a
// monitor without a case for the Down, an idle timeout without one for the Timeout, a task that is to notify without
// one for its Done, and trapped exits of processes that the server itself is linked to without one for the Exited.
// Such a message is logged and lost, and with it what it was asked for: what the server keeps for a process that is
// gone stays for good, a task's result is nowhere, and a linked process that crashes harms nobody and is missed by
// nobody.
//
// It proves that a callback asks, in the server's own process, itself or through what it calls; and that HandleInfo
// does not exist or refuses what it has no case for (actors.Callback.Refuses), on every way.
//
// The check is silent
//
//   - if HandleInfo has any default but c.Unhandled: to drop such messages is a decision;
//   - about a case for an interface, and handlers of another package, which may take the message;
//   - about monitors that the function which makes them ends itself: they are for a moment;
//   - about servers that trap exits for Terminate's sake and link themselves to nobody: the parent's exit is no message;
//     about links made in loops and by streams of tasks, whose exits belong to the loop;
//   - about processes, goroutines, tasks and functions that a callback starts: what they ask for comes to them;
//   - about what the server asks for in Terminate;
//   - about what others make the runtime send: registry listeners, heirs of tables, timers (see unhandledmsg);
//   - in tests and generated files.
//
// What did not work: reporting any HandleInfo without a default. A server that asked for nothing gets nothing.
package nodefault

import (
	"fmt"
	"path"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer reports servers without a case for what they ask the runtime for.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "nodefault",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer},
	Run:      run,
})

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil {
		return nil, nil
	}
	c := &check{pass: pass, m: m.WithoutTests()}
	for i := range c.m.Pkg.Servers {
		server := &c.m.Pkg.Servers[i]
		info := server.Callback(roles.HandleInfo)
		if server.Agent || info != nil && !info.Refuses {
			continue
		}
		for _, d := range c.due(server) {
			c.judge(server, info, d)
		}
	}
	return nil, nil
}

// check is the check of one package.
type check struct {
	pass *analysis.Pass
	m    *actors.Model
}

// judge reports what a server is due and has no case for.
func (c *check) judge(server *actors.Server, info *actors.Callback, d *due) {
	at, lacks := server.Pos, "it has no HandleInfo"
	cure := "handle " + d.name()
	if info != nil {
		at, lacks, cure = info.Pos, "HandleInfo has no case for "+d.name(), "add the case"
	}
	for h := range server.Handled(roles.HandleInfo) {
		switch {
		case h.Msg.Matches(d.msg):
			return
		case h.Msg.Matches("*" + d.msg):
			lacks, cure = fmt.Sprintf("HandleInfo has a case for *%s, which never matches: it comes as a value", d.name()), "take the value"
			if c.m.File(h.Pos) != nil {
				at = h.Pos
			}
		}
	}
	if c.m.File(at) == nil || c.m.Quiet(at) {
		return
	}
	doing, cost := d.words()
	c.pass.Report(analysis.Diagnostic{
		Pos:     c.m.TokenPos(at),
		Message: fmt.Sprintf("%s.%s %s (%s), but %s: %s: %s", path.Base(server.Type.Package()), server.Name(), doing, d.where(), lacks, cost, cure),
		Related: c.related(d),
	})
}

// words are what the server does to be due the message, and what it costs to have no case.
func (d *due) words() (doing, cost string) {
	switch roles.KindOf(d.msg.Package(), d.msg.Name()) {
	case roles.DownType:
		return "monitors processes", "that one has ended is logged and forgotten, and what is kept for it stays"
	case roles.ExitedType:
		return "traps exits and is linked to others", "when one of them crashes the server lives on, and only the log knows"
	case roles.TimeoutType:
		return "waits to be idle", "each timeout is logged, and does nothing"
	case roles.DoneType:
		return "has tasks notify it", "each result is logged and lost"
	}
	return "asks for " + d.name(), "each is logged and lost"
}

// name is the message as its users write it.
func (d *due) name() string { return path.Base(d.msg.Package()) + "." + d.msg.Name() }

// where lists the functions that ask.
func (d *due) where() string {
	const most = 3
	names := d.functions()
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// maxRelated bounds the places that are listed.
const maxRelated = 5

// related shows where the server asks, each place with the calls that lead to it.
func (c *check) related(d *due) (all []analysis.RelatedInformation) {
	say := func(at actors.Pos, format string, args ...any) {
		if pos := c.m.TokenPos(at); pos.IsValid() {
			all = append(all, analysis.RelatedInformation{Pos: pos, Message: fmt.Sprintf(format, args...)})
		}
	}
	for i, a := range d.asked {
		if i == maxRelated {
			break
		}
		for j, step := range a.path[:len(a.path)-1] {
			if next := a.path[j+1].Func.ID; next.Parent() == "" {
				say(step.Edge.Pos, "calls %s", next.Name())
			}
		}
		say(a.site.Pos, "%s here", a.site.Role)
	}
	return all
}
