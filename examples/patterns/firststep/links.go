// Package firststep is the service of testdata/before after the first step: nothing was rewritten, but each loop has a
// context and stands in a tree.
package firststep

import (
	"context"
	"log"
	"net/http"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Mailer is the old worker loop.
type Mailer struct{ jobs chan string }

// NewMailer starts nothing any more.
func NewMailer() *Mailer {
	return &Mailer{jobs: make(chan string, 100)}
}

// Serve is the old loop: it ends with ctx, and nobody needs to close the channel.
func (m *Mailer) Serve(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case to := <-m.jobs:
			send(to)
		}
	}
}

// blocked is still a global variable.
var blocked = struct {
	sync.RWMutex
	hosts map[string]bool
}{}

func refreshBlocked(ctx context.Context) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			hosts := fetchBlocked()
			blocked.Lock()
			blocked.hosts = hosts
			blocked.Unlock()
		}
	}
}

// IsBlocked reads it.
func IsBlocked(host string) bool {
	blocked.RLock()
	defer blocked.RUnlock()
	return blocked.hosts[host]
}

// Tree is what was started by go statements: the loops first, HTTP last.
func Tree(addr string, mailer *Mailer) (root supervisor.Child[supervisor.Ref], web httpchild.Ref) {
	server := httpchild.Child("http", addr, func() *http.Server {
		return &http.Server{Handler: routes(mailer), ReadHeaderTimeout: 5 * time.Second}
	})
	root = supervisor.Supervisor("links", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Serve("mailer", func() supervisor.Service { return mailer }),
		supervisor.Func("blocked", refreshBlocked),
		server,
	})
	return root, server.Ref()
}

// Run is the service, until a signal ends it.
func Run(addr string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	root, _ := Tree(addr, NewMailer())
	return supervisor.Run(ctx, root)
}

func routes(m *Mailer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{link}", func(w http.ResponseWriter, r *http.Request) {
		if link := r.PathValue("link"); !IsBlocked(link) {
			m.jobs <- link
		}
	})
	return mux
}

func send(to string)                { log.Println("mail to", to) }
func fetchBlocked() map[string]bool { return map[string]bool{} }
