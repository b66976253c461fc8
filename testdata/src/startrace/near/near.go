// Package near looks and starts where nobody else does, or expects that somebody was quicker.
package near

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
	"otplint.test/startrace/lib"
)

type Ref = genserver.Ref[*lib.Room]

type Rooms struct {
	mu  sync.Mutex
	reg *registry.Registry[string, int]
	two *registry.Registry[string, int]
	sup dynsupervisor.Ref
}

func (r *Rooms) child(id string) supervisor.Child[Ref] {
	return lib.Child("room").Via(r.reg.Entry(id, 0))
}

// As asks which error it is.
func (r *Rooms) As(ctx context.Context, id string) (Ref, error) {
	if _, ok := r.reg.Lookup(id); ok {
		return registry.Via[*lib.Room](r.reg, id), nil
	}
	ref, err := dynsupervisor.StartChild(ctx, r.sup, r.child(id))
	var taken *process.AlreadyStarted
	if errors.As(err, &taken) {
		return registry.Via[*lib.Room](r.reg, id), nil
	}
	return ref, err
}

// Is asks for the sentinel.
func (r *Rooms) Is(ctx context.Context, id string) (Ref, error) {
	if _, ok := r.reg.Lookup(id); !ok {
		if _, err := dynsupervisor.StartChild(ctx, r.sup, r.child(id)); err != nil && !errors.Is(err, process.ErrNameTaken) {
			return Ref{}, err
		}
	}
	return registry.Via[*lib.Room](r.reg, id), nil
}

// Caller expects it.
func (r *Rooms) Caller(ctx context.Context, id string) error {
	err := r.open(ctx, id)
	if errors.Is(err, process.ErrNameTaken) {
		return nil
	}
	return err
}

func (r *Rooms) open(ctx context.Context, id string) error {
	if _, ok := r.reg.Lookup(id); ok {
		return nil
	}
	_, err := dynsupervisor.StartChild(ctx, r.sup, r.child(id))
	return err
}

// Again looks once more.
func (r *Rooms) Again(ctx context.Context, id string) (Ref, error) {
	if _, ok := r.reg.Lookup(id); ok {
		return registry.Via[*lib.Room](r.reg, id), nil
	}
	ref, err := dynsupervisor.StartChild(ctx, r.sup, r.child(id))
	if err != nil {
		if _, ok := r.reg.Lookup(id); ok {
			return registry.Via[*lib.Room](r.reg, id), nil
		}
	}
	return ref, err
}

// Ensure looks at no error: whoever was quicker has done it.
func (r *Rooms) Ensure(ctx context.Context, id string) Ref {
	if _, ok := r.reg.Lookup(id); !ok {
		dynsupervisor.StartChild(ctx, r.sup, r.child(id))
	}
	return registry.Via[*lib.Room](r.reg, id)
}

// Locked lets one at a time.
func (r *Rooms) Locked(ctx context.Context, id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.reg.Lookup(id); ok {
		return nil
	}
	_, err := dynsupervisor.StartChild(ctx, r.sup, r.child(id))
	return err
}

// Around is locked by its caller.
func (r *Rooms) Around(ctx context.Context, id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.around(ctx, id)
}

func (r *Rooms) around(ctx context.Context, id string) error {
	if _, ok := r.reg.Lookup(id); ok {
		return nil
	}
	_, err := dynsupervisor.StartChild(ctx, r.sup, r.child(id))
	return err
}

// Given to the registry's lock, which runs one at a time.
func (r *Rooms) Given(ctx context.Context, id string) error {
	return r.reg.Lock(ctx, id, func() error {
		if _, ok := r.reg.Lookup(id); ok {
			return nil
		}
		_, err := dynsupervisor.StartChild(ctx, r.sup, r.child(id))
		return err
	})
}

// Best is registry.GetOrStart, which may follow a lookup.
func (r *Rooms) Best(ctx context.Context, id string) (Ref, error) {
	if _, ok := r.reg.Lookup(id); ok {
		return registry.Via[*lib.Room](r.reg, id), nil
	}
	return registry.GetOrStart(ctx, r.reg, id, 0, r.sup, lib.Child("room"))
}

// Other keys, other registries, and no key.
func (r *Rooms) Other(ctx context.Context, id, other string) error {
	if _, ok := r.reg.Lookup(id); ok {
		return nil
	}
	if _, err := dynsupervisor.StartChild(ctx, r.sup, lib.Child("room").Via(r.reg.Entry(other, 0))); err != nil {
		return err
	}
	if _, err := dynsupervisor.StartChild(ctx, r.sup, lib.Child("room").Via(r.two.Entry(id, 0))); err != nil {
		return err
	}
	_, err := dynsupervisor.StartChild(ctx, r.sup, lib.Child("room"))
	return err
}

// Found: the start is on the branch where somebody was found, or on both.
func (r *Rooms) Found(ctx context.Context, id string) error {
	_, ok := r.reg.Lookup(id)
	if ok {
		_, err := dynsupervisor.StartChild(ctx, r.sup, r.child(id))
		return err
	}
	return nil
}

func (r *Rooms) Both(ctx context.Context, id string) error {
	if _, ok := r.reg.Lookup(id); ok {
		println("there is one")
	}
	_, err := dynsupervisor.StartChild(ctx, r.sup, r.child(id))
	return err
}

// Loop tries again.
func (r *Rooms) Loop(ctx context.Context, id string) error {
	for ctx.Err() == nil {
		if _, ok := r.reg.Lookup(id); ok {
			return nil
		}
		if _, err := dynsupervisor.StartChild(ctx, r.sup, r.child(id)); err == nil {
			return nil
		}
	}
	return ctx.Err()
}

// Lobby is a server, which handles one request at a time.
type Lobby struct{ rooms *Rooms }

type enter struct {
	genserver.CallTo[*Lobby, error]
	room string
}

func (l *Lobby) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (l *Lobby) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case enter:
		return req.Reply(from, l.rooms.serial(c, req.room))
	}
	return c.Unhandled(req)
}

func (r *Rooms) serial(ctx context.Context, id string) error {
	if _, ok := r.reg.Lookup(id); ok {
		return nil
	}
	_, err := dynsupervisor.StartChild(ctx, r.sup, r.child(id))
	return err
}

// unused by anything that is concurrent.
func unused(ctx context.Context) error {
	if _, ok := process.WhereIs(ctx, "lobby"); ok {
		return nil
	}
	_, err := genserver.Start(ctx, func() *lib.Room { return &lib.Room{} }, genserver.WithName("lobby"))
	return err
}

func init() { unused(context.Background()) }

var _ http.Handler
