package genserver_test

import (
	"strings"
	"testing"

	"github.com/otplint/otplint/runtime/internal/proctest"
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
