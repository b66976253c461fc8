package supervisor

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

// Description is what tools show of a supervisor.
type Description struct {
	ID       string // its own, as a child or as the root
	Strategy Strategy
	Children []ChildDescription // in the order of their start
}

// ChildDescription is what tools show of a child.
type ChildDescription struct {
	ChildInfo
	Restart Restart
	// Last is why it ended last by itself or could not be started again; nil
	// if it never has, if it was terminated since, or ignored its restart.
	Last error
}

// Describe is WhichChildren for tools: in one look, also at a supervisor that
// is suspended, and waiting as a genserver.Call does. (OTP: sys:get_status/1.)
func Describe(ctx context.Context, sup genserver.To[*Sup]) (Description, error) {
	return genserver.Inspect(ctx, sup, (*Sup).describe)
}

func (s *Sup) describe() Description {
	children := s.list()
	d := Description{ID: s.id, Strategy: s.strategy, Children: make([]ChildDescription, 0, len(children))}
	for i, e := range s.children {
		d.Children = append(d.Children, ChildDescription{children[i], e.restart, e.last})
	}
	return d
}
