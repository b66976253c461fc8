package ets

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/otplint/otplint/runtime/process"
)

// inherited is a set with an owner, whose context ctx is, and an heir.
func inherited(t *testing.T) (s *Set[int, int], ctx context.Context, owner, heir process.PID) {
	heir = served(t, func(*process.Context) error { return nil })
	owner = served(t, func(c *process.Context) (err error) {
		ctx = c
		s, err = NewSet[int, int](c, Heir(heir, nil))
		return err
	})
	return s, ctx, owner, heir
}

// A table that the owner has given away or dropped while its end was being told is not touched by that any more.
func TestEndOfFormerOwner(t *testing.T) {
	s, ctx, _, _ := inherited(t)
	next := served(t, func(*process.Context) error { return nil })
	former := s.owner.Load()
	if err := s.GiveAway(ctx, next, nil); err != nil {
		t.Fatal(err)
	}
	s.bereave(former)
	if i, ok := s.Info(); !ok || i.Owner != next {
		t.Errorf("given away: %+v, %v; want the owner %v", i, ok, next)
	}

	s, ctx, _, _ = inherited(t)
	former = s.owner.Load()
	if err := s.Drop(ctx); err != nil {
		t.Fatal(err)
	}
	s.bereave(former)
	if i, ok := s.Info(); ok {
		t.Errorf("dropped: %+v", i)
	}
}

// The next owner gets the table when what the former one was allowed to change is changed, and not before.
func TestChangesOfFormerOwner(t *testing.T) {
	s, ctx, owner, heir := inherited(t)
	d, in, err := s.change(ctx)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		process.Exit(context.Background(), owner, process.Kill)
		close(done)
	}()
	for owner.Alive() {
		runtime.Gosched()
	}
	stays(t, "another owner while the former one changes the table", func() bool { return s.owner.Load().pid != owner })
	d.Store(1, newCell(1))
	s.leave(in)
	<-done
	if now := s.owner.Load().pid; now != heir {
		t.Errorf("owner %v, want %v", now, heir)
	}
	if err := s.Put(ctx, 1, 2); !errors.Is(err, ErrAccess) {
		t.Errorf("Put by the former owner: %v", err)
	}
}
