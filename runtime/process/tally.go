package process

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/otplint/otplint/runtime/internal/reasons"
)

// Tally is what can be told of all the processes of one kind that a node has
// and has had, for metrics. Started, Ended, Handled and Lost only grow: what a
// process has counted stays when it ends.
type Tally struct {
	Behaviour  string // as in Info
	Type       string
	Live       int
	Busy       int    // those whose code is running
	Mailbox    int    // messages in the mailboxes of all
	MaxMailbox int    // messages in the longest one
	Started    uint64 // each of which lives or has ended
	Ended      Endings
	Handled    uint64 // messages of batches that are done, and all of processes that have ended
	Lost       uint64 // messages that bounded mailboxes refused or dropped
}

// Endings counts processes by how they ended.
type Endings struct {
	Clean   uint64 // see Clean
	Crashed uint64
	Killed  uint64
	Failed  uint64 // did not come to start: its name was taken, its Init failed or took too long
}

// kind is what processes are counted by.
type kind struct{ behaviour, stateType string }

// ending is how a process ended.
type ending uint8

const (
	endedClean ending = iota
	endedCrashed
	endedKilled
	endedFailed
	endings
)

func endingOf(reason error, unstarted bool) ending {
	switch {
	case Clean(reason):
		return endedClean
	case unstarted:
		return endedFailed
	case reasons.Is(reason, Killed):
		return endedKilled
	}
	return endedCrashed
}

// tally counts the processes of one kind in one shard, whose lock guards it.
// That a process leaves the shard's list and that its counts come here is one
// step under that lock, so whoever adds the two up sees neither too much nor
// too little: a sum that went back would look like a restart of the program.
type tally struct {
	kind    kind
	live    int
	ended   [endings]uint64
	handled uint64        // by those that are not in the list any more
	lost    atomic.Uint64 // by all: a sender that loses a message holds another lock
}

// tallies are those of a shard. A process knows its own by its index, for
// which its control block has just the room.
type tallies struct {
	list []*tally
	at   map[kind]uint16
	last uint16 // what was entered last
}

// maxKinds guards against a Describe that tells more than types.
const maxKinds = 1000

var otherKinds = kind{behaviour: "other"}

// enter counts a process in that starts.
func (ts *tallies) enter(p *proc, k kind) {
	at := ts.last
	if len(ts.list) == 0 || ts.list[at].kind != k { // those of a kind often start together
		at = ts.index(k)
		ts.last = at
	}
	t := ts.list[at]
	t.live++
	p.kind = at
	if p.bounded {
		p.ext.bound.tally = t
	}
}

func (ts *tallies) index(k kind) uint16 {
	if at, ok := ts.at[k]; ok {
		return at
	}
	if len(ts.list) >= maxKinds {
		k = otherKinds
		if at, ok := ts.at[k]; ok {
			return at
		}
	}
	if ts.at == nil {
		ts.at = make(map[kind]uint16)
	}
	at := uint16(len(ts.list))
	ts.list = append(ts.list, &tally{kind: k})
	ts.at[k] = at
	return at
}

// leave counts a process out that has ended.
func (ts *tallies) leave(p *proc, how ending) {
	t := ts.list[p.kind]
	t.live--
	t.ended[how]++
	t.settle(p)
}

// settle takes over what a dead process has counted.
func (t *tally) settle(p *proc) {
	p.mu.Lock()
	t.handled += p.handled
	p.handled = 0
	p.mu.Unlock()
}

// settle counts what an abandoned process has handled since it was given up.
func (n *Node) settle(p *proc) {
	s := &n.shards[p.id%shards]
	s.mu.Lock()
	s.tallies.list[p.kind].settle(p)
	s.mu.Unlock()
}

// Tallies counts the node's processes by kind, ordered by kind, in one pass
// over those that live. The pass holds up starts and ends, of a sixteenth of
// the processes at a time, and no messages.
func (n *Node) Tallies() []Tally {
	sums := make(map[kind]*Tally)
	for i := range n.shards {
		n.shards[i].tally(sums)
	}
	list := make([]Tally, 0, len(sums))
	for _, t := range sums {
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(a.Behaviour, b.Behaviour), cmp.Compare(a.Type, b.Type))
	})
	return list
}

// tally adds what the shard has to the sums.
func (s *shard) tally(sums map[kind]*Tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byIndex := make([]*Tally, len(s.tallies.list))
	for i, t := range s.tallies.list {
		sum := sums[t.kind]
		if sum == nil {
			sum = &Tally{Behaviour: t.kind.behaviour, Type: t.kind.stateType}
			sums[t.kind] = sum
		}
		sum.add(t)
		byIndex[i] = sum
	}
	for p := s.head; p != nil; p = p.next {
		byIndex[p.kind].count(p)
	}
}

// add adds what does not need a look at each process.
func (sum *Tally) add(t *tally) {
	sum.Live += t.live
	sum.Started += uint64(t.live)
	for _, n := range t.ended {
		sum.Started += n
	}
	sum.Ended.Clean += t.ended[endedClean]
	sum.Ended.Crashed += t.ended[endedCrashed]
	sum.Ended.Killed += t.ended[endedKilled]
	sum.Ended.Failed += t.ended[endedFailed]
	sum.Handled += t.handled
	sum.Lost += t.lost.Load()
}

// count adds one process that is in the list. One that is about to leave it
// has no messages any more, only what it has handled.
func (sum *Tally) count(p *proc) {
	p.mu.Lock()
	sum.Handled += p.handled
	waiting := 0
	if p.state != dead {
		waiting = p.waitingMessages()
	}
	if p.state == running {
		sum.Busy++
	}
	p.mu.Unlock()
	sum.Mailbox += waiting
	sum.MaxMailbox = max(sum.MaxMailbox, waiting)
}

// restarts counts what supervisors restart, by the supervisor's id.
type restarts struct {
	mu sync.Mutex
	by map[string]uint64
}

// maxSupervisors bounds the ids that restarts are counted by, for a program
// that makes up ids as it goes.
const (
	maxSupervisors   = 200
	otherSupervisors = "(other)"
)

// CountRestart counts a restart of a child, for the authors of supervisors.
// Supervisors of the same id share a count.
func (n *Node) CountRestart(supervisor string) {
	r := &n.restarts
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.by[supervisor]; !known && len(r.by) >= maxSupervisors {
		supervisor = otherSupervisors
	}
	if r.by == nil {
		r.by = make(map[string]uint64)
	}
	r.by[supervisor]++
}

// Restarts is how often each supervisor has restarted a child, by the
// supervisor's id. The counts outlive child and supervisor, and only grow.
func (n *Node) Restarts() map[string]uint64 {
	n.restarts.mu.Lock()
	defer n.restarts.mu.Unlock()
	return maps.Clone(n.restarts.by)
}
