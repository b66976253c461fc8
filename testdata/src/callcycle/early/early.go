// Package early has a circle that begins in Init and one that begins in HandleContinue.
package early

import (
	"context"

	"github.com/otplint/otplint/runtime/genserver"
)

type (
	Boot   struct{ config genserver.Ref[*Config] }
	Config struct{ boot genserver.Ref[*Boot] }

	load struct {
		genserver.CallTo[*Config, int]
	}
	ready struct {
		genserver.CallTo[*Boot, bool]
	}
)

func (b *Boot) Init(c *genserver.Context) genserver.Result { return c.OK().Continue("load") }

func (b *Boot) HandleContinue(c *genserver.Context, arg any) genserver.Result {
	genserver.Call(context.Background(), b.config, load{}) // want `^possible deadlock: Boot.HandleContinue -> Config.HandleCall\(load\) -> Boot; .*: they stand still until a call's time is over \(5s, or the context's deadline\); carry what Config needs in the request, cast back, or answer before calling`
	return c.NoReply()
}

func (b *Boot) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(ready); ok {
		return req.Reply(from, true)
	}
	return c.Unhandled(req)
}

func (s *Config) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Config) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	if req, ok := req.(load); ok {
		genserver.Call(c, s.boot, ready{})
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}
