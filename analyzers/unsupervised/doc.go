package unsupervised

import "honnef.co/go/tools/analysis/lint"

// Doc is the check's documentation as data.
var Doc = &lint.RawDocumentation{
	Title: `Long-running work that nobody owns`,
	Text: `
A goroutine that runs for ever needs an owner: somebody who learns that it ended
or failed, and can restart or stop it. Without one a panic in it ends the whole
program, an early return ends its work in silence, and nothing waits for it at
shutdown. The same holds for a server or process that is started outside a
supervision tree: a crash does not end the program, and nobody starts it again.

The check reports a goroutine if it certainly contains one of these

  - a loop that nothing leaves, or that only a channel nobody closes or a context
    nobody cancels (context.Background) could end;
  - an HTTP server that nothing shuts down;
  - an empty select;

and nobody joins it (a WaitGroup, an errgroup, a done channel, here or in the
Stop or Close of its type), receives its result, or can stop it. It follows calls
into other packages that use the runtime, and judges a function handed to a
helper that starts goroutines where it is handed over.

It reports genserver.Start, agent.Start, process.Spawn and task.Start if what they
return is dropped or kept where nothing links, monitors, awaits or stops it; the
last two only if what they run lasts. Tasks that are linked or under a supervisor
(task.Async, task.StartIn) have an owner.

It says nothing about goroutines that end by themselves (one connection, one
request, a counted loop), that main.main starts or a function that only it calls,
outside loops, that a package-level sync.Once or sync.OnceFunc starts, that handle
signals, about tests and generated code, and about whatever it cannot see whole. Being told to stop is a signal, not an owner: with
\'-unsupervised.strict\' goroutines that can be stopped, and whose end or failure
nobody learns of, are reported as well.

Packages that do not use the runtime, directly or not, are not judged;
\'-unsupervised.scope=module\' (in the otplint command) judges every package of the
module.
`,
	Before: `
package poller

import (
	"log"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

type Poller struct{ source process.PID }

func New(source process.PID) *Poller {
	p := &Poller{source}
	go p.loop()
	return p
}

func (p *Poller) loop() {
	for {
		log.Println(p.source.Alive())
		time.Sleep(time.Second)
	}
}
`,
	After: `
package poller

import (
	"context"
	"log"
	"time"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Poller struct{ source process.PID }

// Child is the poller as a child of a supervisor, which restarts and stops it.
func Child(source process.PID) supervisor.Spec {
	p := &Poller{source}
	return supervisor.Func("poller", p.run)
}

func (p *Poller) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
			log.Println(p.source.Alive())
		}
	}
}
`,
	Since:    "v0.1.0",
	Severity: lint.SeverityWarning,
}
