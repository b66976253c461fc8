// Package orderedtree shows a service's tree: the database first, the servers after it, HTTP last.
package orderedtree

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/otplint/otplint/examples/patterns/clientapi"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Service is a tree and how its users reach it.
type Service struct {
	Root supervisor.Child[supervisor.Ref]
	HTTP httpchild.Ref
}

// New declares the service: children start from the top and stop from the bottom.
func New(path, addr string) Service {
	db := supervisor.Closer("db", func(context.Context) (*os.File, error) {
		return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	})
	box := clientapi.Child("tickets", 100)
	web := httpchild.Child("http", addr, func() *http.Server {
		return &http.Server{Handler: routes(db.Ref(), box.Ref()), ReadHeaderTimeout: 5 * time.Second}
	})
	root := supervisor.Supervisor("service", supervisor.RestForOne, []supervisor.Spec{
		db,
		supervisor.Supervisor("servers", supervisor.OneForOne, []supervisor.Spec{box}),
		web,
	})
	return Service{Root: root, HTTP: web.Ref()}
}

func routes(db supervisor.Resource[*os.File], box clientapi.Ref) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /buy", func(w http.ResponseWriter, r *http.Request) {
		left, err := clientapi.Buy(r.Context(), box, 1)
		if err != nil { // sold out, or a crash: the next request finds a new server
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		if file, err := db.Get(); err == nil { // for each use: after a restart it is another one
			fmt.Fprintln(file, "sold one")
		}
		fmt.Fprintln(w, left)
	})
	return mux
}
