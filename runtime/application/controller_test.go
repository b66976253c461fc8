package application_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// change is an application whose instances are changed before they run.
func (e *env) change(name string, f func(inst *application.Instance), needs ...*application.App) *application.App {
	app := e.app(name, needs...)
	app.Start = func(context.Context) (application.Instance, error) {
		inst := e.instance(name)
		f(&inst)
		return inst, nil
	}
	return app
}

// A start that fails is an error that says why, and what was started before it is stopped again.
func TestFailedStart(t *testing.T) {
	var panicked *process.PanicError
	var exited *process.GoexitError
	var spec *supervisor.SpecError
	var failed *supervisor.StartError
	var phase *application.PhaseError
	is := func(target any) func(error) bool { return func(err error) bool { return errors.As(err, target) } }
	for _, tt := range []struct {
		name  string
		start func(e *env, inst *application.Instance) error
		is    func(error) bool
		trace string
	}{
		{"error", func(*env, *application.Instance) error { return errBoom },
			func(err error) bool { return errors.Is(err, errBoom) }, ""},
		{"panic", func(*env, *application.Instance) error { panic(errBoom) },
			func(err error) bool { return errors.As(err, &panicked) && errors.Is(err, errBoom) }, ""},
		{"goexit", func(*env, *application.Instance) error { runtime.Goexit(); return nil }, is(&exited), ""},
		{"no tree", func(_ *env, inst *application.Instance) error {
			inst.Tree = supervisor.Child[supervisor.Ref]{}
			return nil
		}, is(&spec), "b.stop, "},
		{"the tree", func(_ *env, inst *application.Instance) error {
			child := supervisor.Opened("x", func(context.Context) (int, error) { return 0, errBoom },
				func(context.Context, int) error { return nil })
			inst.Tree = supervisor.Supervisor("b", supervisor.OneForOne, []supervisor.Spec{child})
			return nil
		}, is(&failed), "b.stop, "},
		{"a phase", func(e *env, inst *application.Instance) error {
			inst.Phases = []application.Phase{
				{Name: "first", Run: func(context.Context) error { e.add("first"); return nil }},
				{Name: "second", Run: func(context.Context) error { e.add("second"); return errBoom }},
				{Name: "third", Run: func(context.Context) error { e.add("third"); return nil }},
			}
			return nil
		}, func(err error) bool {
			return errors.As(err, &phase) && phase.Phase == "second" && errors.Is(err, errBoom)
		},
			"+b, first, second, b.prep_stop, b tree down, b.stop, "},
		{"a phase panics", func(_ *env, inst *application.Instance) error {
			inst.Phases = []application.Phase{{Name: "first", Run: func(context.Context) error { panic("boom") }}}
			return nil
		}, func(err error) bool { return errors.As(err, &phase) && errors.As(err, &panicked) },
			"+b, b.prep_stop, b tree down, b.stop, "},
		{"a phase is nothing", func(_ *env, inst *application.Instance) error {
			inst.Phases = make([]application.Phase, 1)
			return nil
		}, is(&phase), "+b, b.prep_stop, b tree down, b.stop, "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(e *env) {
				b := e.app("b", e.app("a"))
				b.Start = func(context.Context) (inst application.Instance, err error) {
					inst = e.instance("b")
					err = tt.start(e, &inst)
					return inst, err
				}
				started, err := e.ctl.EnsureAllStarted(e.Ctx, e.app("c", b))
				var start *application.StartError
				if !errors.As(err, &start) || start.App != "b" || !tt.is(err) || len(started) != 0 {
					t.Errorf("started %s, %v", names(started), err)
				}
				e.wantLogged("=b", "reason=", "ERROR")
				e.want("+a, " + tt.trace + "a.prep_stop, a tree down, a.stop")
				e.wantRunning()
				if n := len(e.pids()); n != 0 {
					t.Errorf("%d processes are left", n)
				}
				e.wantDown("", nil)
			})
		})
	}
}

