// Package initblock defines a check that finds an Init that may block for long, and an Init that sends the server a
// message to postpone work.
//
// A supervisor starts its children one by one and waits for each Init, at boot and at each restart: while one waits for
// the network, a subprocess, a sleep or somebody's channel, nothing after it starts, and the supervisor answers nobody.
// HandleContinue runs after the start has returned and before any message; a message to oneself comes after whatever
// came first.
//
// It proves that a path from Init, in its own goroutine, leads to the operation. It is silent
//
//   - about what is cheap and local: files, locks, sql.Open without Ping;
//   - about listeners: that a port cannot be bound must be seen by the parent, and later siblings may need it;
//   - about supervisor.Opened and Closer: they are how to open something that siblings wait for;
//   - about what ends within a second because a constant says so: a short sleep, a context with a short timeout;
//   - about calls of other servers, unless the handler of that message is known to block, and about sends to channels,
//     which may have room, and channels that Init made itself: it waits for its own helpers;
//   - where a later sibling calls the server when it starts, or is a plain function that does: then blocking is what
//     makes it wait;
//   - about calls through an interface that several known types implement, function values, and literals that are kept
//     for later;
//   - about a message that Init sends its own server if others send it as well, or it is sent again: a timer's tick is
//     no postponed work;
//   - in tests and generated files.
//
// A name for what blocks long would be a guess, so the durations are those that constants give; a sleep whose time is
// computed is not judged.
package initblock

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/tools/go/analysis"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/ignore"
	"github.com/otplint/otplint/passes/roles"
)

// Analyzer reports an Init that blocks or postpones its work by a message.
var Analyzer = ignore.Honour(&analysis.Analyzer{
	Name:     "initblock",
	Doc:      Doc.Compile().String(),
	Requires: []*analysis.Analyzer{actors.Analyzer},
	Run:      run,
})

// short is what an Init may take without being a finding.
const short = time.Second

func run(pass *analysis.Pass) (any, error) {
	m := pass.ResultOf[actors.Analyzer].(*actors.Model)
	if m == nil {
		return nil, nil
	}
	m = m.WithoutTests()
	c := &check{pass: pass, m: m}
	seen := map[actors.FuncID]bool{}
	for i := range m.Pkg.Servers {
		s := &m.Pkg.Servers[i]
		init := s.Callback(roles.Init)
		if init == nil || seen[init.Func] || init.Func.Package() != m.Pkg.Path || m.Quiet(init.Pos) {
			continue
		}
		seen[init.Func] = true
		if w := c.longest(init.Func); w != nil && !c.barrier(s) {
			c.blocks(s, init, w)
		}
		c.postpones(s, init)
	}
	return nil, nil
}

// check is the check of one package.
type check struct {
	pass *analysis.Pass
	m    *actors.Model
}

// wait is an operation that Init waits for, with the path to it. then is what the handler of a call waits for.
type wait struct {
	path  []actors.Step
	block *actors.Block
	limit time.Duration // 0: none that is known
	site  *actors.Site  // of a call
	then  *wait
}

// longest is the first wait without a limit, else the longest, that is not short; nil if there is none.
func (c *check) longest(init actors.FuncID) *wait {
	var worst *wait
	for path, b := range c.m.BlocksIn(init, "") {
		w := c.judge(path, b)
		if w == nil {
			continue
		}
		if worst == nil || worst.limit != 0 && (w.limit == 0 || w.limit > worst.limit) {
			w.path = slices.Clone(path)
			worst = w
		}
	}
	return worst
}

// judge says whether an operation may take long, on a path that certainly leads there.
func (c *check) judge(path []actors.Step, b *actors.Block) *wait {
	limit, ok := c.limit(path, b)
	if !ok {
		return nil
	}
	w := &wait{path: path, block: b, limit: limit}
	switch b.Class {
	case actors.BlockSleep:
		ok = limit > 0
	case actors.BlockIO:
		ok = !listens[b.What]
	case actors.BlockChan:
		ok = b.What != "send" && !b.Local
	case actors.BlockCall:
		ok = c.asks(w)
	default:
		ok = false
	}
	if !ok {
		return nil
	}
	return w
}

// listens are functions that bind a port: local, quick, and the parent must see their failure.
var listens = map[string]bool{
	"net.Listen": true, "net.ListenTCP": true, "net.ListenUDP": true, "net.ListenPacket": true, "net.ListenUnix": true,
	"net.ListenUnixgram": true, "net.ListenIP": true, "net.ListenMulticastUDP": true,
}

// limit is how long the operation may take at most, by its own limit or that of a context on the path; 0 if nobody
// knows. ok is false if that is short, or if the path may not be taken.
func (c *check) limit(path []actors.Step, b *actors.Block) (limit time.Duration, ok bool) {
	limit = b.Limit
	for _, s := range path[:len(path)-1] {
		e := s.Edge
		if e.Kind == actors.LiteralEdge && !e.Now || e.Kind == actors.InvokeEdge && c.several(e) {
			return 0, false
		}
		if e.Limit > 0 && (limit == 0 || e.Limit < limit) {
			limit = e.Limit
		}
	}
	return limit, limit == 0 || limit >= short
}

