// Package rooms looks for rooms and starts those that it does not find.
package rooms

import (
	"context"
	"fmt"
	"net/http"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

type Room struct{}

func (r *Room) Init(c *genserver.Context) genserver.Result { return c.OK() }

func New() *Room { return &Room{} }

type Ref = genserver.Ref[*Room]

type Rooms struct {
	reg *registry.Registry[string, int]
	sup dynsupervisor.Ref
}

// Open is what many write.
func (r Rooms) Open(ctx context.Context, id string) (Ref, error) {
	if _, ok := r.reg.Lookup(id); ok {
		return registry.Via[*Room](r.reg, id), nil
	}
	return dynsupervisor.StartChild(ctx, r.sup, supervisor.Server("room", New).Via(r.reg.Entry(id, 0))) // want `two callers can both find nobody under this key and both start it \(Rooms.Open is exported\): the second start fails with AlreadyStarted, which nothing here expects; registry.GetOrStart does both`
}

// Named processes.
func Named(ctx context.Context) (Ref, error) {
	if pid, ok := process.WhereIs(ctx, "lobby"); !ok {
		ref, err := genserver.Start(ctx, New, genserver.WithName("lobby")) // want `\(Named is exported.*take the one that runs`
		if err != nil {
			return Ref{}, fmt.Errorf("start the lobby: %w", err)
		}
		return ref, nil
	} else {
		return genserver.RefTo[*Room](pid), nil
	}
}

type request struct{ room string }

// serve is reached by a handler only.
func (r Rooms) serve(ctx context.Context, req request) error {
	_, ok := r.reg.Lookup(req.room)
	if !ok {
		child := supervisor.Server("room", New)
		_, err := dynsupervisor.StartChild(ctx, r.sup, child.Via(r.reg.Entry(req.room, 1)).Restart(supervisor.Temporary)) // want `HTTP handler Rooms.handle runs this`
		return err
	}
	return nil
}

func (r Rooms) handle(w http.ResponseWriter, req *http.Request) {
	if err := r.serve(req.Context(), request{req.PathValue("room")}); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
	}
}

// fill starts one for each, at a time.
func (r Rooms) fill(ctx context.Context, ids []string, failed chan<- error) {
	for _, id := range ids {
		go func() {
			if _, ok := r.reg.Lookup(id); !ok {
				_, err := genserver.Start(ctx, New, genserver.WithVia(r.reg.Entry(id, 0))) // want `goroutines of a loop in Rooms.fill run this`
				failed <- err
			}
		}()
	}
}
