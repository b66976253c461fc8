package genserver_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
)

// wantLogged checks that all of the texts have been logged since the last time.
func wantLogged(t *testing.T, w *proctest.World, texts ...string) {
	t.Helper()
	log := w.Log()
	for _, text := range texts {
		if !strings.Contains(log, text) {
			t.Errorf("not logged: %q in\n%s", text, log)
		}
	}
}

// panicking is a log handler that panics.
type panicking struct{}

func (panicking) Enabled(context.Context, slog.Level) bool  { return true }
func (panicking) Handle(context.Context, slog.Record) error { panic("log handler") }
func (p panicking) WithAttrs([]slog.Attr) slog.Handler      { return p }
func (p panicking) WithGroup(string) slog.Handler           { return p }

// A log handler that panics harms neither a server that has something to say nor the caller of one that crashes; it ended the program.
func TestPanickingLogHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := proctest.New(t)
		w.Node = process.NewNode("quiet", process.WithLogger(slog.New(panicking{})))
		w.Ctx = process.WithNode(w.Ctx, w.Node)
		r := serve(w, server{handleInfo: func(c *genserver.Context, msg any) genserver.Result { return c.Unhandled(msg) }})
		process.Send(w.Ctx, r.pid, "what nobody handles, which is logged")
		wantAlive(t, w, r)
		_, err := call(w.Ctx, r.ref, func(*genserver.Context, genserver.From, ask) genserver.Result { panic("crash") })
		if !panics(err) {
			t.Errorf("%v, want the panic", err)
		}
		if reason := r.Reason(); !panics(reason) {
			t.Errorf("exit reason %v, want the panic", reason)
		}
	})
}
