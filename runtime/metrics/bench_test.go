package metrics_test

import (
	"testing"

	"github.com/otplint/otplint/runtime/metrics"
	"github.com/prometheus/client_golang/prometheus"
)

// BenchmarkCollect is a scrape of 100,000 processes, without its text.
func BenchmarkCollect(b *testing.B) {
	ctx, node := newCtx("shop")
	for range 100_000 {
		start(b, ctx)
	}
	node.GiveBack()
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.NewCollector(node))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := registry.Gather(); err != nil {
			b.Fatal(err)
		}
	}
}
