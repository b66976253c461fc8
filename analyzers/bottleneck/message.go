package bottleneck

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// Bounds of what is listed.
const (
	maxNames   = 4
	maxCallers = 4
	maxSteps   = 4
)

// message says who waits for what, with numbers, and what to do.
func (l *load) message(cures roles.Remedies) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, through %s, wait for each other at the one %s", l.who(), count(l.places, "call site"), l.which())
	if l.queuesReads() {
		fmt.Fprintf(&b, "; %s its state: publish a copy or a table%s that callers read themselves",
			verb(names(l.reads), "only reads", "only read"), cures.Named(cures.Table))
	}
	if len(l.slow) > 0 {
		fmt.Fprintf(&b, "; %s, and all others behind it: let the caller do that, or a process of its own that answers later", l.waits())
	}
	for _, r := range l.asking {
		fmt.Fprintf(&b, "; %s calls %s meanwhile", r.name, r.asked())
	}
	if len(l.writers) >= minCallers {
		fmt.Fprintf(&b, "; what has to be serial for one key only can be spread: a process per key%s, or partitions%s",
			cures.Named(cures.PerKey), cures.Named(cures.Partitions))
	}
	return b.String()
}

// waits says which messages wait for what: "Quote waits for http.Get".
func (l *load) waits() string {
	r := l.slow[0]
	s := fmt.Sprintf("%s waits for %s", r.name, r.blocks.What)
	if n := len(l.slow) - 1; n > 0 {
		s += fmt.Sprintf(" (%s more)", count(n, "message"))
	}
	return s
}

// who lists the callers: "3 HTTP handlers (a, b, c) and server Orders".
func (l *load) who() string {
	var kinds []string
	add := func(one string, match func(*caller) bool) {
		var names []string
		for _, c := range l.concurrent {
			if match(c) {
				names = append(names, c.name())
			}
		}
		if len(names) > 0 {
			kinds = append(kinds, fmt.Sprintf("%s (%s)", count(len(names), one), enumerate(names, ", ")))
		}
	}
	add("HTTP handler", func(c *caller) bool { return c.entry.Kind == actors.HTTPEntry })
	add("goroutine loop", func(c *caller) bool { return c.entry.Kind == actors.LoopEntry })
	add("server of many instances", func(c *caller) bool { return c.server != nil })
	if len(l.lone) > 0 {
		var names []string
		for _, c := range l.lone {
			names = append(names, c.name())
		}
		kinds = append(kinds, fmt.Sprintf("%s (%s)", count(len(names), "server"), enumerate(names, ", ")))
	}
	return enumerate(kinds, " and ")
}

// asked names the servers that a request calls.
func (r *request) asked() string {
	var names []string
	for _, s := range r.asks {
		if name := typeName(s.Target.Type); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return enumerate(names, " and ")
}

func (c *caller) name() string {
	if c.server != nil {
		return typeName(c.server.Type)
	}
	id := c.entry.Func.ID
	if id.Parent() != "" {
		return id.Name() + ":" + strconv.Itoa(c.entry.Func.Pos.Line)
	}
	return id.Name()
}

func (c *caller) kind() string {
	switch {
	case c.server != nil:
		return "server"
	case c.entry.Kind == actors.LoopEntry:
		return "goroutine started in a loop,"
	}
	return "HTTP handler"
}

func (c *caller) pos() actors.Pos {
	if c.server != nil {
		return c.server.Pos
	}
	return c.entry.Pos
}

// related shows the evidence: callers with the steps of one of their calls, the reads, and what blocks.
func (l *load) related(m *actors.Model) []analysis.RelatedInformation {
	var out []analysis.RelatedInformation
	say := func(p actors.Pos, format string, args ...any) {
		if pos := m.TokenPos(p); pos.IsValid() {
			out = append(out, analysis.RelatedInformation{Pos: pos, Message: fmt.Sprintf(format, args...)})
		}
	}
	for i, c := range l.concurrent {
		if i == maxCallers && len(l.concurrent) > maxCallers+1 {
			say(c.pos(), "one of %d more callers: %s %s", len(l.concurrent)-maxCallers, c.kind(), c.name())
			break
		}
		k := l.telling(c)
		say(c.pos(), "%s %s", c.kind(), c.name())
		steps(say, k.path)
		say(k.site.Pos, "calls %s with %s", l.name(), msgName(k.site))
	}
	for _, c := range l.lone {
		say(c.calls[0].site.Pos, "server %s calls it as well, with %s", c.name(), msgName(c.calls[0].site))
	}
	for _, r := range l.reads {
		say(r.Pos, "%s only reads the state", r.name)
	}
	for _, r := range l.asking {
		for _, s := range r.asks[:min(len(r.asks), maxSteps)] {
			say(s.Pos, "%s waits for %s here", r.name, typeName(s.Target.Type))
		}
	}
	for _, r := range l.slow {
		say(r.Pos, "%s blocks the server", r.name)
		steps(say, r.blocks.path)
		say(r.blocks.Pos, "waits for %s", r.blocks.What)
	}
	return out
}

// telling is the caller's call that shows most: of a read, if there is one.
func (l *load) telling(c *caller) call {
	for _, k := range c.calls {
		if r := find(l.reads, k.site); r != nil {
			return k
		}
	}
	return c.calls[0]
}

// steps shows the way through functions; a literal is part of the one it stands in.
func steps(say func(actors.Pos, string, ...any), path []actors.Step) {
	shown := 0
	for i, s := range path[:len(path)-1] {
		if path[i+1].Func.ID.Parent() != "" {
			continue
		}
		if shown++; shown > maxSteps {
			say(s.Edge.Pos, "and so on, %s more", count(len(path)-1-i, "step"))
			return
		}
		say(s.Edge.Pos, "calls %s", path[i+1].Func.ID.Name())
	}
}

// name of the server, for the steps.
func (l *load) name() string {
	if l.server.Agent {
		return "the agent"
	}
	return l.server.Name()
}

// which server it is, for the message. An agent's type says less than its id.
func (l *load) which() string {
	switch {
	case !l.server.Agent:
		return typeName(l.server.Type)
	case l.id != "":
		return fmt.Sprintf("agent %q", l.id)
	}
	return "agent that is made here"
}

func msgName(s *actors.Site) string {
	if s.Function {
		return "a function"
	}
	if !s.Msg.Known() {
		return "a message"
	}
	return s.Msg.Type.Name()
}

func names(requests []*request) []string {
	list := make([]string, len(requests))
	for i, r := range requests {
		list[i] = r.name
	}
	return list
}

// typeName is a type with the last element of its package's path.
func typeName(t actors.TypeID) string { return path.Base(t.Package()) + "." + t.Name() }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	head, tail, _ := strings.Cut(what, " of ")
	if tail != "" {
		tail = " of " + tail
	}
	return strconv.Itoa(n) + " " + head + "s" + tail
}

// verb joins the subjects with the form of the verb that fits their number.
func verb(subjects []string, one, several string) string {
	if len(subjects) > 1 {
		one = several
	}
	return enumerate(subjects, " and ") + " " + one
}

// enumerate lists at most maxNames names and counts the rest; last joins the last two.
func enumerate(list []string, last string) string {
	n := len(list)
	if n > maxNames {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:maxNames], ", "), n-maxNames)
	}
	if n < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:n-1], ", ") + last + list[n-1]
}
