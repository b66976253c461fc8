package supervisor_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// entry is a registry of one entry.
type entry struct{ pid process.PID }

func (en *entry) Register(pid process.PID) error {
	if en.pid.Alive() {
		return &process.AlreadyStarted{PID: en.pid}
	}
	en.pid = pid
	return nil
}

func (en *entry) Resolve(*process.Node) (process.PID, error) { return en.pid.Resolve(nil) }

// A child is registered by each of its starts, and At is its reference through the registry.
func TestVia(t *testing.T) {
	bubble(t, func(e *env) {
		var server, function, sup entry
		a := e.worker("a").Via(&server)
		f := supervisor.Func("f", func(ctx context.Context) error { <-ctx.Done(); return nil }).Via(&function)
		tree := e.start(one, []supervisor.Spec{a, f, supervisor.Supervisor("s", one, nil).Via(&sup)})
		for id, at := range map[string]*entry{"a": &server, "f": &function, "s": &sup} {
			if at.pid != tree.child(id) {
				t.Errorf("%s is registered as %v, want %v", id, at.pid, tree.child(id))
			}
		}
		through := supervisor.Map(a, func(r workerRef) workerRef { return r }).At(&server)
		e.crash(through)
		if at := e.Resolve(through.Dest()); at != tree.child("a") || at != server.pid {
			t.Errorf("after the restart %v is registered and %v reached, want %v", server.pid, at, tree.child("a"))
		}
		_, err := supervisor.StartChild(e.Ctx, tree, e.worker("b").Via(&server))
		var already *process.AlreadyStarted
		if !errors.As(err, &already) || already.PID != server.pid {
			t.Errorf("start of another with a taken entry: %v", err)
		}
		if _, err := supervisor.Closer("c", func(context.Context) (io.Closer, error) { return nil, nil }).At(&server).Get(); err != process.NoProc {
			t.Errorf("value of a resource found elsewhere: %v", err)
		}
	})
}

// Each instance of a child has a process and a reference of its own.
func TestInstances(t *testing.T) {
	bubble(t, func(e *env) {
		child := e.worker("a").Shutdown(3 * time.Second)
		var all []*supervisor.Instance
		var refs []workerRef
		owner := e.Trapping()
		for range 3 {
			i, ref, err := supervisor.Instantiate(child)
			if err != nil {
				t.Fatal(err)
			}
			owner.Do(func(c *process.Context) { err = i.Start(c) })
			wantErr(t, "start", err, nil)
			if e.Resolve(ref.Dest()) != i.PID() {
				t.Errorf("%v leads to %v, want %v", ref, e.Resolve(ref.Dest()), i.PID())
			}
			all, refs = append(all, i), append(refs, ref)
		}
		e.want("+a +a +a")
		if _, err := genserver.Inspect(e.Ctx, child.Ref(), func(*worker) bool { return true }); !errors.Is(err, process.NoProc) {
			t.Errorf("the child's own reference leads somewhere: %v", err)
		}
		var err error
		owner.Do(func(c *process.Context) { err = all[0].Start(c) })
		wantErr(t, "start of an instance that runs", err, supervisor.ErrInUse)

		e.crash(refs[0])
		owner.Do(func(c *process.Context) { err = all[0].Start(c) })
		wantErr(t, "restart", err, nil)
		if e.Resolve(refs[0].Dest()) != all[0].PID() {
			t.Error("the reference does not survive the restart")
		}
		e.plan("a", fail, ignore)
		var failed *supervisor.StartError
		e.crash(refs[1])
		if owner.Do(func(c *process.Context) { err = all[1].Start(c) }); !errors.As(err, &failed) {
			t.Errorf("start that fails: %v", err)
		}
		owner.Do(func(c *process.Context) { err = all[1].Start(c) })
		wantErr(t, "start that is ignored", err, process.ErrIgnore)

		e.take()
		owner.Do(func(c *process.Context) {
			supervisor.StopAll(c, all, func(i *supervisor.Instance, reason error) { t.Errorf("%v: %v", i.PID(), reason) })
		})
		e.want("-a(shutdown) -a(shutdown)") // the third did not run
	})
}

// Children that are too slow or badly behaved are killed, and reported.
func TestStopAll(t *testing.T) {
	bubble(t, func(e *env) {
		children := []supervisor.Child[workerRef]{
			e.worker("slow", stopTakes(time.Hour)).Shutdown(2 * time.Second),
			e.worker("brutal", stopTakes(time.Hour)).Shutdown(supervisor.BrutalKill),
			e.worker("fails", stopFails),
			e.worker("fast", stopTakes(time.Second)),
			e.worker("patient", stopTakes(10*time.Second)).Shutdown(supervisor.Infinity),
		}
		var all []*supervisor.Instance
		owner := e.Trapping()
		for _, child := range children {
			i, _, err := supervisor.Instantiate(child)
			wantErr(t, "instantiate", err, nil)
			owner.Do(func(c *process.Context) { err = i.Start(c) })
			wantErr(t, "start", err, nil)
			all = append(all, i)
		}
		reported := map[string]error{}
		begin := time.Now()
		owner.Do(func(c *process.Context) {
			supervisor.StopAll(c, all, func(i *supervisor.Instance, reason error) { reported[i.Spec().ID] = reason })
		})
		e.wantAfter("all have stopped", time.Since(begin), 10*time.Second)
		if len(reported) != 2 || reported["slow"] != process.Killed || reported["fails"] == nil {
			t.Errorf("reported %v, want slow and fails", reported)
		}
	})
}

func TestSupervising(t *testing.T) {
	bubble(t, func(e *env) {
		bad := errors.New("bad")
		var asked string
		child := supervisor.Supervising(e.worker("a"), func(id string) error { asked = id; return bad })
		_, err := supervisor.Start(e.Ctx, supervisor.Supervisor("sup", one, specs(e.worker("first"), child.ID("x"))))
		if !errors.Is(err, bad) || asked != "x" {
			t.Errorf("checked %q: %v", asked, err)
		}
		e.want("")
		bad = nil
		sup := e.start(one, specs(child))
		sup.wantSpec(supervisor.SpecInfo{ID: "a", Restart: supervisor.Permanent, Shutdown: supervisor.Infinity, Type: supervisor.SupervisorType})
	})
}

func TestNamed(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.worker("a").Named("x")
		tree := e.start(one, specs(a))
		for range 2 {
			if pid, _ := process.WhereIs(e.Ctx, "x"); pid != tree.child("a") {
				t.Errorf("x is %v, want %v", pid, tree.child("a"))
			}
			e.crash(a.Ref())
		}
		_, err := supervisor.StartChild(e.Ctx, tree, e.worker("b").Named("x"))
		wantErr(t, "start of another with the name", err, process.ErrNameTaken)
	})
}

func TestProcess(t *testing.T) {
	bubble(t, func(e *env) {
		child := supervisor.Process("p", func(c *process.Context) error {
			msg, err := process.Receive(c)
			if err != nil {
				return err
			}
			e.add(msg.(string))
			return errBoom
		})
		tree := e.start(one, specs(child))
		first := tree.child("p")
		for _, msg := range []string{"a", "b"} {
			wantErr(t, "send", process.Send(e.Ctx, child.Ref(), msg), nil)
			e.want(msg)
		}
		if tree.child("p") == first {
			t.Error("it was not restarted")
		}
		_, err := supervisor.Start(e.Ctx, supervisor.Supervisor("sup", one, specs(supervisor.Process("p", nil))))
		e.wantProblem(err, "p", supervisor.MissingStart)
	})
}
