package supervisor_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

func untilDone(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func TestFunc(t *testing.T) {
	bubble(t, func(e *env) {
		f := supervisor.Func("f", func(ctx context.Context) error {
			e.add("+f")
			<-ctx.Done()
			e.add("-f")
			return ctx.Err()
		})
		sup := e.start(one, specs(f))
		e.want("+f")
		fate := e.Watch(e.Resolve(f.Ref()))
		wantErr(t, "stop", supervisor.Stop(e.Ctx, sup), nil)
		e.want("-f")
		fate.Want(process.Shutdown)
	})
}

// The supervisor waits for the function, not only for its process's signal.
func TestFuncIsGivenItsTime(t *testing.T) {
	bubble(t, func(e *env) {
		f := supervisor.Func("f", func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			e.add("-f")
			return nil
		})
		sup := e.start(one, []supervisor.Spec{e.worker("a"), f})
		wantErr(t, "stop", supervisor.Stop(e.Ctx, sup), nil)
		e.want("+a -f -a(shutdown)")
	})
}

func TestFuncEnds(t *testing.T) {
	goexit := func() error { runtime.Goexit(); return nil }
	for name, tt := range map[string]struct {
		end     func() error
		restart supervisor.Restart
		states  string
	}{
		"normal, transient": {func() error { return nil }, supervisor.Transient, "f:stopped"},
		"normal, temporary": {func() error { return nil }, supervisor.Temporary, ""},
		"error":             {func() error { return errBoom }, supervisor.Transient, "f:running"},
		"panic":             {func() error { panic("boom") }, supervisor.Transient, "f:running"},
		"Goexit":            {goexit, supervisor.Transient, "f:running"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(e *env) {
				ended := false
				f := supervisor.Func("f", func(ctx context.Context) error {
					if !ended {
						ended = true
						return tt.end()
					}
					return untilDone(ctx)
				})
				e.start(one, specs(f.Restart(tt.restart))).wantStates(tt.states)
			})
		})
	}
}

// service ends its first run with an error.
type service struct {
	e     *env
	stale *bool
}

func (s service) Serve(ctx context.Context) error {
	s.e.add("+s")
	if !*s.stale {
		*s.stale = true
		return errBoom
	}
	return untilDone(ctx)
}

func TestServe(t *testing.T) {
	bubble(t, func(e *env) {
		made, stale := 0, false
		s := supervisor.Serve("s", func() supervisor.Service { made++; return service{e, &stale} })
		sup := e.start(one, specs(s))
		e.want("+s +s")
		sup.wantStates("s:running")
		if made != 2 {
			t.Errorf("%d services for 2 incarnations", made)
		}
		if e.Resolve(s.Ref()) != sup.child("s") {
			t.Error("the reference reaches another process")
		}
	})
}

// What goes wrong in the start of a child fails the start, and never hangs the starter.
func TestStartsThatFail(t *testing.T) {
	open := func(f func() error) supervisor.Spec {
		return supervisor.Opened("x", func(context.Context) (int, error) { return 0, f() },
			func(ctx context.Context, _ int) error { return untilDone(ctx) })
	}
	goexit := func() error { runtime.Goexit(); return nil }
	panics := func() error { panic(errBoom) }
	isGoexit := func(err error) bool { var g *process.GoexitError; return errors.As(err, &g) }
	isBoom := func(err error) bool { return errors.Is(err, errBoom) }
	for name, tt := range map[string]struct {
		child supervisor.Spec
		is    func(error) bool
	}{
		"open fails":          {open(func() error { return errBoom }), isBoom},
		"open panics":         {open(panics), isBoom},
		"open calls Goexit":   {open(goexit), isGoexit},
		"factory panics":      {supervisor.Serve("x", func() supervisor.Service { panic(errBoom) }), isBoom},
		"factory gives nil":   {supervisor.Serve("x", func() supervisor.Service { return nil }), func(err error) bool { return err != nil }},
		"newServer panics":    {supervisor.Server("x", func() *worker { panic(errBoom) }), isBoom},
		"newServer Goexits":   {supervisor.Server("x", func() *worker { runtime.Goexit(); return nil }), isGoexit},
		"closer's open fails": {supervisor.Closer("x", func(context.Context) (*closer, error) { return nil, errBoom }), isBoom},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(e *env) {
				_, err := supervisor.Start(e.Ctx, supervisor.Supervisor("sup", one, []supervisor.Spec{e.worker("a"), tt.child, e.worker("b")}))
				var failed *supervisor.StartError
				if !errors.As(err, &failed) || failed.ID != "x" || !tt.is(failed.Reason) {
					t.Errorf("start: %v", err)
				}
				e.want("+a -a(shutdown)")
			})
		})
	}
}

