// Package seq has servers that serialise on purpose.
package seq

import (
	"context"
	"os"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Seq numbers.
type Seq struct{ last int }

type next struct{ genserver.CallTo[*Seq, int] }

func Numbers(id string) supervisor.Child[genserver.Ref[*Seq]] {
	return supervisor.Server(id, func() *Seq { return &Seq{} })
}

func Next(ctx context.Context, s genserver.Ref[*Seq]) (int, error) {
	return genserver.Call(ctx, s, next{})
}

func (s *Seq) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Seq) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case next:
		s.last++
		return req.Reply(from, s.last)
	}
	return c.Unhandled(req)
}

// Log is a write-ahead log: its message waits for the disk, and so it should.
type Log struct{ file *os.File }

type write struct {
	genserver.CallTo[*Log, struct{}]
	line string
}

func Journal(id string, file *os.File) supervisor.Child[genserver.Ref[*Log]] {
	return supervisor.Server(id, func() *Log { return &Log{file: file} })
}

func Write(ctx context.Context, l genserver.Ref[*Log], line string) error {
	_, err := genserver.Call(ctx, l, write{line: line})
	return err
}

func (l *Log) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (l *Log) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case write:
		if _, err := l.file.WriteString(req.line); err != nil {
			return req.Fail(from, err)
		}
		if err := l.file.Sync(); err != nil {
			return req.Fail(from, err)
		}
		return req.Reply(from, struct{}{})
	}
	return c.Unhandled(req)
}
