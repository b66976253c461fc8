//go:build slow

package observer_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/observer"
)

// chromium runs a browser without a screen on a page, for so many
// milliseconds of the page's time, and returns what it writes.
func chromium(t *testing.T, url, budget string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("SKIPPED: the observer's pages are not tested in a browser, since there is no chromium in the PATH (Debian: apt-get install chromium)")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(), "--virtual-time-budget=" + budget,
	}, append(args, url)...)...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("chromium: %v\n%s", err, problems.String())
	}
	return out.String()
}

// serve serves the demo under a prefix. before is called with each page, numbered from 1.
func serve(t *testing.T, d *demo, before func(page int64, w http.ResponseWriter) (answered bool), opts ...observer.Option) string {
	t.Helper()
	h := http.StripPrefix("/debug/observer", observer.Handler(d.ctx, opts...))
	var pages atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asset := strings.HasSuffix(r.URL.Path, ".js") || strings.HasSuffix(r.URL.Path, ".css")
		if !asset && before != nil && before(pages.Add(1), w) {
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/debug/observer/"
}

// The page learns of a session that begins, and of one that ends, while it is shown.
func TestBrowserIsLive(t *testing.T) {
	d := newDemo(t, 3)
	gone := d.pid(d.stock.Dest()).String()
	url := serve(t, d, func(page int64, _ http.ResponseWriter) bool {
		if page == 2 {
			d.login("late-comer")
			d.crashStock()
		}
		return false
	})
	dom := chromium(t, url+"processes?sort=pid", "5000", "--dump-dom")
	for _, want := range []string{"late-comer", ">live</span>", "user-2"} {
		if !strings.Contains(dom, want) {
			t.Errorf("no %q in the page:\n%s", want, dom)
		}
	}
	if _, rows, _ := strings.Cut(dom, "<tbody>"); strings.Contains(rows, `id="`+strings.ReplaceAll(strings.ReplaceAll(gone, "<", "&lt;"), ">", "&gt;")+`"`) {
		t.Errorf("process %s has gone and is still shown", gone)
	}
}

func TestBrowserSearches(t *testing.T) {
	d := newDemo(t, 3)
	url := serve(t, d, nil)
	for page, want := range map[string][2]string{
		"processes?q=USER-1": {"user-1", "user-2"},
		"?q=user-1":          {"user-1", "migration"},
		"published?q=prod":   {"products", "registry.Registry"},
	} {
		dom := chromium(t, url+page, "3000", "--dump-dom")
		if !strings.Contains(dom, want[0]) || strings.Contains(dom, want[1]) {
			t.Errorf("%s: want %s and no %s in\n%s", page, want[0], want[1], dom)
		}
	}
}

func TestBrowserSaysThatTheConnectionIsLost(t *testing.T) {
	d := newDemo(t, 3)
	url := serve(t, d, func(page int64, w http.ResponseWriter) bool {
		if page > 1 {
			w.WriteHeader(http.StatusBadGateway)
		}
		return page > 1
	})
	if dom := chromium(t, url, "4000", "--dump-dom"); !strings.Contains(dom, "connection lost at ") {
		t.Errorf("the page does not say that the connection is lost:\n%s", dom)
	}
}

// The pages as pictures, for whoever wants to look at them: OBSERVER_SCREENSHOTS names a folder that keeps them.
func TestBrowserScreenshots(t *testing.T) {
	d := newDemo(t, 400)
	url := serve(t, d, nil, observer.ShowState())
	folder := os.Getenv("OBSERVER_SCREENSHOTS")
	if folder == "" {
		folder = t.TempDir()
	}
	stock := "process?pid=%3Cshop." + strings.Trim(strings.TrimPrefix(d.pid(d.stock.Dest()).String(), "<shop."), ">") + "%3E"
	const dark = "--blink-settings=preferredColorScheme=0"
	for name, shot := range map[string][]string{
		"tree":           {""},
		"tree-dark":      {"", dark},
		"processes":      {"processes"},
		"processes-dark": {"processes?sort=restarts", dark},
		"search":         {"?q=user-3"},
		"process":        {stock},
		"published":      {"published"},
		"narrow":         {"processes", "--window-size=480,800"},
	} {
		file := filepath.Join(folder, name+".png")
		chromium(t, url+shot[0], "2500", append([]string{"--window-size=1200,760", "--screenshot=" + file}, shot[1:]...)...)
		if picture, err := os.ReadFile(file); err != nil || len(picture) < 5000 {
			t.Errorf("%s: a picture of %d bytes, %v", name, len(picture), err)
		}
	}
}
