// Package proto is a protocol without a server: several may understand it.
package proto

import "github.com/otplint/otplint/runtime/genserver"

// Counter is what a server needs to be.
type Counter interface{ Counts() }

type Next struct {
	genserver.CallTo[Counter, int]
}

// Changed is an event.
type Changed struct{ What string }
