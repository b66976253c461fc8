package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// serve runs a shop and returns its URL.
func serve(t *testing.T, cfg Config) string {
	t.Helper()
	ctx, cancel := context.WithCancel(process.WithNode(t.Context(), process.NewNode(t.Name())))
	started, done := make(chan string, 1), make(chan error, 1)
	cfg.Addr, cfg.Log, cfg.Started = "127.0.0.1:0", io.Discard, func(url string) { started <- url }
	go func() { done <- Run(ctx, cfg) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	select {
	case url := <-started:
		return url
	case err := <-done:
		done <- nil
		t.Fatal(err)
		return ""
	}
}

func do(t *testing.T, method, url string, body any) (int, string) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(answer))
}

func TestHappyPath(t *testing.T) {
	supplier := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, 99) }))
	defer supplier.Close()
	for _, tt := range []struct {
		supplier string
		total    int
	}{{"", 120}, {supplier.URL, 99}} {
		t.Run(fmt.Sprint(tt.total), func(t *testing.T) {
			url := serve(t, Config{Supplier: tt.supplier})
			want := func(method, path string, in any, status int, out string) string {
				t.Helper()
				gotStatus, got := do(t, method, url+path, in)
				if gotStatus != status || out != "" && got != out {
					t.Fatalf("%s %s: %d %s, want %d %s", method, path, gotStatus, got, status, out)
				}
				return got
			}
			apples := map[string]any{"sku": "apple", "qty": 3}
			want("GET", "/stock/apple", nil, 200, `{"price":40,"qty":100}`)
			want("POST", "/carts/ann", apples, 200, "")
			want("GET", "/carts/ann", nil, 200, `{"lines":[{"sku":"apple","qty":3}],"total":120}`)
			want("POST", "/orders", map[string]string{"cart": "ann"}, 200,
				fmt.Sprintf(`{"id":"o1","cart":"ann","lines":[{"sku":"apple","qty":3}],"total":%d,"status":0}`, tt.total))
			want("POST", "/orders", map[string]string{"cart": "ann"}, 409, "")
			want("POST", "/orders/o1/watch", nil, 200, "")
			want("GET", "/stock", nil, 200, `{"apple":97,"banana":50,"cherry":1000}`)
			want("POST", "/stock", []any{apples}, 200, "1")
			want("GET", "/stock/apple", nil, 200, `{"price":40,"qty":100}`)
			want("GET", "/stock/fig", nil, 404, "")
			want("GET", "/prices", nil, 200, `{"apple":40,"banana":25,"cherry":5}`)
			want("GET", "/healthz", nil, 200, `"ok"`)
			for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
				if got := want("GET", "/report", nil, 200, ""); got == `{"placed":0,"shipped":1,"pieces":1150}` {
					break
				} else if time.Now().After(deadline) {
					t.Fatalf("order was not shipped within 10s: %s", got)
				}
			}
			want("GET", "/orders/o1", nil, 200, "")
			if events := want("GET", "/orders", nil, 200, ""); strings.Count(events, `"order":"o1"`) != 2 {
				t.Errorf("history is %s, want o1 placed and shipped", events)
			}
			if recent := want("GET", "/debug/audit", nil, 200, ""); !strings.Contains(recent, "POST /orders") {
				t.Errorf("audit is %s", recent)
			}
		})
	}
}
