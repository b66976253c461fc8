// Command boot adds children at boot, from a configuration.
package main

import (
	"context"
	"os"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/dynchild/rooms"
)

func main() {
	ctx := context.Background()
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("rooms", supervisor.OneForOne, nil))
	if err != nil {
		return
	}
	for _, name := range os.Args[1:] {
		add(ctx, sup, name)
	}
	genserver.Start(ctx, func() *loader { return &loader{sup, os.Args} })
}

func add(ctx context.Context, sup supervisor.Ref, name string) {
	supervisor.StartChild(ctx, sup, supervisor.Server(name, rooms.New))
}

type loader struct {
	sup   supervisor.Ref
	names []string
}

func (l *loader) Init(c *genserver.Context) genserver.Result { return c.OK().Continue(0) }

func (l *loader) HandleContinue(c *genserver.Context, msg any) genserver.Result {
	for _, name := range l.names {
		add(c, l.sup, name)
	}
	return c.NoReply()
}
