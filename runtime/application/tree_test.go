package application_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/application"
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
