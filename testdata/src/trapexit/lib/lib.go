// Package lib has servers that other packages make children of, and helpers.
package lib

import (
	"os"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Far is started elsewhere.
type Far struct{ F *os.File }

// Init does nothing.
func (s *Far) Init(c *genserver.Context) genserver.Result { return c.OK() }

// Terminate closes the file.
func (s *Far) Terminate(*genserver.Context, error) { Close(s.F) }

// Here is started here.
type Here struct{ F *os.File }

// Init does nothing.
func (s *Here) Init(c *genserver.Context) genserver.Result { return c.OK() }

// Terminate closes the file.
func (s *Here) Terminate(*genserver.Context, error) { s.F.Close() } // want `Here does not trap exits`

// Child is a Here.
func Child(f *os.File) supervisor.Child[genserver.Ref[*Here]] {
	return supervisor.Server("here", func() *Here { return &Here{f} })
}

// Close closes a file.
func Close(f *os.File) { f.Close() }

// Base traps exits.
type Base struct{}

// Init traps exits.
func (b *Base) Init(c *genserver.Context) genserver.Result {
	c.TrapExit(true)
	return c.OK()
}
