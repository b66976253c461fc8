package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/otplint/otplint/examples/counter/counter"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// A crash is the answer of the request that caused it, and the next one finds a new counter.
func TestCrash(t *testing.T) {
	ctx := process.WithNode(context.Background(), process.NewNode("test"))
	hits := counter.Child("hits")
	path := filepath.Join(t.TempDir(), "journal")
	journal := supervisor.Closer("journal", func(context.Context) (*os.File, error) { return os.Create(path) })
	tree, err := supervisor.Start(ctx, supervisor.Supervisor("app", supervisor.OneForOne, []supervisor.Spec{journal, hits}))
	if err != nil {
		t.Fatal(err)
	}
	defer supervisor.Stop(ctx, tree)
	handler := visits(hits.Ref(), journal.Ref())
	get := func(url string) (int, string) {
		w := httptest.NewRecorder()
		handler(w, httptest.NewRequestWithContext(ctx, http.MethodGet, url, nil))
		body, _ := io.ReadAll(w.Result().Body)
		return w.Code, strings.TrimSpace(string(body))
	}
	if code, body := get("/?by=3"); code != http.StatusOK || body != "3" {
		t.Errorf("%d %s", code, body)
	}
	if code, body := get("/?by=0"); code != http.StatusServiceUnavailable || !strings.Contains(body, "does not count") {
		t.Errorf("%d %s", code, body)
	}
	code, body := get("/?by=1")
	for patience := time.Now().Add(10 * time.Second); code == http.StatusServiceUnavailable && time.Now().Before(patience); {
		runtime.Gosched() // until the supervisor has heard of the crash and restarted the counter
		code, body = get("/?by=1")
	}
	if code != http.StatusOK || body != "1" {
		t.Errorf("%d %s", code, body)
	}
	if noted, err := os.ReadFile(path); err != nil || strings.Count(string(noted), "\n") != 2 {
		t.Errorf("noted %q, %v", noted, err)
	}
}

// The code that the README shows is this program's.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, name := range []string{"main.go", "counter/counter.go"} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(data)
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) == 0 {
		t.Fatal("the README shows no code")
	}
	has := map[string]bool{}
	for line := range strings.Lines(source.String()) {
		has[strings.TrimSpace(line)] = true
	}
	for _, block := range blocks {
		for line := range strings.Lines(block[1]) {
			if line = strings.TrimSpace(line); line != "" && !has[line] {
				t.Errorf("not in the example: %s", line)
			}
		}
	}
}
