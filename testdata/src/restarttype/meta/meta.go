// Package meta has the same children in many forms: the verdict stays.
package meta

import (
	"context"
	"os"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	sup "github.com/otplint/otplint/runtime/supervisor"

	"otplint.test/restarttype/lib"
)

func job(context.Context) error { return work() }

func work() error { return os.Remove("lock") }

func generic[T any](context.Context) error { return work() }

type jobs struct{}

func (jobs) run(context.Context) error { return work() }

// Serve is a service's.
func (jobs) Serve(ctx context.Context) error { return job(ctx) }

type spec = supervisor.Spec

// Tree lists them.
func Tree() spec {
	const when = supervisor.Permanent
	named := supervisor.Func("named", job) // want `child "named" is Permanent by default`
	return supervisor.Supervisor("tree", supervisor.OneForOne, []spec{
		supervisor.Func("function", job),                                                // want `child "function" is Permanent by default`
		supervisor.Func("literal", func(ctx context.Context) error { return job(ctx) }), // want `child "literal" is Permanent by default`
		supervisor.Func("method", jobs{}.run),                                           // want `child "method" is Permanent by default`
		supervisor.Func("generic", generic[int]),                                        // want `child "generic" is Permanent by default`
		sup.Func("alias", job),                                                          // want `child "alias" is Permanent by default`
		supervisor.Func("constant", job).Restart(when),                                  // want `child "constant" is Permanent, but`
		supervisor.Serve("service", func() supervisor.Service { return jobs{} }),        // want `child "service" is Permanent by default`
		helper("helper"), // want `child "helper" is Permanent by default`
		named,
		lib.Child("session"), // want `child "session" is Permanent by default, but Session stops normally when it has been idle \(lib.go:\d+\)`
	})
}

func helper(id string) supervisor.Child[process.Dest] { return supervisor.Func(id, job) }

// Start starts one of another package, under a wrapper.
func Start(ctx context.Context, ss dynsupervisor.Ref) (genserver.Ref[*lib.Session], error) {
	return dynsupervisor.StartChild(ctx, ss, lib.Child("session")) // want `child "session" is Permanent by default`
}