// A child that is killed while it opens fails to start, though its open hangs.
func TestKilledWhileOpening(t *testing.T) {
	bubble(t, func(e *env) {
		opening := make(chan process.PID, 1)
		hangs := supervisor.Opened("x", func(ctx context.Context) (int, error) {
			self, _ := process.SelfOf(ctx)
			opening <- self
			time.Sleep(time.Minute)
			return 0, nil
		}, func(ctx context.Context, _ int) error {
			if ctx.Err() == nil {
				t.Error("what a killed child opened is served with a live context")
			}
			e.add("closed")
			return nil
		})
		go func() {
			self := <-opening
			time.Sleep(time.Second)
			process.Exit(e.Ctx, self, process.Kill)
		}()
		begin := time.Now()
		_, err := supervisor.Start(e.Ctx, supervisor.Supervisor("sup", one, specs(hangs)))
		e.wantStartError(err, "x", process.Killed)
		e.wantAfter("the failure", time.Since(begin), time.Second)
		time.Sleep(time.Minute)
		e.want("closed")
	})
}

// closer counts what is open.
type closer struct{ e *env }

func (c *closer) Close() error {
	c.e.add("-db")
	return nil
}

func (e *env) closer(id string) supervisor.Child[supervisor.Resource[*closer]] {
	return supervisor.Closer(id, func(context.Context) (*closer, error) {
		if e.next(id) == ignore {
			return nil, process.ErrIgnore
		}
		e.add("+" + id)
		return &closer{e}, nil
	})
}

func TestCloser(t *testing.T) {
	bubble(t, func(e *env) {
		db := e.closer("db")
		_, err := db.Ref().Get()
		wantErr(t, "get before the start", err, process.NoProc)
		sup := e.start(one, []supervisor.Spec{db, e.worker("a")})
		first, err := db.Ref().Get()
		wantErr(t, "get", err, nil)
		process.Exit(e.Ctx, sup.child("db"), errBoom)
		e.want("+db +a -db +db")
		second, err := db.Ref().Get()
		if err != nil || second == first {
			t.Errorf("after the restart: %v, %v", second, err)
		}
		wantErr(t, "stop", supervisor.Stop(e.Ctx, sup), nil)
		e.want("-a(shutdown) -db")
		_, err = db.Ref().Get()
		wantErr(t, "get after the stop", err, process.NoProc)
		_, err = supervisor.Resource[int]{}.Get()
		wantErr(t, "get of the zero Resource", err, process.NoProc)
		_, err = supervisor.Resource[int]{}.Dest().Resolve(e.Node)
		wantErr(t, "process of the zero Resource", err, process.NoProc)
	})
}

func TestOpenedIgnores(t *testing.T) {
	bubble(t, func(e *env) {
		e.plan("db", ignore)
		db := e.closer("db")
		sup := e.start(one, specs(db))
		sup.wantStates("db:stopped")
		_, err := db.Ref().Get()
		wantErr(t, "get", err, process.NoProc)
	})
}

// The next incarnation of a killed child opens once the killed one has closed.
func TestOpenWaitsForTheFormer(t *testing.T) {
	bubble(t, func(e *env) {
		port := supervisor.Opened("port", func(context.Context) (int, error) { e.add("open"); return 0, nil },
			func(ctx context.Context, _ int) error {
				<-ctx.Done()
				time.Sleep(time.Second)
				e.add("closed")
				return nil
			})
		sup := e.start(one, specs(port.Shutdown(3*time.Second)))
		process.Exit(e.Ctx, sup.child("port"), process.Kill)
		sup.wantStates("port:running")
		e.want("open closed open")
	})
}

// The next incarnation does not wait for one that was killed before it came to open anything; it waited for the whole shutdown time.
func TestOpenAfterOneKilledEarly(t *testing.T) {
	n := process.NewNode("test", process.WithLogger(slog.New(slog.DiscardHandler)))
	ctx := process.WithNode(context.Background(), n)
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("sup", one, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer supervisor.Stop(ctx, sup)
	pid, err := sup.Dest().Resolve(n)
	if err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); time.Since(begin) < raceFor && !t.Failed(); {
		child := supervisor.Closer("x", func(context.Context) (io.Closer, error) { return io.NopCloser(nil), nil }).
			Restart(supervisor.Temporary)
		started := make(chan error, 1)
		go func() {
			_, err := supervisor.StartChild(ctx, sup, child)
			started <- err
		}()
		killFirst(ctx, n, pid)
		<-started
		supervisor.TerminateChild(ctx, sup, "x")
		again := time.Now()
		if _, err := supervisor.StartChild(ctx, sup, child); err != nil {
			t.Error(err)
		}
		if took := time.Since(again); took > time.Second {
			t.Errorf("the next start took %v", took)
		}
		supervisor.TerminateChild(ctx, sup, "x")
	}
}

func TestShutdownTime(t *testing.T) {
	bubble(t, func(e *env) {
		note := func(id string) func(context.Context) error {
			return func(ctx context.Context) error {
				e.add(id + "=" + supervisor.ShutdownTime(ctx).String())
				return untilDone(ctx)
			}
		}
		e.start(one, []supervisor.Spec{
			supervisor.Func("default", note("default")),
			supervisor.Func("set", note("set")).Shutdown(time.Minute),
			supervisor.Opened("opened", func(context.Context) (int, error) { return 0, nil },
				func(ctx context.Context, _ int) error { return note("opened")(ctx) }).Shutdown(supervisor.Infinity),
		})
		e.wantInAnyOrder("default=5s", "set=1m0s", "opened="+supervisor.Infinity.String())
		if d := supervisor.ShutdownTime(e.Ctx); d != supervisor.Infinity {
			t.Errorf("outside a child: %v", d)
		}
	})
}
