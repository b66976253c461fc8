package metrics

import (
	"maps"
	"slices"
	"strings"

	"github.com/otplint/otplint/runtime/process"
	"github.com/prometheus/client_golang/prometheus"
)

// Option is an option of a collector.
type Option func(*collector)

// MaxNames sets for how many names of each kind of what is published there is
// a series: the first ones in order. The others share one with the name
// "(other)". The default is 100.
func MaxNames(n int) Option { return func(c *collector) { c.names = n } }

const (
	defaultNames = 100
	other        = "(other)"
)

// collector describes and collects; it keeps nothing between two scrapes.
type collector struct {
	node  *process.Node
	names int

	processes, busy, abandoned, started, ended *prometheus.Desc
	mailbox, longest, handled, lost            *prometheus.Desc
	restarts, published, entries               *prometheus.Desc
}

// NewCollector is a collector for a node, to be registered with any registry.
// Those of several nodes may be registered side by side if the nodes' names
// differ. It is safe for concurrent use. A scrape looks at each live process
// once, asks none, and waits for none.
func NewCollector(node *process.Node, opts ...Option) prometheus.Collector {
	c := &collector{node: node, names: defaultNames}
	for _, opt := range opts {
		opt(c)
	}
	of := prometheus.Labels{"node": label(node.Name())}
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("otp_"+name, help, labels, of)
	}
	c.processes = desc("processes", "Processes that live.", "behaviour", "type")
	c.busy = desc("processes_busy", "Processes whose code is running.", "behaviour", "type")
	c.abandoned = desc("processes_abandoned", "Processes that were killed while busy and whose code still runs.")
	c.started = desc("processes_started_total", "Processes started.", "behaviour", "type")
	c.ended = desc("processes_ended_total", "Processes ended, by how: clean, crashed, killed, or failed to start.", "behaviour", "type", "how")
	c.mailbox = desc("mailbox_messages", "Messages in all mailboxes, those being handled included.", "behaviour", "type")
	c.longest = desc("mailbox_messages_max", "Messages in the longest mailbox.", "behaviour", "type")
	c.handled = desc("messages_handled_total", "Messages handled, counted when a batch of them is done.", "behaviour", "type")
	c.lost = desc("messages_lost_total", "Messages that bounded mailboxes refused or dropped.", "behaviour", "type")
	c.restarts = desc("supervisor_restarts_total", "Restarts of children, by the supervisor's id.", "supervisor")
	c.published = desc("published", "Tables, registries and whatever else is published on the node.", "kind")
	c.entries = desc("published_entries", "Entries of a table, a registry or whatever else is published on the node.", "kind", "name")
	return c
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		c.processes, c.busy, c.abandoned, c.started, c.ended,
		c.mailbox, c.longest, c.handled, c.lost,
		c.restarts, c.published, c.entries,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	out := sink(ch)
	for _, t := range c.node.Tallies() {
		c.tally(out, t)
	}
	out.gauge(c.abandoned, float64(c.node.Abandoned()))
	restarts := make(map[string]uint64)
	for supervisor, n := range c.node.Restarts() {
		restarts[label(supervisor)] += n
	}
	for supervisor, n := range restarts {
		out.counter(c.restarts, n, supervisor)
	}
	for _, kind := range c.node.PublishedKinds() {
		c.kind(out, kind)
	}
}

// tally collects what a node tells of one kind of processes.
func (c *collector) tally(out sink, t process.Tally) {
	b, typ := t.Behaviour, t.Type
	out.gauge(c.processes, float64(t.Live), b, typ)
	out.gauge(c.busy, float64(t.Busy), b, typ)
	out.gauge(c.mailbox, float64(t.Mailbox), b, typ)
	out.gauge(c.longest, float64(t.MaxMailbox), b, typ)
	out.counter(c.started, t.Started, b, typ)
	out.counter(c.ended, t.Ended.Clean, b, typ, "clean")
	out.counter(c.ended, t.Ended.Crashed, b, typ, "crashed")
	out.counter(c.ended, t.Ended.Killed, b, typ, "killed")
	out.counter(c.ended, t.Ended.Failed, b, typ, "failed")
	out.counter(c.handled, t.Handled, b, typ)
	out.counter(c.lost, t.Lost, b, typ)
}

// kind collects what is published under one kind.
func (c *collector) kind(out sink, kind string) {
	sizes := make(map[string]int)
	n := 0
	for name, v := range c.node.AllPublished(kind) {
		sizes[label(name)] += size(v)
		n++
	}
	out.gauge(c.published, float64(n), kind)
	rest, folded := 0, false
	for i, name := range slices.Sorted(maps.Keys(sizes)) {
		if i >= c.names || name == other {
			rest, folded = rest+sizes[name], true
			continue
		}
		out.gauge(c.entries, float64(sizes[name]), kind, name)
	}
	if folded {
		out.gauge(c.entries, float64(rest), kind, other)
	}
}

// size is 0 if what somebody has published panics: the client would not
// recover.
func size(v process.Published) (n int) {
	defer func() { _ = recover() }()
	return v.Summary().Size
}

// label makes what somebody has called something a label's value.
func label(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// sink is where metrics go.
type sink chan<- prometheus.Metric

func (s sink) gauge(d *prometheus.Desc, v float64, labels ...string) {
	s.put(d, prometheus.GaugeValue, v, labels)
}

func (s sink) counter(d *prometheus.Desc, v uint64, labels ...string) {
	s.put(d, prometheus.CounterValue, float64(v), labels)
}

func (s sink) put(d *prometheus.Desc, t prometheus.ValueType, v float64, labels []string) {
	for i := range labels {
		labels[i] = label(labels[i])
	}
	s <- prometheus.MustNewConstMetric(d, t, v, labels...)
}
