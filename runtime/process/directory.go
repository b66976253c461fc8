package process

import (
	"fmt"
	"iter"
	"maps"
	"sync"
)

// directory holds what is known of a node beside its processes.
type directory struct {
	mu    sync.RWMutex
	kinds map[string]map[string]any
}

// Publish makes something that is no process known on the node under a kind
// and a name: a table, a registry. It is for the authors of such things, who
// withdraw it when it is gone. It fails with ErrNameTaken.
func (n *Node) Publish(kind, name string, v any) (withdraw func(), err error) {
	d := &n.directory
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, taken := d.kinds[kind][name]; taken {
		return nil, fmt.Errorf("%s %q: %w", kind, name, ErrNameTaken)
	}
	if d.kinds == nil {
		d.kinds = make(map[string]map[string]any)
	}
	if d.kinds[kind] == nil {
		d.kinds[kind] = make(map[string]any)
	}
	d.kinds[kind][name] = v
	return sync.OnceFunc(func() {
		d.mu.Lock()
		delete(d.kinds[kind], name)
		d.mu.Unlock()
	}), nil
}

// Published is what was published under the kind and the name.
func (n *Node) Published(kind, name string) (v any, ok bool) {
	n.directory.mu.RLock()
	defer n.directory.mu.RUnlock()
	v, ok = n.directory.kinds[kind][name]
	return v, ok
}

// AllPublished iterates over a snapshot of what is published under the kind,
// by name, in no order.
func (n *Node) AllPublished(kind string) iter.Seq2[string, any] {
	n.directory.mu.RLock()
	defer n.directory.mu.RUnlock()
	return maps.All(maps.Clone(n.directory.kinds[kind]))
}
