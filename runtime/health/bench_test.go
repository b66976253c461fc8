package health_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/otplint/otplint/runtime/health"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/supervisor"
)

// BenchmarkReady looks at a tree of 10 supervisors with 20 children each.
func BenchmarkReady(b *testing.B) {
	w := &world{World: proctest.New(b)}
	var groups []supervisor.Spec
	for i := range 10 {
		var children []supervisor.Spec
		for k := range 20 {
			children = append(children, must(fmt.Sprint(k)))
		}
		groups = append(groups, supervisor.Supervisor(fmt.Sprint("group", i), supervisor.OneForOne, children))
	}
	w.root = supervisor.Supervisor("shop", supervisor.OneForOne, groups)
	w.handler = health.Handler(w.root.Ref())
	sup, err := supervisor.Start(w.Ctx, w.root)
	if err != nil {
		b.Fatal(err)
	}
	defer supervisor.Stop(w.Ctx, sup)
	b.ReportAllocs()
	for b.Loop() {
		if rec := w.serve(http.MethodGet, "/ready"); rec.Code != http.StatusOK {
			b.Fatal(rec.Body)
		}
	}
}
