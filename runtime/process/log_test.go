package process

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// lines is a log handler that keeps what is logged and then does what the test wants.
type lines struct {
	mu     sync.Mutex
	logged []string
	then   func(msg string)
}

func (l *lines) logger() *slog.Logger { return slog.New(l) }

func (*lines) Enabled(context.Context, slog.Level) bool { return true }
func (l *lines) WithAttrs([]slog.Attr) slog.Handler     { return l }
func (l *lines) WithGroup(string) slog.Handler          { return l }
func (l *lines) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	l.logged = append(l.logged, r.Message)
	l.mu.Unlock()
	if l.then != nil {
		l.then(r.Message)
	}
	return nil
}

func (l *lines) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	logged := l.logged
	l.logged = nil
	return logged
}

// A log handler that panics costs its lines and nothing else: it used to end the program, or to leave a process half dead.
func TestPanickingLogHandler(t *testing.T) {
	boom := errors.New("boom")
	stuck := make(chan struct{})
	for name, f := range map[string]func(*Context) error{
		"error": func(*Context) error { return boom },
		"panic": func(*Context) error { panic(boom) },
		"kill":  func(*Context) error { <-stuck; return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stuck = make(chan struct{})
				log := &lines{then: func(string) { panic("log handler") }}
				node := NewNode("test", WithLogger(log.logger()))
				ctx := WithNode(t.Context(), node)
				pid, err := Spawn(ctx, f, WithName("x"))
				if err != nil {
					t.Fatal(err)
				}
				if name == "kill" {
					synctest.Wait()
					Exit(ctx, pid, Kill)
				}
				if reason, err := Wait(ctx, pid); Clean(reason) || err != nil {
					t.Errorf("%v, %v", reason, err)
				}
				close(stuck)
				synctest.Wait()
				if _, taken := WhereIs(ctx, "x"); taken || node.Abandoned() != 0 || len(slices.Collect(node.Processes())) != 0 {
					t.Errorf("name taken %v, abandoned %d, processes %v", taken, node.Abandoned(), slices.Collect(node.Processes()))
				}
				if got := log.take(); len(got) != 1 {
					t.Errorf("logged %q, want one line", got)
				}
			})
		})
	}
}
