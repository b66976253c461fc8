// Package app makes children of another package's servers.
package app

import (
	"os"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"

	"otplint.test/trapexit/lib"
)

// based traps exits by a base of another package.
type based struct {
	lib.Base
	f *os.File
}

func (s *based) Terminate(*genserver.Context, error) { lib.Close(s.f) }

// Children are those of the program. What lib starts itself was found there.
func Children(f *os.File) []supervisor.Spec {
	return []supervisor.Spec{
		lib.Child(f),
		supervisor.Server("here", func() *lib.Here { return &lib.Here{F: f} }),
		supervisor.Server("based", func() *based { return &based{f: f} }),
		supervisor.Server("far", func() *lib.Far { return &lib.Far{F: f} }), // want `Far does not trap exits: when its supervisor stops it \(child made at app.go:\d+\), Terminate does not run and misses os.File.Close \(lib.go:\d+\)`
		supervisor.Server("further", func() *lib.Far { return &lib.Far{F: f} }),
	}
}
