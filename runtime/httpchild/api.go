// Package httpchild: SKELETON.
package httpchild

import (
	"net"
	"net/http"

	"github.com/otplint/otplint/runtime/supervisor"
)

// Child listens on addr in its start (a port in use is a start failure), serves, and drains on shutdown.
func Child(id, addr string, newServer func() *http.Server) supervisor.Child[Ref] { panic("skeleton") }

// Ref is how siblings and tests hold the child.
type Ref struct {
	r supervisor.Resource[net.Listener]
}

func (r Ref) Addr() (net.Addr, error) { panic("skeleton") }
