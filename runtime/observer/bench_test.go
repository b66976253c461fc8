package observer_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/observer"
	"github.com/otplint/otplint/runtime/supervisor"
)

// BenchmarkPages is what a page costs on a node of 100,000 processes.
func BenchmarkPages(b *testing.B) {
	d := newDemo(b, 0)
	for range 100_000 {
		if _, err := dynsupervisor.StartChild(d.ctx, d.sessions, supervisor.Server("session", func() *session { return new(session) })); err != nil {
			b.Fatal(err)
		}
	}
	h := observer.Handler(d.ctx)
	for _, path := range []string{"/tree.json", "/", "/processes", "/processes?q=orders", "/published"} {
		b.Run(path[1:], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, request(path)); w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
