package registry

import "github.com/otplint/otplint/runtime/process"

// Tables counts what the registry holds, in all of its tables.
func (r *Registry[K, V]) Tables() (n int) {
	s, err := r.running()
	if err != nil {
		return 0
	}
	for _, p := range s.partitions {
		n += p.owners.Size() + p.table.size()
		for range p.table.all() {
			n++
		}
		if t, ok := p.table.(bags[K, V]); ok {
			n += t.keys.Size()
		}
	}
	return n
}

// Anchors are the processes of the registry's partitions.
func (r *Registry[K, V]) Anchors() (pids []process.PID) {
	s, err := r.running()
	if err != nil {
		return nil
	}
	for _, p := range s.partitions {
		pids = append(pids, p.pid)
	}
	return pids
}

// Locks counts the locks that somebody holds or waits for.
func (r *Registry[K, V]) Locks() int {
	r.locks.mu.Lock()
	defer r.locks.mu.Unlock()
	return len(r.locks.keys)
}

// Listed counts what the table keeps under a key, what is gone included.
func (r *Registry[K, V]) Listed(key K) int { return len(r.at(key)) }
