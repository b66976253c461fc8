// Package live shows how operators see a running service: probes and the observer, on a server of their own.
package live

import (
	"context"
	"net/http"
	"time"

	"github.com/otplint/otplint/runtime/health"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/observer"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Tree puts the operators' server before a service, so that it answers while the service starts and stops. ctx is the
// one that supervisor.Run gets; ready is a condition of the service's own.
func Tree(ctx context.Context, addr string, service supervisor.Child[supervisor.Ref], ready func(context.Context) error) (root supervisor.Child[supervisor.Ref], ops httpchild.Ref) {
	child := httpchild.Child("ops", addr, func() *http.Server {
		mux := http.NewServeMux()
		probes := health.Handler(root.Ref(), health.Until(ctx), health.Check("service", ready))
		mux.Handle("/live", probes)
		mux.Handle("/ready", probes)
		mux.Handle("/debug/observer/", http.StripPrefix("/debug/observer", observer.Handler(ctx)))
		return &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	})
	root = supervisor.Supervisor("root", supervisor.RestForOne, []supervisor.Spec{child, service})
	return root, child.Ref()
}