// pids are the live processes of the node.
func (e *env) pids() (all []process.PID) {
	synctest.Wait()
	for pid := range e.Node.Processes() {
		all = append(all, pid)
	}
	return all
}

// Phases run in order when the tree stands, before the start returns, and reach the environment.
func TestPhases(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.change("a", func(inst *application.Instance) {
			for _, name := range []string{"fill", "announce"} {
				inst.Phases = append(inst.Phases, application.Phase{Name: name, Run: func(ctx context.Context) error {
					if port.Get(ctx, 0) != 80 {
						t.Error("no environment")
					}
					time.Sleep(time.Second)
					e.add(name)
					return nil
				}})
			}
		})
		a.Env = []application.Setting{port.Value(80)}
		e.start(e.app("b", a))
		e.want("+a, fill, announce, +b")
	})
}

// A panic in PrepStop or Stop is reported and keeps nothing from being stopped.
func TestPanicsInTheStop(t *testing.T) {
	bubble(t, func(e *env) {
		b := e.change("b", func(inst *application.Instance) {
			inst.PrepStop = func(context.Context) { panic("no prep") }
			inst.Stop = func(context.Context) { panic("no stop") }
		}, e.app("a"))
		e.start(b)
		e.want("+a, +b")
		wantErr(t, "shutdown", e.ctl.Shutdown(e.Ctx), nil)
		e.want("b tree down, a.prep_stop, a tree down, a.stop")
		log := e.Log()
		for _, want := range []string{`PrepStop panicked" application=b reason="panic: no prep" stack=`, `: Stop panicked" application=b reason="panic: no stop" stack=`} {
			if !strings.Contains(log, want) {
				t.Errorf("no %q in the log:\n%s", want, log)
			}
		}
	})
}

// A Goexit can not be held up: the application's process ends, and the tree stops over the link.
func TestGoexitInTheStop(t *testing.T) {
	bubble(t, func(e *env) {
		e.start(e.change("a", func(inst *application.Instance) { inst.PrepStop = func(context.Context) { runtime.Goexit() } }))
		wantErr(t, "shutdown", e.ctl.Shutdown(e.Ctx), nil)
		e.want("+a, a tree down")
	})
}

// Somebody kills an application's process: the tree stops over the link, without PrepStop and Stop, and the mode counts.
func TestKilledMaster(t *testing.T) {
	bubble(t, func(e *env) {
		_, b, c := e.chain()
		b.Mode = application.Permanent
		e.start(c)
		e.want("+a, +b, +c")
		info, _ := process.InfoOf(e.Ctx, e.Resolve(e.trees["b"].Dest()))
		process.Exit(e.Ctx, info.Parent, process.Kill)
		e.wantDown("b", process.Killed)
		e.want("b tree down, c.prep_stop, c tree down, c.stop, a.prep_stop, a tree down, a.stop")
	})
}

// A signal that is not of the tree's end is no end.
func TestStrangersSignal(t *testing.T) {
	bubble(t, func(e *env) {
		e.start(e.app("a"))
		master, _ := process.InfoOf(e.Ctx, e.Resolve(e.trees["a"].Dest()))
		process.Exit(e.Ctx, master.Parent, errBoom)
		stranger := e.Puppet()
		stranger.Do(func(c *process.Context) { process.Exit(c, master.Parent, errBoom) })
		stranger.Exit(nil)
		e.wantRunning("a")
		info, _ := process.InfoOf(e.Ctx, master.Parent)
		if info.Behaviour != "application" || info.Type != "a" {
			t.Errorf("the process is described as %s %s", info.Behaviour, info.Type)
		}
	})
}

