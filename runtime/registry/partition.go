package registry

import (
	"sync"

	"github.com/puzpuzpuz/xsync/v4"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

// partition is a part of the keys, with the process that stands for it.
type partition[K comparable, V any] struct {
	pid    process.PID
	table  table[K, V]
	owners *xsync.Map[process.PID, *owner[K, V]]
}

// anchor is the server that registrants are linked to. It survives their ends,
// and ends with the registry's process, its parent; they get its exit signal.
type anchor struct{}

// Init makes it survive.
func (*anchor) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	return c.OK()
}

// HandleInfo hears of the ends of registrants, whose entries are gone already.
func (*anchor) HandleInfo(c *genserver.Context, _ any) genserver.Result { return c.NoReply() }

func startPartition[K comparable, V any](c *process.Context, duplicate bool) (*partition[K, V], error) {
	ref, err := genserver.StartLink(c, func() *anchor { return new(anchor) })
	if err != nil {
		return nil, err
	}
	pid, err := ref.Dest().Resolve(c.Node())
	p := &partition[K, V]{pid: pid, owners: xsync.NewMap[process.PID, *owner[K, V]]()}
	if duplicate {
		p.table = newBags[K, V]()
	} else {
		p.table = newUnique[K, V]()
	}
	return p, err
}

// owner is a process that has entries in a partition.
type owner[K comparable, V any] struct {
	mu      sync.Mutex
	entries []*entry[K, V] // in no order; each knows its index
	cancel  func()         // takes back what AtExit was asked for
	gone    bool           // has no entries any more and is not listed; a later entry makes another owner
}

// register makes an entry. It fails with *process.AlreadyStarted, and with
// process.NoProc if its process or the partition has ended.
//
// The entry stands in the table before its process is watched. If the process
// ends in between, that is noticed here, and nobody finds the entry meanwhile,
// since it is a dead process's.
func (p *partition[K, V]) register(e *entry[K, V]) error {
	if holder := p.table.add(e); holder != nil {
		return &process.AlreadyStarted{PID: holder.pid}
	}
	if !p.own(e) {
		p.table.remove(e)
		return process.NoProc
	}
	return nil
}

// own gives the entry to its owner. It reports false if that is dead, or the
// partition.
func (p *partition[K, V]) own(e *entry[K, V]) bool {
	for {
		o, _ := p.owners.LoadOrCompute(e.pid, func() (*owner[K, V], bool) { return new(owner[K, V]), false })
		if tried, ok := p.ownBy(o, e); tried {
			return ok
		}
	}
}

// ownBy is own with a certain owner, which may be gone: then it has not tried.
func (p *partition[K, V]) ownBy(o *owner[K, V], e *entry[K, V]) (tried, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gone {
		return false, false
	}
	if o.cancel == nil && !p.watch(o, e.pid) {
		p.dismiss(o, e.pid)
		return true, false
	}
	e.index = len(o.entries)
	o.entries = append(o.entries, e)
	return true, true
}

// watch links a new owner to the partition and notices its end.
func (p *partition[K, V]) watch(o *owner[K, V], pid process.PID) bool {
	cancel, ok := process.AtExit(pid, func(error) { p.vacate(o, pid) })
	if !ok {
		return false
	}
	if !process.Join(pid, p.pid) {
		cancel()
		return false
	}
	o.cancel = cancel
	return true
}

// vacate removes the entries of a process that has ended.
func (p *partition[K, V]) vacate(o *owner[K, V], pid process.PID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.entries {
		p.table.remove(e)
	}
	p.dismiss(o, pid)
}

// dismiss forgets an owner. o.mu is held.
func (p *partition[K, V]) dismiss(o *owner[K, V], pid process.PID) {
	if o.gone {
		return
	}
	o.gone, o.entries = true, nil
	p.owners.Delete(pid)
}

// unregisterKey removes the entries of the process c under a key and, with the
// last of all, the link.
func (p *partition[K, V]) unregisterKey(c *process.Context, key K) {
	o, ok := p.owners.Load(c.Self())
	if !ok {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := len(o.entries) - 1; i >= 0; i-- { // drop moves the last one here
		if e := o.entries[i]; e.key == key {
			p.drop(o, e)
		}
	}
	p.release(o, c)
}

// unregisterOne is unregisterKey of one entry, if it is c's.
func (p *partition[K, V]) unregisterOne(c *process.Context, e *entry[K, V]) {
	o, ok := p.owners.Load(c.Self())
	if !ok || e.pid != c.Self() {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if e.index < len(o.entries) && o.entries[e.index] == e {
		p.drop(o, e)
	}
	p.release(o, c)
}

// drop removes one entry. o.mu is held.
func (p *partition[K, V]) drop(o *owner[K, V], e *entry[K, V]) {
	p.table.remove(e)
	last := len(o.entries) - 1
	o.entries[e.index] = o.entries[last]
	o.entries[e.index].index = e.index
	o.entries[last] = nil
	o.entries = o.entries[:last]
}

// release parts the process from the partition if it has no entries left. o.mu
// is held.
func (p *partition[K, V]) release(o *owner[K, V], c *process.Context) {
	if o.gone || len(o.entries) > 0 {
		return
	}
	o.cancel()
	c.Unlink(p.pid)
	p.dismiss(o, c.Self())
}

// of are the entries of a process that match.
func (p *partition[K, V]) of(pid process.PID, match func(*entry[K, V]) bool) (list []*entry[K, V]) {
	o, ok := p.owners.Load(pid)
	if !ok || !pid.Alive() {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.entries {
		if match(e) {
			list = append(list, e)
		}
	}
	return list
}
