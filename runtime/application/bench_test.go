package application_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/otplint/otplint/runtime/application"
)

// BenchmarkStartStop is one start and one stop of an application with a worker.
func BenchmarkStartStop(b *testing.B) {
	ctx := quiet()
	var ctl application.Controller
	app := &application.App{Name: "a", Start: func(context.Context) (application.Instance, error) {
		return application.Instance{Tree: worker("a")}, nil
	}}
	b.ReportAllocs()
	for b.Loop() {
		if err := ctl.Start(ctx, app); err != nil {
			b.Fatal(err)
		}
		if err := ctl.Stop(ctx, app); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkKeyGet is one look at the environment.
func BenchmarkKeyGet(b *testing.B) {
	ctx := quiet()
	var ctl application.Controller
	inside := make(chan context.Context, 1)
	app := &application.App{Name: "a", Env: []application.Setting{port.Value(80)},
		Start: func(ctx context.Context) (application.Instance, error) {
			inside <- ctx
			return application.Instance{Tree: worker("a")}, nil
		}}
	if err := ctl.Start(ctx, app); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = ctl.Shutdown(ctx) })
	own := <-inside
	b.ReportAllocs()
	for b.Loop() {
		if port.Get(own, 0) != 80 {
			b.Fatal("another value")
		}
	}
}

// BenchmarkEnsureRunning is EnsureAllStarted of a chain that runs already.
func BenchmarkEnsureRunning(b *testing.B) {
	ctx := quiet()
	var ctl application.Controller
	var apps []*application.App
	for i := range 10 {
		app := &application.App{Name: fmt.Sprint(i)}
		if i > 0 {
			app.Needs = apps[i-1 : i]
		}
		apps = append(apps, app)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ctl.EnsureAllStarted(ctx, apps[9]); err != nil {
			b.Fatal(err)
		}
	}
}
