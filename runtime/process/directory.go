package process

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
)

// directory holds what is known of a node beside its processes.
type directory struct {
	mu    sync.RWMutex
	kinds map[string]map[string]Published
}

// Published is something that is no process and stands in a node's directory
// for tools to list.
type Published interface{ Summary() Summary }

// Summary is what tools show of a Published; it must be cheap, and may be
// asked for from any goroutine.
type Summary struct {
	Type  string // what it is, with the types of its keys and values
	Owner PID    // whose it is, the zero PID if nobody's
	Size  int    // the number of entries
}

// Publish makes something that is no process known on the node under a kind
// and a name: a table, a registry. It is for the authors of such things, who
// withdraw it when it is gone. It fails with ErrNameTaken.
func (n *Node) Publish(kind, name string, v Published) (withdraw func(), err error) {
	d := &n.directory
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, taken := d.kinds[kind][name]; taken {
		return nil, fmt.Errorf("%s %q: %w", kind, name, ErrNameTaken)
	}
	if d.kinds == nil {
		d.kinds = make(map[string]map[string]Published)
	}
	if d.kinds[kind] == nil {
		d.kinds[kind] = make(map[string]Published)
	}
	d.kinds[kind][name] = v
	return sync.OnceFunc(func() {
		d.mu.Lock()
		delete(d.kinds[kind], name)
		d.mu.Unlock()
	}), nil
}

// LookupPublished is what was published under the kind and the name.
func (n *Node) LookupPublished(kind, name string) (v Published, ok bool) {
	n.directory.mu.RLock()
	defer n.directory.mu.RUnlock()
	v, ok = n.directory.kinds[kind][name]
	return v, ok
}

// AllPublished iterates over a snapshot of what is published under the kind,
// by name, in no order.
func (n *Node) AllPublished(kind string) iter.Seq2[string, Published] {
	n.directory.mu.RLock()
	defer n.directory.mu.RUnlock()
	return maps.All(maps.Clone(n.directory.kinds[kind]))
}

// PublishedKinds are the kinds under which something has been published, in order.
func (n *Node) PublishedKinds() []string {
	n.directory.mu.RLock()
	defer n.directory.mu.RUnlock()
	return slices.Sorted(maps.Keys(n.directory.kinds))
}
