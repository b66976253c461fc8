package restarttype

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `Restart type that contradicts how the child ends`,
	Text: `
A Permanent child is started again whenever it ends, and children are Permanent
unless told otherwise. One that ends normally by design (a migration that returns
nil, a session that stops when it has been idle) is then started again each time.
Each of these restarts counts: after a few in a short time the supervisor gives up
and stops, and with it all siblings. Make it Transient (restarted after a crash
only) or Temporary (never restarted).

Reported are Permanent children

  - whose function, or Serve, is known to do finite work and can return nil;
  - whose server stops normally when it has been idle, or by its own timer;
  - of which there are many, under a dynamic supervisor or made by a template, and
    whose server stops normally on a message that something here sends.

A Temporary server in a tree is reported if a sibling that is restarted keeps its
reference, and nothing in the server ends it normally: after one crash nobody
answers there any more.

The fix changes the constant, or adds it. The check says nothing about functions
with code that is not known, that wait for a context, a channel or a connection, or
that loop over anything but a list; about a child that a function returns, until
somebody lists or starts it; about significant children, tests and generated code.
`,
	Before: `
package migrate

import (
	"context"
	"database/sql"

	"github.com/otplint/otplint/runtime/supervisor"
)

func Tree(db *sql.DB) supervisor.Spec {
	return supervisor.Supervisor("data", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Func("migrate", func(ctx context.Context) error {
			_, err := db.ExecContext(ctx, "create index on orders (day)")
			return err
		}),
	})
}
`,
	After: `
package migrate

import (
	"context"
	"database/sql"

	"github.com/otplint/otplint/runtime/supervisor"
)

func Tree(db *sql.DB) supervisor.Spec {
	return supervisor.Supervisor("data", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Func("migrate", func(ctx context.Context) error {
			_, err := db.ExecContext(ctx, "create index on orders (day)")
			return err
		}).Restart(supervisor.Transient),
	})
}
`,
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
