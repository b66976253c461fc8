package genserver_test

import (
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// startLink starts a server from the puppet and returns how that went; the puppet may be dead afterwards.
func startLink(p *proctest.Puppet, s server, opts ...genserver.Option) (ref ref, err error) {
	s.journal = &journal{}
	p.Do(func(c *process.Context) {
		ref, err = genserver.StartLink(c, func() *server { return &s }, opts...)
	})
	return ref, err
}

func stopInInit(reason error) server {
	return server{init: func(c *genserver.Context) genserver.Result { return c.Stop(reason) }}
}

const callerDiesLater = "StartLink returns the error as well; the caller dies with the reason when its callback returns, since a goroutine cannot be ended from outside."

var startCases = []conformance.Case{
	{ID: "GS-001", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		parent := w.Puppet()
		begun, ready := time.Now(), false
		r := serveLink(w, parent, server{init: func(c *genserver.Context) genserver.Result {
			time.Sleep(time.Second)
			ready = true
			return c.OK()
		}})
		wantTook(t, begun, time.Second)
		if !ready {
			t.Error("StartLink returned before Init")
		}
		if !slices.Contains(w.Links(r.pid), parent.PID) || !slices.Contains(w.Links(parent.PID), r.pid) {
			t.Error("the server and its caller are not linked")
		}
		if info, _ := process.InfoOf(w.Ctx, r.pid); info.Parent != parent.PID {
			t.Errorf("parent %v, want %v", info.Parent, parent.PID)
		}
		wantAlive(t, w, r)
	}},
	{ID: "GS-002", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		caller := w.Puppet()
		var started ref
		caller.Do(func(c *process.Context) {
			var err error
			if started, err = genserver.Start(c, func() *server { return &server{journal: &journal{}} }); err != nil {
				t.Fatal(err)
			}
		})
		if links := w.Links(caller.PID); len(links) != 0 {
			t.Errorf("links of the caller: %v", links)
		}
		fate := w.Watch(w.Resolve(started.Dest()))
		genserver.Cast(w.Ctx, started, tell{f: func(c *genserver.Context) genserver.Result { return c.Stop(errBoom) }})
		fate.Want(errBoom)
		caller.Want(nil)
	}},
	{ID: "GS-003", Standing: conformance.Changed, Why: callerDiesLater, Test: func(t *testing.T) {
		w := proctest.New(t)
		caller := w.Puppet()
		if _, err := startLink(caller, stopInInit(errBoom)); !errors.Is(err, errBoom) {
			t.Errorf("StartLink: %v", err)
		}
		caller.Want(errBoom)
	}},
	{ID: "GS-004", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		caller := w.Trapping()
		var pid process.PID
		_, err := startLink(caller, server{init: func(c *genserver.Context) genserver.Result {
			pid = c.Self()
			return c.Stop(errBoom)
		}})
		if !errors.Is(err, errBoom) {
			t.Errorf("StartLink: %v", err)
		}
		caller.WantExited(pid, errBoom)
		caller.Want(nil)
	}},
	{ID: "GS-005", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		caller := w.Trapping()
		caller.Do(func(c *process.Context) {
			s := stopInInit(errBoom)
			s.journal = &journal{}
			if _, err := genserver.Start(c, func() *server { return &s }); !errors.Is(err, errBoom) {
				t.Errorf("Start: %v", err)
			}
		})
		caller.WantNothing()
		caller.Want(nil)
	}},
	{ID: "GS-006", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		caller := w.Puppet()
		if _, err := startLink(caller, stopInInit(process.Normal)); !errors.Is(err, process.Normal) {
			t.Errorf("StartLink: %v", err)
		}
		caller.Want(nil)
	}},
	{ID: "GS-007", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		pids, failed := make(chan process.PID), make(chan error)
		s := server{journal: &journal{}, init: func(c *genserver.Context) genserver.Result {
			pids <- c.Self()
			time.Sleep(time.Second)
			return c.Ignore()
		}}
		go func() {
			_, err := genserver.Start(w.Ctx, func() *server { return &s }, genserver.WithName("ignored"))
			failed <- err
		}()
		fate := w.Watch(<-pids)
		if err := <-failed; !errors.Is(err, genserver.ErrIgnore) {
			t.Errorf("Start: %v", err)
		}
		if pid, taken := process.WhereIs(w.Ctx, "ignored"); taken {
			t.Errorf("the name belongs to %v", pid)
		}
		fate.Want(process.Normal)
		s.journal.wantTerminated(t)
	}},
	{ID: "GS-008", Standing: conformance.Changed, Why: callerDiesLater, Test: func(t *testing.T) {
		w := proctest.New(t)
		caller := w.Puppet()
		_, err := startLink(caller, server{init: func(*genserver.Context) genserver.Result { panic(errBoom) }})
		var panicked *process.PanicError
		if !errors.As(err, &panicked) || panicked.Value != errBoom || len(panicked.Stack) == 0 {
			t.Errorf("StartLink: %v", err)
		}
		caller.Want(panicked)
	}},
	{ID: "GS-009", Standing: conformance.Changed, Why: "There is no exit(Reason): Init stops with c.Stop(reason) (GS-003), and runtime.Goexit is an abnormal exit with a *GoexitError.", Test: func(t *testing.T) {
		w := proctest.New(t)
		caller := w.Puppet()
		_, err := startLink(caller, server{init: func(*genserver.Context) genserver.Result { runtime.Goexit(); panic("unreachable") }})
		var exited *process.GoexitError
		if !errors.As(err, &exited) || len(exited.Stack) == 0 {
			t.Errorf("StartLink: %v", err)
		}
		caller.Want(exited)
	}},
	{ID: "GS-010", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		caller := w.Trapping()
		_, err := startLink(caller, server{init: func(*genserver.Context) genserver.Result { return genserver.Result{} }})
		var bad *genserver.BadReturn
		if !errors.As(err, &bad) || bad.Callback != "Init" {
			t.Errorf("StartLink: %v", err)
		}
	}},
	{ID: "GS-011", Standing: conformance.NotApplicable, Why: "There is no throw."},
	{ID: "GS-012", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for _, caller := range []*proctest.Puppet{w.Puppet(), w.Trapping()} {
			begun := time.Now()
			var pid process.PID
			_, err := startLink(caller, server{init: func(c *genserver.Context) genserver.Result {
				pid = c.Self()
				time.Sleep(300 * time.Millisecond)
				return c.OK()
			}}, genserver.StartTimeout(100*time.Millisecond))
			wantTook(t, begun, 100*time.Millisecond)
			if !errors.Is(err, genserver.ErrTimeout) {
				t.Errorf("StartLink: %v", err)
			}
			if pid.Alive() {
				t.Error("the starting process lives")
			}
			caller.WantNothing()
			time.Sleep(time.Second) // Init returns
			caller.WantNothing()
			caller.Want(nil)
		}
	}},
	{ID: "GS-014", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		first := serve(w, server{}, genserver.WithName("taken"))
		second := server{init: func(c *genserver.Context) genserver.Result {
			t.Error("the second Init ran")
			return c.OK()
		}}
		caller := w.Puppet()
		var taken *process.AlreadyStarted
		if _, err := startLink(caller, second, genserver.WithName("taken")); !errors.As(err, &taken) || taken.PID != first.pid || taken.Name != "taken" {
			t.Errorf("StartLink: %v", err)
		}
		caller.Want(nil)
		if _, err := genserver.Start(w.Ctx, func() *server { return &second }, genserver.WithName("taken")); !errors.As(err, &taken) || taken.PID != first.pid {
			t.Errorf("Start: %v", err)
		}
		wantAlive(t, w, first)
	}},
	{ID: "GS-015", Standing: conformance.NotApplicable, Why: "A name is a process.Name; anything else does not compile."},
	{ID: "GS-016", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		for _, r := range []running{serve(w, server{}), serve(w, server{}, genserver.WithName("")), serve(w, server{}, genserver.WithName(""))} {
			if info, ok := process.InfoOf(w.Ctx, r.pid); !ok || info.Name != "" {
				t.Errorf("name %q, %v", info.Name, ok)
			}
			wantAlive(t, w, r)
		}
	}},
	{ID: "GS-017", Standing: conformance.Passes, Test: func(t *testing.T) {
		w := proctest.New(t)
		newServer := func() *server { return &server{journal: &journal{}} }
		sup, err := supervisor.Start(w.Ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{
			supervisor.Server("plain", newServer),
			supervisor.Server("plain", newServer).ID("other").Restart(supervisor.Transient).Shutdown(time.Second),
		}))
		if err != nil {
			t.Fatal(err)
		}
		w.KillAtEnd(w.Resolve(sup.Dest()))
		for _, want := range []supervisor.SpecInfo{
			{ID: "plain", Restart: supervisor.Permanent, Shutdown: 5 * time.Second, Type: supervisor.Worker},
			{ID: "other", Restart: supervisor.Transient, Shutdown: time.Second, Type: supervisor.Worker},
		} {
			if got, err := supervisor.ChildSpec(w.Ctx, sup, want.ID); err != nil || got != want {
				t.Errorf("spec %+v, %v, want %+v", got, err, want)
			}
		}
	}},
}
