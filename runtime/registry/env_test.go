package registry_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestMain(m *testing.M) { conformance.Main(m) }

// names is what most tests use.
type (
	names = registry.Registry[string, int]
	entry = registry.Entry[string, int]
)

// start starts a registry under a supervisor that restarts it.
func start(w *proctest.World, opts ...registry.Option) *names {
	w.T.Helper()
	return startChild(w, registry.New[string, int]("names", opts...))
}

func startChild[T any](w *proctest.World, child supervisor.Child[T]) T {
	w.T.Helper()
	sup, err := supervisor.Start(w.Ctx, supervisor.Supervisor("sup", supervisor.OneForOne, []supervisor.Spec{child}, supervisor.Intensity(10, time.Second)))
	if err != nil {
		w.T.Fatal(err)
	}
	w.T.Cleanup(func() {
		if err := supervisor.Stop(w.Ctx, sup); err != nil {
			w.T.Errorf("stop: %v", err)
		}
	})
	return child.Ref()
}

// inBubble runs a test in a world of its own.
func inBubble(t *testing.T, test func(w *proctest.World)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(proctest.New(t)) })
}

// register has a puppet register, which must succeed.
func register(w *proctest.World, p *proctest.Puppet, r *names, key string, value int) {
	w.T.Helper()
	p.Do(func(c *process.Context) {
		if err := r.Register(c, key, value); err != nil {
			w.T.Errorf("register %s: %v", key, err)
		}
	})
}

// unregister has a puppet unregister, which must succeed.
func unregister(w *proctest.World, p *proctest.Puppet, r *names, key string) {
	w.T.Helper()
	p.Do(func(c *process.Context) {
		if err := r.Unregister(c, key); err != nil {
			w.T.Errorf("unregister %s: %v", key, err)
		}
	})
}

// wantEntries checks the entries of a key, in order.
func wantEntries(w *proctest.World, r *names, key string, want ...entry) {
	w.T.Helper()
	if got := slices.Collect(r.Entries(key)); !slices.Equal(got, want) {
		w.T.Errorf("entries under %q: %v, want %v", key, got, want)
	}
	first, ok := r.Lookup(key)
	if ok != (len(want) > 0) || ok && first != want[0] {
		w.T.Errorf("Lookup(%q) = %v, %v", key, first, ok)
	}
}

// wantTaken checks that an error says who has the key.
func wantTaken(w *proctest.World, err error, holder process.PID) {
	w.T.Helper()
	var taken *process.AlreadyStarted
	if !errors.As(err, &taken) || taken.PID != holder {
		w.T.Errorf("error %v, want already started: %v", err, holder)
	}
}

func wantErr(w *proctest.World, what string, err, want error) {
	w.T.Helper()
	if !errors.Is(err, want) {
		w.T.Errorf("%s: %v, want %v", what, err, want)
	}
}

// sorted are the keys or values of a sequence or a list, in order.
func sorted(list ...string) []string { return slices.Sorted(slices.Values(list)) }

func keysOf(seq iter.Seq[entry]) (keys []string) {
	for e := range seq {
		keys = append(keys, e.Key)
	}
	return sorted(keys...)
}

// room is a server to stand in registries.
type room struct{ told []string }

type (
	say struct {
		genserver.CallTo[*room, int]
		text string
	}
	ping    struct{ genserver.CallTo[*room, int] }
	whisper struct {
		genserver.CastTo[*room]
		text string
	}
	burn struct{ genserver.CastTo[*room] }
)

func newRoom() *room { return new(room) }

func (r *room) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (r *room) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case say:
		r.told = append(r.told, req.text)
		return req.Reply(from, len(r.told))
	case ping:
		return req.Reply(from, 0)
	}
	return c.Unhandled(req)
}

func (r *room) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case whisper:
		r.told = append(r.told, msg.text)
		return c.NoReply()
	case burn:
		return c.Stop(errBurnt)
	}
	return c.Unhandled(msg)
}

var errBurnt = errors.New("burnt")

// soon is a context with a deadline.
func soon(w *proctest.World, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(w.Ctx, d)
	w.T.Cleanup(cancel)
	return ctx
}

// wantGot checks the messages that a puppet has got.
func wantGot(w *proctest.World, p *proctest.Puppet, want ...any) {
	w.T.Helper()
	if got := p.Got(); !slices.Equal(got, want) {
		w.T.Errorf("messages %v, want %v", got, want)
	}
}

// notRunning checks what becomes of each use of a registry that does not run.
func notRunning(w *proctest.World, c *process.Context, r *names) {
	w.T.Helper()
	_, _, update := r.UpdateValue(c, "k", func(n int) int { return n })
	_, via := r.Via("k").Resolve(w.Node)
	for what, err := range map[string]error{
		"Register":        r.Register(c, "k", 1),
		"Unregister":      r.Unregister(c, "k"),
		"UnregisterMatch": r.UnregisterMatch(c, "k", func(int) bool { return true }),
		"UpdateValue":     update,
		"Entry":           r.Entry("k", 1).Register(c.Self()),
		"Via":             via,
		"PutMeta":         r.PutMeta("k", 1),
		"DeleteMeta":      r.DeleteMeta("k"),
		"Lock":            r.Lock(c, "k", func() error { w.T.Error("locked"); return nil }),
	} {
		wantErr(w, what, err, process.NoProc)
	}
	wantEntries(w, r, "k")
	r.Dispatch("k", func([]entry) { w.T.Error("dispatched") })
	_, meta := r.Meta("k")
	if n := r.Count() + len(r.Keys(c.Self())) + len(r.Values("k", c.Self())) + len(keysOf(r.All())); n > 0 || meta || r.Running() {
		w.T.Errorf("it has %d entries, metadata: %v, runs: %v", n, meta, r.Running())
	}
}