// A process may ask for a shutdown while its application starts, also in its own start, for which that waits.
func TestShutdownInAChildsStart(t *testing.T) {
	bubble(t, func(e *env) {
		b := e.change("b", func(inst *application.Instance) {
			child := supervisor.Opened("child",
				func(ctx context.Context) (int, error) { return 0, e.ctl.Shutdown(ctx) },
				func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
			inst.Tree = supervisor.Supervisor("b", supervisor.OneForOne, []supervisor.Spec{child})
		}, e.app("a"))
		begun := time.Now()
		ctx, cancel := context.WithTimeout(e.Ctx, time.Hour)
		defer cancel()
		if _, err := e.ctl.EnsureAllStarted(ctx, b); err != nil {
			t.Errorf("start: %v", err)
		}
		wantErr(t, "shutdown", e.ctl.Shutdown(e.Ctx), nil)
		e.want("+a, b.prep_stop, b.stop, a.prep_stop, a tree down, a.stop")
		if d := time.Since(begun); d != 0 {
			t.Errorf("it took %v", d)
		}
	})
}

// A context that has ended begins no start.
func TestStartWithEndedContext(t *testing.T) {
	bubble(t, func(e *env) {
		ctx, cancel := context.WithCancel(e.Ctx)
		cancel()
		a := e.app("a")
		for range 50 {
			wantErr(t, "start", e.ctl.Start(ctx, a), context.Canceled)
			_, err := e.ctl.EnsureAllStarted(ctx, a)
			wantErr(t, "start of all", err, context.Canceled)
		}
		e.want("")
		e.wantRunning()
	})
}

// The context bounds the wait for a stop, not the stop.
func TestSlowStop(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.change("a", func(inst *application.Instance) { inst.PrepStop = func(context.Context) { time.Sleep(time.Minute) } })
		e.start(a)
		ctx, cancel := context.WithTimeout(e.Ctx, time.Second)
		defer cancel()
		wantErr(t, "stop", e.ctl.Stop(ctx, a), context.DeadlineExceeded)
		e.want("+a")
		e.wantRunning()
		var not *application.NotStarted
		if err := e.ctl.Stop(e.Ctx, a); !errors.As(err, &not) {
			t.Errorf("second stop, which waits for the first: %v", err)
		}
		e.want("a tree down, a.stop")
	})
}

// A start waits until a stop is over.
func TestStartWhileStopping(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.change("a", func(inst *application.Instance) {
			inst.Stop = func(context.Context) { time.Sleep(time.Minute); e.add("a.stop") }
		})
		e.start(a)
		go e.ctl.Stop(e.Ctx, a)
		synctest.Wait()
		e.start(a)
		e.want("+a, a.prep_stop, a tree down, a.stop, +a")
	})
}

// A start that the context ends is abandoned: Start may still return, its tree does not start, and Stop cleans up.
func TestSlowStart(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.change("a", func(*application.Instance) { time.Sleep(time.Minute) })
		ctx, cancel := context.WithTimeout(e.Ctx, time.Second)
		defer cancel()
		err := e.ctl.Start(ctx, a)
		var start *application.StartError
		if !errors.As(err, &start) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("start: %v", err)
		}
		e.want("")
		e.wantRunning()
		time.Sleep(time.Hour)
		e.want("a.stop")
		e.wantRunning()
	})
}

// Whoever wants an application that is just starting waits for the same start.
func TestStartsMeet(t *testing.T) {
	for _, fails := range []error{nil, errBoom} {
		bubble(t, func(e *env) {
			a := e.app("a")
			a.Start = func(context.Context) (application.Instance, error) {
				time.Sleep(time.Minute)
				return e.instance("a"), fails
			}
			b, c := e.app("b", a), e.app("c", a)
			var all []string
			var mu sync.Mutex
			var wg sync.WaitGroup
			for _, app := range []*application.App{b, c} {
				wg.Go(func() {
					started, err := e.ctl.EnsureAllStarted(e.Ctx, app)
					wantErr(t, "ensure", err, fails)
					mu.Lock()
					defer mu.Unlock()
					for _, app := range started {
						all = append(all, app.Name)
					}
				})
			}
			wg.Wait()
			if want := map[error]int{nil: 3, errBoom: 0}[fails]; len(all) != want {
				t.Errorf("started %v", all)
			}
		})
	}
}

