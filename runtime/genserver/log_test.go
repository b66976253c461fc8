package genserver_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/internal/proctest"
)

// logs are the records that a world's node has logged, as text.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// take returns what has been logged since the last time.
func (l *logs) take() string {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.String()
	l.text.Reset()
	return text
}

// want checks that all of the texts have been logged since the last time.
func (l *logs) want(t *testing.T, texts ...string) {
	t.Helper()
	got := l.take()
	for _, text := range texts {
		if !strings.Contains(got, text) {
			t.Errorf("not logged: %q in\n%s", text, got)
		}
	}
}

func (l *logs) wantNone(t *testing.T) {
	t.Helper()
	if got := l.take(); got != "" {
		t.Errorf("logged:\n%s", got)
	}
}

// logged is a world whose log the test reads.
func logged(t *testing.T) (*proctest.World, *logs) {
	l := &logs{}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(l, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return proctest.New(t), l
}
