// Command counter counts visits over HTTP: curl localhost:8081/?by=1, and
// ?by=0 to see a crash and the restart.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/otplint/otplint/examples/counter/counter"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/supervisor"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8081", "`address` to listen on")
	path := flag.String("journal", filepath.Join(os.TempDir(), "visits.log"), "`file` to note visits in")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	hits := counter.Child("hits")
	journal := supervisor.Closer("journal", func(context.Context) (*os.File, error) {
		return os.OpenFile(*path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	})
	tree := supervisor.Supervisor("app", supervisor.RestForOne, []supervisor.Spec{
		journal,
		supervisor.Supervisor("servers", supervisor.OneForOne, []supervisor.Spec{hits}, supervisor.Intensity(3, 5*time.Second)),
		httpchild.Child("http", *addr, func() *http.Server { return &http.Server{Handler: visits(hits.Ref(), journal.Ref())} }),
	})
	if err := supervisor.Run(ctx, tree); err != nil { // until ctx ends; then HTTP drains first and the journal closes last
		log.Fatal(err)
	}
}

// visits counts the requests and notes them.
func visits(hits counter.Ref, journal supervisor.Resource[*os.File]) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		by, err := strconv.Atoi(r.FormValue("by"))
		if err != nil {
			by = 1
		}
		n, err := counter.Increment(r.Context(), hits, by)
		if err != nil { // a crash arrives here at once, as an error
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		if f, err := journal.Get(); err == nil {
			fmt.Fprintln(f, time.Now().Format(time.RFC3339), n)
		}
		fmt.Fprintln(w, n)
	}
}