// Two applications of one name do not run beside each other, though neither did when they were planned.
func TestNamesMeet(t *testing.T) {
	bubble(t, func(e *env) {
		slow := e.change("slow", func(*application.Instance) { time.Sleep(time.Minute) })
		first, second := e.app("a", slow), e.app("a")
		failed := make(chan error, 1)
		go func() { _, err := e.ctl.EnsureAllStarted(e.Ctx, first); failed <- err }()
		synctest.Wait()
		e.start(second)
		var bad *application.SpecError
		if err := <-failed; !errors.As(err, &bad) || bad.Problem != application.DuplicateName {
			t.Errorf("ensure: %v", err)
		}
		e.want("+a, +slow, slow.prep_stop, slow tree down, slow.stop")
		e.wantRunning("a")
	})
}

// An application's own code may start others, but can not wait for itself.
func TestFromTheInside(t *testing.T) {
	bubble(t, func(e *env) {
		other := e.app("other")
		a := e.app("a")
		a.Start = func(ctx context.Context) (application.Instance, error) {
			ctl, ok := application.ControllerOf(ctx)
			if !ok || ctl != e.ctl {
				t.Error("another controller")
			}
			wantErr(t, "start of another", ctl.Start(ctx, other), nil)
			wantErr(t, "stop of another", ctl.Stop(ctx, other), nil)
			wantErr(t, "start of another", ctl.Start(ctx, other), nil)
			wantErr(t, "start of itself", ctl.Start(ctx, a), process.ErrCallingSelf)
			wantErr(t, "stop of itself", ctl.Stop(ctx, a), process.ErrCallingSelf)
			wantErr(t, "shutdown", ctl.Shutdown(ctx), process.ErrCallingSelf)
			inst := e.instance("a")
			inst.PrepStop = func(ctx context.Context) {
				wantErr(t, "stop of itself", ctl.Stop(ctx, a), process.ErrCallingSelf)
				wantErr(t, "start of itself", ctl.Start(ctx, a), process.ErrCallingSelf)
			}
			return inst, nil
		}
		e.start(a)
		e.want("+other, other.prep_stop, other tree down, other.stop, +other, +a")
		e.wantRunning("other", "a")
		// A worker that stops its own application is stopped with it.
		go func() {
			if err := e.ctl.Stop(e.inTree("a"), a); err != nil && err != context.Canceled {
				t.Errorf("stop from the tree: %v", err)
			}
		}()
		e.want("a tree down, a.stop")
		if _, ok := application.ControllerOf(e.Ctx); ok {
			t.Error("a context without an application has a controller")
		}
	})
}

// A shutdown waits for an application that is just starting, and stops it.
func TestShutdownWhileStarting(t *testing.T) {
	bubble(t, func(e *env) {
		_, b, c := e.chain()
		start := b.Start
		b.Start = func(ctx context.Context) (application.Instance, error) {
			time.Sleep(time.Minute)
			return start(ctx)
		}
		refused := make(chan error, 1)
		go func() {
			_, err := e.ctl.EnsureAllStarted(e.Ctx, c)
			refused <- err
		}()
		synctest.Wait()
		e.wantRunning("a")
		wantErr(t, "shutdown", e.ctl.Shutdown(e.Ctx), nil)
		wantErr(t, "ensure", <-refused, application.ErrShutdown)
		e.want("+a, +b, b.prep_stop, b tree down, b.stop, a.prep_stop, a tree down, a.stop")
	})
}

// What an application has started in its own Start is stopped after it, also if the shutdown comes in between.
func TestShutdownWhileStartingOthers(t *testing.T) {
	bubble(t, func(e *env) {
		other, a := e.app("other"), e.app("a")
		a.Start = func(ctx context.Context) (application.Instance, error) {
			wantErr(t, "start of another", e.ctl.Start(ctx, other), nil)
			time.Sleep(time.Minute)
			return e.instance("a"), nil
		}
		go e.ctl.Start(e.Ctx, a)
		synctest.Wait()
		wantErr(t, "shutdown", e.ctl.Shutdown(e.Ctx), nil)
		e.want("+other, +a, a.prep_stop, a tree down, a.stop, other.prep_stop, other tree down, other.stop")
	})
}

