package application_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// The end of a process that Start has linked itself to is not taken for that of a tree that ended at once.
func TestTreeEndsAtOnceBesideAnother(t *testing.T) {
	for range 500 {
		n := process.NewNode("test", process.WithLogger(slog.New(slog.DiscardHandler)))
		ctx := process.WithNode(t.Context(), n)
		a := &application.App{Name: "a", Mode: application.Transient, Start: func(ctx context.Context) (application.Instance, error) {
			c, _ := process.ContextOf(ctx)
			helper, err := process.SpawnLink(c, func(*process.Context) error { return nil })
			if err != nil {
				return application.Instance{}, err
			}
			if _, err := process.Wait(ctx, helper); err != nil {
				return application.Instance{}, err
			}
			crash := supervisor.Func("crash", func(context.Context) error { return errBoom })
			return application.Instance{Tree: supervisor.Supervisor("a", supervisor.OneForOne, []supervisor.Spec{crash},
				supervisor.Intensity(0, time.Second))}, nil
		}}
		var down *application.NodeDown
		if err := new(application.Controller).Run(ctx, a); !errors.As(err, &down) || !errors.Is(down.Reason, process.Shutdown) {
			t.Fatalf("run: %v", err)
		}
	}
}

// broken is an error whose methods panic on nil, as a nil pointer in an error does.
type broken struct{ inner error }

func (e *broken) Error() string { return e.inner.Error() }
func (e *broken) Unwrap() error { return e.inner }

// A tree that is ended with an error whose methods panic ends like any other.
func TestTreeEndsWithBrokenError(t *testing.T) {
	for _, mode := range []application.Mode{application.Temporary, application.Transient, application.Permanent} {
		for _, reason := range []error{(*broken)(nil), &process.ShutdownReason{Detail: (*broken)(nil)}} {
			n := process.NewNode("test", process.WithLogger(slog.New(slog.DiscardHandler)))
			ctx := process.WithNode(t.Context(), n)
			tree := supervisor.Supervisor("a", supervisor.OneForOne, nil)
			a := &application.App{Name: "a", Mode: mode, Start: func(ctx context.Context) (application.Instance, error) {
				return application.Instance{Tree: tree}, nil
			}}
			var ctl application.Controller
			if err := ctl.Start(ctx, a); err != nil {
				t.Fatal(err)
			}
			wantErr(t, "stop", genserver.Stop(ctx, tree.Ref(), reason), nil)
			for len(ctl.Running()) > 0 {
				time.Sleep(time.Millisecond)
			}
			a.Start = func(context.Context) (application.Instance, error) { return application.Instance{}, reason }
			var start *application.StartError
			if err := new(application.Controller).Start(ctx, a); !errors.As(err, &start) || start.Reason != reason {
				t.Errorf("start: %v", err)
			}
			wantErr(t, "shutdown", ctl.Shutdown(ctx), nil)
		}
	}
}
