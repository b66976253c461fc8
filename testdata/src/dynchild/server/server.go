// Package server adds children for messages, connections and what is received.
package server

import (
	"context"
	"fmt"
	"net"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/dynchild/rooms"
)

type Lobby struct {
	rooms supervisor.Ref
	n     int
}

type open struct {
	genserver.CallTo[*Lobby, rooms.Ref]
	name string
}
type next struct{ genserver.CastTo[*Lobby] }

func (l *Lobby) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (l *Lobby) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case open:
		ref, _ := supervisor.StartChild(c, l.rooms, supervisor.Server(req.name, rooms.New)) // want `reached from server Lobby.HandleCall`
		return req.Reply(from, ref)
	}
	return c.Unhandled(req)
}

func (l *Lobby) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case next:
		l.n++
		supervisor.StartChild(c, l.rooms, supervisor.Server(fmt.Sprintf("room-%d", l.n), rooms.New)) // want `reached from server Lobby.HandleCast`
	}
	return c.NoReply()
}

// Accept adds a child for each connection.
func Accept(ctx context.Context, sup supervisor.Ref, l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		supervisor.StartChild(ctx, sup, supervisor.Func(conn.RemoteAddr().String(), func(context.Context) error { return conn.Close() })) // want `reached from the loop in Accept`
	}
}

// Receive adds one for each message, in a goroutine.
func Receive(c *process.Context, sup supervisor.Ref) error {
	for {
		msg, err := process.Receive(c)
		if err != nil {
			return err
		}
		go add(c, sup, fmt.Sprint(msg))
	}
}

func add(ctx context.Context, sup supervisor.Ref, id string) {
	supervisor.StartChild(ctx, sup, supervisor.Server(id, rooms.New).Restart(supervisor.Transient)) // want `reached from the loop in Receive`
}
