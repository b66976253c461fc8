package bottleneck

import (
	"slices"

	"github.com/otplint/otplint/passes/actors"
	"github.com/otplint/otplint/passes/roles"
)

// load is what one server has to bear.
type load struct {
	making
	callers
	reads []*request // messages that only read, called on concurrent paths
	slow  []*request // messages that block
	// asking are messages that call other servers, on concurrent paths.
	asking []*request
	// readers and waiting are the concurrent callers of the reads, and of what need not wait for a slow message.
	readers, waiting []*caller
	writers          []*caller // of all but reads
	shared           int       // most callers of one read
	places           int       // that call the server
}

// request is a message that the server handles, a case of a callback; or a function that an agent is sent.
type request struct {
	*actors.Handled
	name    string
	site    *actors.Site // of a function
	callers []*caller    // on concurrent paths
	pure    bool         // only reads the state and answers
	blocks  *blocking
	asks    []*actors.Site // calls of other servers
}

// blocking is the operation that a request waits for, and the way there from the callback.
type blocking struct {
	*actors.Block
	path []actors.Step
}

func measure(m *actors.Model, one making, by *callers) *load {
	l := &load{making: one, callers: *by}
	requests := requestsOf(m, one.server)
	if one.server.Agent {
		requests = functionsFor(m, one.server)
	}
	for _, r := range requests {
		if r.blocks != nil {
			l.slow = append(l.slow, r)
		}
	}
	sites := map[*actors.Site]bool{}
	for _, c := range by.lone {
		for _, k := range c.calls {
			sites[k.site] = true
		}
	}
	for _, c := range by.concurrent {
		for _, k := range c.calls {
			sites[k.site] = true
			r := find(requests, k.site)
			if r == nil {
				l.writers = with(l.writers, c)
				continue
			}
			r.callers = with(r.callers, c)
			if r.pure {
				l.readers = with(l.readers, c)
			} else {
				l.writers = with(l.writers, c)
			}
			if len(l.slow) > 0 && (r.blocks == nil || r.ReadOnly) {
				l.waiting = with(l.waiting, c)
			}
		}
	}
	for _, r := range requests {
		if r.pure && len(r.callers) > 0 {
			l.reads = append(l.reads, r)
			l.shared = max(l.shared, len(r.callers))
		}
		if len(r.asks) > 0 && len(r.callers) > 0 {
			l.asking = append(l.asking, r)
		}
	}
	l.places = len(sites)
	return l
}

// heavy says whether the load is worth a finding; the package comment has the reasons.
func (l *load) heavy() bool { return l.queuesReads() || l.queuesBehind() }

// queuesReads says whether reads wait for each other. Where as many paths write as read, a few reads, of a status say,
// are not the load: the queue would stay if they read a copy.
func (l *load) queuesReads() bool {
	return len(l.concurrent) >= minCallers && len(l.readers) > 0 &&
		(len(l.readers) >= minCallers || l.shared >= minShared && len(l.readers) > len(l.writers))
}

func (l *load) queuesBehind() bool { return len(l.slow) > 0 && len(l.waiting) >= minCallers }

func with(list []*caller, c *caller) []*caller {
	if slices.Contains(list, c) {
		return list
	}
	return append(list, c)
}

func find(requests []*request, site *actors.Site) *request {
	for _, r := range requests {
		if r.site == site && site.Function {
			return r
		}
		if r.Kind == roles.HandleCall && r.site == nil && site.Msg.Known() && r.Msg.Matches(site.Msg.Type) {
			return r
		}
	}
	return nil
}

// requestsOf lists what the server handles while callers wait: answers, and whatever stands between them.
func requestsOf(m *actors.Model, s *actors.Server) []*request {
	var all []*request
	for i := range s.Handles {
		h := &s.Handles[i]
		callback := s.Callback(h.Kind)
		if callback == nil || h.Kind != roles.HandleCall && h.Kind != roles.HandleCast && h.Kind != roles.HandleInfo {
			continue
		}
		r := &request{Handled: h, name: h.Msg.Name(), pure: h.Kind == roles.HandleCall && h.ReadOnly}
		r.look(m, callback.Func, h.Msg)
		all = append(all, r)
	}
	return all
}

// functionsFor lists the functions that an agent is sent. Each place that sends one is a message of its own, if
// anything that is known runs it.
func functionsFor(m *actors.Model, s *actors.Server) []*request {
	var all []*request
	for site := range m.SitesTo(s.Type, actors.CallSite, actors.CastSite) {
		if !site.Function || !runs(m, site.Func) {
			continue
		}
		r := &request{
			Handled: &actors.Handled{Kind: roles.HandleCall, Pos: site.Pos, Func: site.Factory, ReadOnly: site.ReadOnly},
			name:    site.Func.Name(), site: site, pure: site.ReadOnly,
		}
		if site.Kind == actors.CastSite {
			r.Kind = roles.HandleCast
		}
		if f := m.Func(site.Factory); f != nil {
			r.Pos = f.Pos
			r.look(m, site.Factory, "")
		}
		all = append(all, r)
	}
	return all
}

// runs says whether something that is known runs the function.
func runs(m *actors.Model, id actors.FuncID) bool {
	if f := m.Func(id); f == nil || f.Entry != actors.NoEntry || m.CallbackOf(id) != nil {
		return f != nil
	}
	for range m.Callers(id) {
		return true
	}
	return false
}

// elsewhere says whether a site runs in a goroutine that the request starts. What it has others run, it waits for.
func elsewhere(path []actors.Step, site *actors.Site) bool {
	return site.GoStmt || slices.ContainsFunc(path, func(s actors.Step) bool { return s.Edge != nil && s.Edge.Go && !s.Edge.Sent })
}

// look follows the code of a request, from the callback on.
func (r *request) look(m *actors.Model, from actors.FuncID, msg actors.TypeID) {
	for path, block := range m.BlocksIn(from, msg) {
		r.pure = r.pure && block.Class == actors.BlockLock
		if r.blocks == nil && (block.Class == actors.BlockIO || block.Class == actors.BlockSleep) {
			r.blocks = &blocking{block, slices.Clone(path)}
		}
	}
	for path, site := range m.SitesIn(from, actors.Walk{Go: true, Msg: msg}) {
		if site.Kind == actors.CallSite && !elsewhere(path, site) {
			r.asks = append(r.asks, site)
		}
		if site.Kind != actors.ConstructSite && site.Kind != actors.AskSite && site.Kind != actors.FindSite && (site.Kind != actors.ReplySite || site.Deferred) {
			r.pure = false // more than reading is done
		}
	}
}
