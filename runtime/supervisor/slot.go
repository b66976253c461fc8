package supervisor

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/otplint/otplint/runtime/process"
)

// ErrInUse refuses to start a Child value that runs already, as another child
// or under another supervisor. Make a Child for each.
var ErrInUse = errors.New("this Child value runs already; make another one")

// slot is where a child's references find its running incarnation. The copies
// of a Child share it. Only the supervisor that claimed it writes it.
type slot struct {
	id  string     // what the child was first called, for messages
	mu  sync.Mutex // orders claims; readers do without
	now atomic.Pointer[incarnation]

	alias  process.Dest           // where a slot leads that no supervisor starts, see Child.At
	former atomic.Pointer[tenure] // of an Opened child's last incarnation
}

// incarnation is one run of a child, from the claim that precedes its start.
type incarnation struct {
	owner process.PID // the supervisor; zero for a root
	pid   process.PID // zero while it starts
	value any         // what an Opened child opened
}

// taken reports whether the incarnation keeps others from starting. One whose
// supervisor is dead or doomed does not: it is on its way out, by its link.
func (i *incarnation) taken() bool {
	if i == nil || !i.pid.IsZero() && !i.pid.Alive() {
		return false
	}
	return i.owner.IsZero() || !doomed(i.owner)
}

// doomed reports whether a supervisor is dead, or one above it. Then it is
// about to end, over its link, but may be busy with that: when a supervisor was
// killed, its successor starts everything below while what its predecessor
// started is still stopping, level by level.
func doomed(pid process.PID) bool {
	for !pid.IsZero() {
		info, alive := process.InfoOf(context.Background(), pid)
		if !alive {
			return true
		}
		pid = info.Parent
	}
	return false
}

// claim reserves the slot for a start. The incarnation is passed on to
// either run or release.
func (s *slot) claim(owner process.PID) (*incarnation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.Load().taken() {
		return nil, ErrInUse
	}
	claimed := &incarnation{owner: owner}
	s.now.Store(claimed)
	return claimed, nil
}

// run makes the started incarnation known, unless its supervisor died
// meanwhile and another one has claimed the slot.
func (s *slot) run(claimed *incarnation, pid process.PID, value any) {
	s.now.CompareAndSwap(claimed, &incarnation{owner: claimed.owner, pid: pid, value: value})
}

// release takes back a claim whose start came to nothing.
func (s *slot) release(claimed *incarnation) { s.now.CompareAndSwap(claimed, nil) }

// running is the live incarnation, or nil. The nil slot, of a zero Resource, has none.
func (s *slot) running() *incarnation {
	if s == nil {
		return nil
	}
	if i := s.now.Load(); i != nil && i.pid.Alive() {
		return i
	}
	return nil
}

// Resolve makes the slot a process.Dest.
func (s *slot) Resolve(n *process.Node) (process.PID, error) {
	if i := s.running(); i != nil {
		return i.pid, nil
	}
	if s != nil && s.alias != nil {
		return s.alias.Resolve(n)
	}
	return process.PID{}, process.NoProc
}

// String names the child and the process that runs, for messages and logs.
func (s *slot) String() string {
	if i := s.running(); i != nil {
		return s.id + " " + i.pid.String()
	}
	return s.id
}