// several says whether a call through an interface may reach more than one function.
func (c *check) several(e *actors.Edge) bool {
	n := 0
	for range c.m.Callees(e) {
		n++
	}
	return n > 1
}

// asks says whether a call waits for a handler that is known to block.
func (c *check) asks(w *wait) bool {
	caller := w.path[len(w.path)-1].Func.ID
	for s := range c.m.Sites(actors.CallSite) {
		if s.Func == caller && s.Pos == w.block.Pos {
			return c.slow(w, s)
		}
	}
	return false
}

// slow looks for what the handler of a call waits for.
func (c *check) slow(w *wait, s *actors.Site) bool {
	if s.Function || !s.Target.Known() || !s.Msg.Known() {
		return false
	}
	servers := c.m.ServersOf(s.Target.Type)
	if len(servers) != 1 {
		return false
	}
	handler := servers[0].Callback(roles.HandleCall)
	if handler == nil {
		return false
	}
	for path, b := range c.m.BlocksIn(handler.Func, s.Msg.Type) {
		if limit, ok := c.limit(path, b); ok && (b.Class == actors.BlockIO && !listens[b.What] || b.Class == actors.BlockSleep && limit > 0) {
			w.site, w.then = s, &wait{path: slices.Clone(path), block: b, limit: limit}
			return true
		}
	}
	return false
}

// barrier says whether the package, or one that it imports, lists a sibling after the server that calls it when it
// starts: then it is meant to wait.
func (c *check) barrier(s *actors.Server) bool {
	for t := range c.m.Trees() {
		for i := range t.Children {
			if child := &t.Children[i]; child.Server == "" || c.m.Server(child.Server) != s {
				continue
			}
			if slices.ContainsFunc(t.Children[i+1:], func(later actors.Child) bool { return c.calls(&later, s) }) {
				return true
			}
		}
	}
	return false
}

// calls says whether a child calls the server in its start, or in the function that it is.
func (c *check) calls(child *actors.Child, s *actors.Server) bool {
	from := []actors.FuncID{child.Factory}
	if server := c.m.Server(child.Server); child.Server != "" && server != nil {
		for _, kind := range []roles.CallbackKind{roles.Init, roles.HandleContinue} {
			if cb := server.Callback(kind); cb != nil {
				from = append(from, cb.Func)
			}
		}
	}
	for _, f := range from {
		for _, site := range c.m.SitesIn(f, actors.Walk{Go: true, Values: true}) {
			if site.Kind == actors.CallSite && site.Target.Known() && slices.Contains(c.m.ServersOf(site.Target.Type), s) {
				return true
			}
		}
	}
	return false
}

// blocks reports a wait.
func (c *check) blocks(s *actors.Server, init *actors.Callback, w *wait) {
	c.pass.Report(analysis.Diagnostic{
		Pos: c.m.TokenPos(init.Pos),
		Message: fmt.Sprintf("Init of %s may block: %s%s; its supervisor waits, at the start and at each restart%s: return c.OK().Continue(...) and do it in HandleContinue",
			s.Name(), w.what(), w.atMost(), c.waiting(s)),
		Related: c.related(w),
	})
}

// what says what is waited for, and where.
func (w *wait) what() string {
	what := w.block.What
	switch {
	case w.then != nil:
		return fmt.Sprintf("it calls %s with %s (%s), which waits for %s", w.site.Target.Type.Name(), w.site.Msg.Type.Name(), at(w.block.Pos), w.then.block.What)
	case w.block.Class == actors.BlockChan:
		what = "a " + what
	}
	return fmt.Sprintf("%s (%s)", what, at(w.block.Pos))
}

func (w *wait) atMost() string {
	switch {
	case w.limit > 0:
		return fmt.Sprintf(", for up to %v", w.limit)
	case w.then != nil, w.block.Class == actors.BlockSleep:
		return ""
	}
	return " without a deadline"
}

// waiting counts the siblings that start after the server, as far as a tree shows them.
func (c *check) waiting(s *actors.Server) string {
	for t := range c.m.Trees() {
		for i := range t.Children {
			n := len(t.Children) - i - 1
			if child := &t.Children[i]; n > 0 && child.Server != "" && c.m.Server(child.Server) == s {
				return fmt.Sprintf(", and with it %s (%s)", count(n, "later child", "later children"), at(t.Pos))
			}
		}
	}
	return ""
}

// related shows the path to what blocks.
func (c *check) related(w *wait) []analysis.RelatedInformation {
	var all []analysis.RelatedInformation
	say := func(p actors.Pos, message string) {
		if pos := c.m.TokenPos(p); pos.IsValid() {
			all = append(all, analysis.RelatedInformation{Pos: pos, Message: message})
		}
	}
	for ; w != nil; w = w.then {
		for i, s := range w.path[:len(w.path)-1] {
			if next := w.path[i+1].Func.ID; next.Parent() == "" {
				say(s.Edge.Pos, "calls "+next.Name())
			}
		}
		say(w.block.Pos, "waits for "+w.block.What)
	}
	return all
}

func at(p actors.Pos) string { return fmt.Sprintf("%s:%d", filepath.Base(p.File), p.Line) }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
