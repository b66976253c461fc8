package supervisor

import (
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/reasons"
	"github.com/otplint/otplint/runtime/process"
)

// startAll starts children one after the other, up to the first that fails.
// One that ignores its start stays without a process.
func (s *Sup) startAll(c *genserver.Context, group []*entry) (failed *entry, err error) {
	for _, e := range group {
		if err := s.start(c, e); err != nil {
			return e, err
		}
	}
	return nil, nil
}

// start starts one child and waits for it.
func (s *Sup) start(c *genserver.Context, e *entry) error {
	claimed, err := e.slot.claim(c.Self())
	if err != nil {
		return err
	}
	child, err := e.spec.start(c.Context, e.spec, e.slot)
	switch {
	case reasons.Is(err, process.ErrIgnore):
		e.slot.release(claimed)
		s.stopped(e)
		e.last = nil
		return nil
	case err != nil:
		e.slot.release(claimed)
		e.state = Stopped
		return err
	}
	e.state, e.pid = Running, child.pid
	e.slot.run(claimed, child.pid, child.value)
	return nil
}

// stopped notes that a child has no process; a temporary one is forgotten.
func (s *Sup) stopped(e *entry) {
	e.state = Stopped
	if e.restart == Temporary {
		s.forget(e)
	}
}
