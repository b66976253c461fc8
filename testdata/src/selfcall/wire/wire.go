// Package wire declares a worker of another package that is its own leader.
package wire

import (
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/selfcall/lib"
)

// Tree has one that leads itself, and one that the first leads.
func Tree() supervisor.Child[supervisor.Ref] {
	var first supervisor.Child[genserver.Ref[*lib.Worker]]
	first = supervisor.Server("first", func() *lib.Worker { return lib.New(first.Ref()) }) // want `deadlock: Worker.HandleCall waits with genserver.Call of rest for its own process \(field Worker.leader\)`
	second := supervisor.Server("second", func() *lib.Worker { return lib.New(first.Ref()) })
	return supervisor.Supervisor("workers", supervisor.OneForOne, []supervisor.Spec{first, second})
}
