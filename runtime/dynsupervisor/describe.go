package dynsupervisor

import (
	"context"
	"slices"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Description is what tools show of a dynamic supervisor. Why a child ended last
// it tells of those only that are being restarted: the reasons of crashes are
// large, and are not kept for very many children.
type Description struct {
	ID       string // its own, as a child or as the root
	Children []supervisor.ChildDescription
	Total    int // how many children there are
}

// Describe is WhichChildren for tools, of the limit children at most whose
// processes are the oldest: also of a supervisor that is suspended, and waiting
// as a genserver.Call does. The supervisor looks through all its children for
// it, which takes it milliseconds if there are a hundred thousand.
func Describe(ctx context.Context, sup genserver.To[*Sup], limit int) (Description, error) {
	return genserver.Inspect(ctx, sup, func(s *Sup) Description { return s.describe(limit) })
}

func (s *Sup) describe(limit int) Description {
	d := Description{ID: s.id, Total: len(s.children)}
	for _, pid := range s.oldest(limit) {
		ch := s.children[pid]
		d.Children = append(d.Children, supervisor.ChildDescription{ChildInfo: ch.info(), Restart: ch.Spec().Restart, Last: ch.lastReason()})
	}
	return d
}

// oldest are the n children that were started first, in that order.
func (s *Sup) oldest(n int) []process.PID {
	if n = min(n, len(s.children)); n <= 0 {
		return nil
	}
	room := min(2*n, len(s.children)) // more than n are sorted out each time that there is no room
	pids := make([]process.PID, 0, room)
	for pid := range s.children {
		if len(pids) == room && room > n {
			slices.SortFunc(pids, process.PID.Compare)
			pids = pids[:n]
		}
		pids = append(pids, pid)
	}
	slices.SortFunc(pids, process.PID.Compare)
	return pids[:min(n, len(pids))]
}
