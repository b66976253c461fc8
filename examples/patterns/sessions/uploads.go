package sessions

import (
	"context"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Uploads starts a process for each upload. Whoever starts one holds its reference; nobody looks for it.
type Uploads = dynsupervisor.Factory[string, genserver.Ref[*upload]]

// UploadsChild is the supervisor of the uploads, of which no more than atOnce run.
func UploadsChild(id string, atOnce int) supervisor.Child[Uploads] {
	return dynsupervisor.Template(id, func(file string) supervisor.Child[genserver.Ref[*upload]] {
		return supervisor.Server("upload", func() *upload { return &upload{file: file} }).Restart(supervisor.Temporary)
	}, dynsupervisor.MaxChildren(atOnce))
}

// Upload begins an upload. It fails with dynsupervisor.ErrMaxChildren when there are too many.
func Upload(ctx context.Context, us Uploads, file string) (genserver.Ref[*upload], error) {
	return us.StartChild(ctx, file)
}

// Write sends a part of the file and returns how many bytes have come.
func Write(ctx context.Context, u genserver.Ref[*upload], part []byte) (int, error) {
	return genserver.Call(ctx, u, write{part: part})
}

// Close ends the upload and returns the file's name.
func Close(ctx context.Context, u genserver.Ref[*upload]) (string, error) {
	return genserver.Call(ctx, u, finish{})
}

type upload struct {
	file  string
	bytes int
}

type (
	write struct {
		genserver.CallTo[*upload, int]
		part []byte
	}
	finish struct {
		genserver.CallTo[*upload, string]
	}
)

// Init begins with nothing.
func (s *upload) Init(c *genserver.Context) genserver.Result { return c.OK().Timeout(idle) }

// HandleCall takes parts until the end.
func (s *upload) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case write:
		s.bytes += len(req.part)
		return req.Reply(from, s.bytes).Timeout(idle)
	case finish:
		return req.Reply(from, s.file).Stop(nil) // done: it answers and ends
	}
	return c.Unhandled(req)
}

// HandleInfo ends an upload that its client has forgotten.
func (s *upload) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case genserver.Timeout:
		return c.Stop(nil)
	}
	return c.Unhandled(msg).Timeout(idle)
}