// A process of an application that asks for a shutdown is stopped by it; the shutdown goes on.
func TestShutdownFromATree(t *testing.T) {
	bubble(t, func(e *env) {
		_, _, c := e.chain()
		e.start(c)
		go e.ctl.Shutdown(e.inTree("c"))
		e.want("+a, +b, +c, c.prep_stop, c tree down, c.stop, b.prep_stop, b tree down, b.stop, a.prep_stop, a tree down, a.stop")
		wantErr(t, "start", e.ctl.Start(e.Ctx, c), application.ErrShutdown)
	})
}

// A process that has ended, such as an abandoned one, stops nothing.
func TestFenced(t *testing.T) {
	bubble(t, func(e *env) {
		a := e.app("a")
		e.start(a)
		p := e.Puppet()
		var dead context.Context
		p.Do(func(c *process.Context) { dead = c })
		p.Exit(nil)
		wantErr(t, "stop", e.ctl.Stop(dead, a), process.ErrFenced)
		wantErr(t, "start", e.ctl.Start(dead, e.app("b")), process.ErrFenced)
		wantErr(t, "shutdown", e.ctl.Shutdown(dead), process.ErrFenced)
		ended, cancel := context.WithCancel(e.Ctx)
		cancel()
		wantErr(t, "stop with an ended context", e.ctl.Stop(ended, a), context.Canceled)
		e.wantRunning("a")
	})
}

// A tree that ends as soon as it has started takes the node down like any other.
func TestTreeEndsAtOnce(t *testing.T) {
	for range 200 {
		n := process.NewNode("test", process.WithLogger(slog.New(slog.DiscardHandler)))
		ctx := process.WithNode(t.Context(), n)
		a := &application.App{Name: "a", Mode: application.Permanent, Start: func(context.Context) (application.Instance, error) {
			crash := supervisor.Func("crash", func(context.Context) error { return errBoom })
			return application.Instance{Tree: supervisor.Supervisor("a", supervisor.OneForOne, []supervisor.Spec{crash},
				supervisor.Intensity(0, time.Second))}, nil
		}}
		var down *application.NodeDown
		if err := new(application.Controller).Run(ctx, a); !errors.As(err, &down) || !errors.Is(down.Reason, process.Shutdown) {
			t.Fatalf("run: %v", err)
		}
	}
}

// Starts, stops and ends from everywhere at once leave a controller that knows what runs.
func TestConcurrentUse(t *testing.T) {
	n := process.NewNode("test", process.WithLogger(slog.New(slog.DiscardHandler)))
	ctx := process.WithNode(context.Background(), n)
	var ctl application.Controller
	var live sync.Map
	var apps []*application.App
	for _, name := range []string{"a", "b", "c", "d"} {
		app := &application.App{Name: name}
		if len(apps) > 0 {
			app.Needs = apps[:1:1]
		}
		app.Start = func(context.Context) (application.Instance, error) {
			if _, twice := live.LoadOrStore(name, true); twice {
				t.Errorf("%s runs twice", name)
			}
			return application.Instance{
				Tree: supervisor.Supervisor(name, supervisor.OneForOne, nil),
				Stop: func(context.Context) { live.Delete(name) },
			}, nil
		}
		apps = append(apps, app)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				app := apps[rand.IntN(len(apps))]
				switch rand.IntN(4) {
				case 0:
					_ = ctl.Stop(ctx, app)
				case 1:
					for _, info := range ctl.Running() {
						if info.App == app {
							process.Exit(ctx, info.Tree, process.Kill)
						}
					}
				default:
					_, _ = ctl.EnsureAllStarted(ctx, app)
				}
			}
		})
	}
	wg.Wait()
	if err := ctl.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	live.Range(func(name, _ any) bool { t.Errorf("%v is left", name); return true })
	for pid := range n.Processes() {
		t.Errorf("%v is left", pid)
	}
}
