package metrics_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/metrics"
	"github.com/otplint/otplint/runtime/process"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// A service mounts the registry's handler beside its probes.
func Example() {
	ctx, _ := newCtx("shop")
	ref, err := genserver.Start(ctx, func() *counter { return new(counter) })
	if err != nil {
		fmt.Println(err)
		return
	}
	defer genserver.Stop(ctx, ref, process.Normal)

	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.NewCollector(process.NodeOf(ctx)))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))

	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(rec.Body.String()) {
		if strings.HasPrefix(line, "otp_processes_started_total") {
			fmt.Print(line)
		}
	}
	// Output:
	// otp_processes_started_total{behaviour="genserver",node="shop",type="*metrics_test.counter"} 1
}
