// Package tested shows how a server is tested: its time, its crash, what it sends.
package tested

import (
	"context"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Overheated is what the server sends to its owner.
type Overheated struct{ Degrees int }

type thermostat struct {
	read  func() int
	owner process.Dest
	last  int
}

type degrees struct {
	genserver.CallTo[*thermostat, int]
}

// Ref is how the rest of the program holds the server.
type Ref = genserver.Ref[*thermostat]

// Child looks at the sensor every minute, and tells owner when it is too hot.
func Child(id string, read func() int, owner process.Dest) supervisor.Child[Ref] {
	return supervisor.Server(id, func() *thermostat { return &thermostat{read: read, owner: owner} })
}

// Degrees is what was read last.
func Degrees(ctx context.Context, t Ref) (int, error) { return genserver.Call(ctx, t, degrees{}) }

type tick struct{}

// Init reads the sensor within a minute.
func (s *thermostat) Init(c *genserver.Context) genserver.Result {
	c.SendAfter(time.Minute, tick{})
	return c.OK()
}

// HandleInfo reads the sensor.
func (s *thermostat) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case tick:
		s.last = s.read()
		if s.last > 90 {
			if err := process.Send(c, s.owner, Overheated{s.last}); err != nil {
				return c.Stop(err) // nobody listens: let the supervisor know
			}
		}
		c.SendAfter(time.Minute, tick{})
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

// HandleCall tells.
func (s *thermostat) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case degrees:
		return req.Reply(from, s.last)
	}
	return c.Unhandled(req)
}
