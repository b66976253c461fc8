package watching

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/task"
	"github.com/otplint/otplint/runtime/testkit"
)

func TestLease(t *testing.T) {
	testkit.Run(t, func(t *testkit.T) {
		l := testkit.Start(t, Child("lender", 1))
		if _, err := Borrow(t.Context(), l); !errors.Is(err, ErrNoProcess) {
			t.Errorf("a goroutine borrows: %v", err)
		}
		a, b := testkit.NewProbe(t), testkit.NewProbe(t)
		var lease Lease
		borrow := func(p *testkit.Probe) (err error) {
			p.Do(func(c *process.Context) { lease, err = Borrow(c, l) })
			return err
		}
		if err := borrow(a); err != nil {
			t.Fatal(err)
		}
		if err := borrow(b); !errors.Is(err, ErrNone) {
			t.Errorf("two of one: %v", err)
		}
		t.Kill(a) // it gives nothing back
		if err := borrow(b); err != nil {
			t.Errorf("after the borrower's death: %v", err)
		}
		lease.GiveBack(t.Context())
		lease.GiveBack(t.Context())
		if _, err := task.Async(t.Context(), func(ctx context.Context) (Lease, error) { return Borrow(ctx, l) }).Await(t.Context()); err != nil {
			t.Errorf("a goroutine's task: %v", err)
		}
		synctest.Wait() // the task has ended, and so has its lease
		if err := borrow(b); err != nil {
			t.Errorf("after it was given back: %v", err)
		}
	})
}
