// Package backpressure shows a server whose mailbox is bounded, so that those who are too fast for it notice.
package backpressure

import (
	"context"
	"io"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

type audit struct{ to io.Writer }

type note struct {
	genserver.CastTo[*audit]
	line string
}

// Ref is how the rest of the program holds the server.
type Ref = genserver.Ref[*audit]

// Child is the server as a child of a supervisor. A thousand lines may wait to be written; then writers are refused.
func Child(id string, to io.Writer) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *audit { return &audit{to: to} }, genserver.Bounded(1000, process.Refuse))
}

// Note has a line written, some time. It fails with genserver.ErrFull when the writer has fallen behind.
func Note(ctx context.Context, a Ref, line string) error {
	return genserver.TryCast(ctx, a, note{line: line})
}

// Init begins with nothing.
func (s *audit) Init(c *genserver.Context) genserver.Result { return c.OK() }

// HandleCast writes.
func (s *audit) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case note:
		if _, err := io.WriteString(s.to, msg.line+"\n"); err != nil {
			panic(err) // a disk that is full is nothing that this server can mend
		}
		return c.NoReply()
	}
	return c.Unhandled(msg)
}
