package tree_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/internal/tree"
	"github.com/otplint/otplint/runtime/supervisor"
)

// broken is an error whose methods panic on nil, as a nil pointer in an error does.
type broken struct{ inner error }

func (e *broken) Error() string { return e.inner.Error() }
func (e *broken) Unwrap() error { return e.inner }

// A supervisor that ends while it is asked, with an error whose methods panic, is gone and no more.
func TestEndsWhileAsked(t *testing.T) {
	bubble(t, func(w *proctest.World) {
		inner := supervisor.Supervisor("inner", supervisor.OneForOne, nil)
		root := start(w, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{inner.Restart(supervisor.Temporary)}))
		release := make(chan bool)
		go supervisor.StartChild(w.Ctx, inner.Ref(), supervisor.Opened("slow",
			func(context.Context) (int, error) { <-release; return 0, nil },
			func(ctx context.Context, _ int) error { <-ctx.Done(); return nil }))
		synctest.Wait()
		go genserver.Stop(w.Ctx, inner.Ref(), (*broken)(nil))
		synctest.Wait()
		time.AfterFunc(time.Millisecond, func() { close(release) })
		want(t, tree.Of(w.Ctx, root), "root(inner())")
	})
}
