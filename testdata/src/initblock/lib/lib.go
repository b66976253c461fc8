// Package lib has helpers for other packages.
package lib

import (
	"context"
	"net"

	_ "github.com/otplint/otplint/runtime/genserver" // as most packages of such a program
)

// Connect dials.
func Connect(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", "db:1")
}
