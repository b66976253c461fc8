package health_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/health"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestMain(m *testing.M) { conformance.Main(m) }

var errBoom = errors.New("boom")

// worker is a server that ends as it is told, and whose start does what plan says.
type worker struct{ plan *plan }

// plan is how the starts of a worker go: nil is well.
type plan struct{ err atomic.Pointer[error] }

func (p *plan) set(err error) { p.err.Store(&err) }

type end struct {
	genserver.CastTo[*worker]
	reason error
}

func (w *worker) Init(c *genserver.Context) genserver.Result {
	if err := w.plan.err.Load(); err != nil && *err != nil {
		if *err == process.ErrIgnore {
			return c.Ignore()
		}
		return c.Stop(*err)
	}
	return c.OK()
}

func (w *worker) HandleCast(c *genserver.Context, msg any) genserver.Result {
	return c.Stop(msg.(end).reason)
}

type child = supervisor.Child[genserver.Ref[*worker]]

func newWorker(id string) (child, *plan) {
	p := new(plan)
	return supervisor.Server(id, func() *worker { return &worker{p} }), p
}

func must(id string) child {
	c, _ := newWorker(id)
	return c
}

// world is a bubble with a tree.
type world struct {
	*proctest.World
	root    supervisor.Child[supervisor.Ref]
	handler http.Handler
}

func bubble(t *testing.T, f func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(&world{World: proctest.New(t)}) })
}

// start starts a tree called shop and makes its handler.
func (w *world) start(children []supervisor.Spec, opts ...health.Option) {
	w.T.Helper()
	w.prepare(children, opts...)
	if _, err := supervisor.Start(w.Ctx, w.root); err != nil {
		w.T.Fatal(err)
	}
	w.KillAtEnd(w.Resolve(w.root.Ref().Dest()))
}

func (w *world) prepare(children []supervisor.Spec, opts ...health.Option) {
	w.root = supervisor.Supervisor("shop", supervisor.OneForOne, children, supervisor.Backoff(time.Second, time.Minute), supervisor.Intensity(100, time.Minute))
	w.handler = health.Handler(w.root.Ref(), opts...)
}

func (w *world) serve(method, path string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, httptest.NewRequestWithContext(w.Ctx, method, path, nil))
	return rec
}

// want checks a probe's answer: its status and its problems, as "where: problem (reason)".
func (w *world) want(path string, code int, status string, problems ...string) {
	w.T.Helper()
	began := time.Now()
	rec := w.serve(http.MethodGet, path)
	if took := time.Since(began); took > health.DefaultTimeout {
		w.T.Errorf("%s took %v", path, took)
	}
	var body struct {
		Status   string
		Problems []struct{ Child, Check, Problem, Reason string }
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
		w.T.Fatalf("%s: %v in %q", path, err, rec.Body)
	}
	var got []string
	for _, p := range body.Problems {
		s := p.Child + p.Check + ": " + p.Problem
		if p.Reason != "" {
			s += " (" + p.Reason + ")"
		}
		got = append(got, s)
	}
	if rec.Code != code || body.Status != status || strings.Join(got, "\n") != strings.Join(problems, "\n") {
		w.T.Errorf("%s: %d %q\n%s\nwant %d %q\n%s", path, rec.Code, body.Status, strings.Join(got, "\n"), code, status, strings.Join(problems, "\n"))
	}
}

func (w *world) ready() { w.T.Helper(); w.want("/ready", 200, "ready") }
func (w *world) live()  { w.T.Helper(); w.want("/live", 200, "alive") }
func (w *world) unready(problems ...string) {
	w.T.Helper()
	w.want("/ready", 503, "not ready", problems...)
}

func (w *world) end(c child, reason error) {
	genserver.Cast(w.Ctx, c.Ref(), end{reason: reason})
	synctest.Wait()
}

func list(children ...supervisor.Spec) []supervisor.Spec { return children }

const noAnswer = "does not answer: it is starting or stopping a child, or stuck"

func TestHTTP(t *testing.T) {
	bubble(t, func(w *world) {
		w.start(list(must("a")))
		for _, path := range []string{"/ready", "/health/live"} {
			get := w.serve(http.MethodGet, path)
			head := w.serve(http.MethodHead, path)
			if get.Code != 200 || head.Code != 200 || head.Body.Len() != 0 || get.Body.Len() == 0 {
				t.Errorf("%s: GET %d, %d bytes; HEAD %d, %d bytes", path, get.Code, get.Body.Len(), head.Code, head.Body.Len())
			}
			for header, want := range map[string]string{
				"Cache-Control": "no-store", "Content-Type": "application/json", "Content-Length": fmt.Sprint(get.Body.Len()),
			} {
				if g, h := get.Header().Get(header), head.Header().Get(header); g != want || h != want {
					t.Errorf("%s: %s is %q and %q, want %q", path, header, g, h, want)
				}
			}
			if post := w.serve(http.MethodPost, path); post.Code != 405 || post.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("POST %s: %d", path, post.Code)
			}
		}
		for _, path := range []string{"/", "/readyz", "/ready/more"} {
			if rec := w.serve(http.MethodGet, path); rec.Code != 404 {
				t.Errorf("%s: %d", path, rec.Code)
			}
		}
	})
}

// While the tree starts the program is live, and when it has ended it is not.
func TestFromStartToEnd(t *testing.T) {
	bubble(t, func(w *world) {
		slow := supervisor.Opened("slow", func(context.Context) (int, error) { time.Sleep(time.Hour); return 0, nil },
			func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
		w.prepare(list(must("a"), slow), health.LiveWithin(time.Minute))
		starting := func() {
			t.Helper()
			w.want("/live", 200, "starting")
			w.unready(": the supervision tree has not started yet")
		}
		starting()
		ctx, cancel := context.WithCancel(w.Ctx)
		ended := make(chan error, 1)
		go func() { ended <- supervisor.Run(ctx, w.root) }()
		synctest.Wait()
		starting()
		time.Sleep(2 * time.Hour)
		w.live()
		w.ready()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		w.want("/live", 503, "dead", ": the supervision tree has ended")
		w.unready(": the supervision tree has ended")
	})
}

func TestRestarting(t *testing.T) {
	bubble(t, func(w *world) {
		a := must("a")
		inner := supervisor.Supervisor("inner", supervisor.OneForOne, list(must("c"), a),
			supervisor.Backoff(10*time.Second, time.Minute), supervisor.Intensity(100, time.Minute))
		w.start(list(must("b"), inner))
		w.ready()
		w.end(a, errBoom) // the first restart is not put off
		w.ready()
		w.end(a, errBoom)
		w.unready("shop/inner/a: is being restarted (boom)")
		w.live()
		time.Sleep(10 * time.Second)
		w.ready()
	})
}

// What does not run because it is not meant to is no problem.
func TestNotRunning(t *testing.T) {
	bubble(t, func(w *world) {
		done, crashed, down := must("done").Restart(supervisor.Transient), must("crashed").Restart(supervisor.Temporary), must("down")
		ignored, p := newWorker("ignored")
		p.set(process.ErrIgnore)
		fails, q := newWorker("fails")
		w.start(list(done, crashed, down, ignored, fails))
		w.end(done, process.Normal)
		w.end(crashed, errBoom)
		for _, id := range []string{"down", "fails"} {
			if err := supervisor.TerminateChild(w.Ctx, w.root.Ref(), id); err != nil {
				t.Fatal(err)
			}
		}
		w.ready()
		q.set(errBoom)
		if err := supervisor.RestartChild(w.Ctx, w.root.Ref(), "fails"); err == nil {
			t.Error("restarted")
		}
		w.unready("shop/fails: could not be started again (boom)")
		q.set(nil)
		if err := supervisor.RestartChild(w.Ctx, w.root.Ref(), "fails"); err != nil {
			t.Error(err)
		}
		w.ready()
	})
}

// A dynamic supervisor's children do not count, but it does.
func TestDynamic(t *testing.T) {
	bubble(t, func(w *world) {
		sessions := dynsupervisor.New("sessions", dynsupervisor.Backoff(time.Second, time.Minute), dynsupervisor.Intensity(100, time.Minute))
		w.start(list(sessions))
		session, p := newWorker("session")
		ref, err := dynsupervisor.StartChild(w.Ctx, sessions.Ref(), session)
		if err != nil {
			t.Fatal(err)
		}
		p.set(errBoom)
		genserver.Cast(w.Ctx, ref, end{reason: errBoom})
		synctest.Wait()
		if children, err := dynsupervisor.WhichChildren(w.Ctx, sessions.Ref()); err != nil || len(children) != 1 || children[0].State != supervisor.Restarting {
			t.Fatalf("%+v, %v", children, err)
		}
		w.ready()
		for range 2 { // the second restart is put off
			process.Exit(w.Ctx, w.Resolve(sessions.Ref().Dest()), process.Kill)
			synctest.Wait()
		}
		w.unready("shop/sessions: is being restarted (killed)")
	})
}

// A supervisor that is busy with a start is not ready, which is no reason to be killed.
func TestBusySupervisor(t *testing.T) {
	bubble(t, func(w *world) {
		inner := supervisor.Supervisor("inner", supervisor.OneForOne, list(must("c")))
		broken := must("broken")
		w.start(list(inner, broken))
		w.end(broken, errBoom)
		w.end(broken, errBoom)
		slow := supervisor.Opened("slow", func(context.Context) (int, error) { time.Sleep(500 * time.Millisecond); return 0, nil },
			func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
		go supervisor.StartChild(w.Ctx, inner.Ref(), slow)
		synctest.Wait()
		w.unready("shop/inner: "+noAnswer, "shop/broken: is being restarted (boom)")
		w.live()
		time.Sleep(time.Second)
		w.ready()
	})
}

// One probe that is not answered, long after the one before, tells of no silence that long.
func TestSeldomProbed(t *testing.T) {
	bubble(t, func(w *world) {
		w.start(list(must("a")), health.LiveWithin(time.Minute))
		w.live()
		time.Sleep(time.Hour)
		slow := supervisor.Opened("slow", func(context.Context) (int, error) { time.Sleep(time.Second); return 0, nil },
			func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
		go supervisor.StartChild(w.Ctx, w.root.Ref(), slow)
		synctest.Wait()
		w.live()
		time.Sleep(time.Minute)
		w.live()
	})
}

func TestLiveWithin(t *testing.T) {
	bubble(t, func(w *world) {
		stopping, stop := context.WithCancel(w.Ctx)
		w.start(list(must("a")), health.LiveWithin(time.Minute), health.Until(stopping))
		w.live()
		slow := supervisor.Opened("slow", func(context.Context) (int, error) { time.Sleep(2 * time.Minute); return 0, nil },
			func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
		go supervisor.StartChild(w.Ctx, w.root.Ref(), slow)
		synctest.Wait()
		w.live()
		time.Sleep(50 * time.Second)
		w.live()
		time.Sleep(15 * time.Second)
		rec := w.serve(http.MethodGet, "/live")
		if rec.Code != 503 || !strings.Contains(rec.Body.String(), "the root has not answered for 1m7s") {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		time.Sleep(time.Minute)
		w.live()
		go supervisor.TerminateChild(w.Ctx, w.root.Ref(), "slow")
		stop()
		time.Sleep(time.Hour)
		w.live()
	})
}

func TestUntil(t *testing.T) {
	bubble(t, func(w *world) {
		ctx, stop := context.WithCancelCause(w.Ctx)
		w.start(list(must("a")), health.Until(ctx))
		w.ready()
		stop(errBoom)
		w.want("/ready", 503, "stopping", ": the stop has begun (boom)")
		w.live()
	})
}

func TestChecks(t *testing.T) {
	bubble(t, func(w *world) {
		var down atomic.Pointer[error]
		hold := make(chan struct{})
		var hangs atomic.Bool
		var calls atomic.Int64
		w.start(list(must("a")),
			health.Check("database", func(context.Context) error {
				if err := down.Load(); err != nil {
					return *err
				}
				return nil
			}),
			health.Check("cache", func(context.Context) error {
				calls.Add(1)
				if hangs.Load() {
					<-hold
				}
				return nil
			}))
		w.ready()
		down.Store(&errBoom)
		w.unready("database: failed (boom)")
		down.Store(nil)
		hangs.Store(true)
		calls.Store(0)
		w.unready("cache: failed (it did not answer in time)")
		w.unready("cache: failed (it has not returned since it was last asked)")
		if n := calls.Load(); n != 1 {
			t.Errorf("called %d times", n)
		}
		hangs.Store(false)
		close(hold)
		synctest.Wait()
		w.ready()
	})
}

func TestBrokenChecks(t *testing.T) {
	bubble(t, func(w *world) {
		w.start(list(must("a")),
			health.Check("panics", func(context.Context) error { panic("no") }),
			health.Check("exits", func(context.Context) error { runtime.Goexit(); return nil }),
			health.Check("patient", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }),
			health.Check("long", func(context.Context) error { return errors.New(strings.Repeat("x", 600)) }))
		rec := w.serve(http.MethodGet, "/ready")
		for _, want := range []string{`"panics","problem":"failed","reason":"panic: no"`, `"exits","problem":"failed","reason":"it called runtime.Goexit"`,
			`"patient","problem":"failed"`, strings.Repeat("x", 500) + `..."`} {
			if !strings.Contains(rec.Body.String(), want) {
				t.Errorf("no %s in %s", want, rec.Body)
			}
		}
	})
}

func TestIgnore(t *testing.T) {
	bubble(t, func(w *world) {
		group := func(id string, c child) supervisor.Spec {
			return supervisor.Supervisor(id, supervisor.OneForOne, list(c), supervisor.Backoff(time.Hour, time.Hour), supervisor.Intensity(100, time.Minute))
		}
		a, b, c, cache := must("x"), must("x"), must("x"), must("cache")
		w.start(list(group("a", a), group("b", b), group("c", c), cache), health.Ignore("cache", "b", "shop/c/x"))
		for range 2 {
			for _, child := range []child{a, b, c, cache} {
				w.end(child, errBoom)
			}
		}
		w.unready("shop/a/x: is being restarted (boom)")
	})
}

// However many children there are, each counts.
func TestManyChildren(t *testing.T) {
	bubble(t, func(w *world) {
		var children []supervisor.Spec
		for i := range 400 {
			children = append(children, must(fmt.Sprint(i)))
		}
		last := must("last")
		children = append(children, supervisor.Supervisor("group", supervisor.OneForOne, list(last),
			supervisor.Backoff(time.Hour, time.Hour), supervisor.Intensity(100, time.Minute)))
		w.start(children)
		w.ready()
		w.end(last, errBoom)
		w.end(last, errBoom)
		w.unready("shop/group/last: is being restarted (boom)")
	})
}

func TestManyProblems(t *testing.T) {
	bubble(t, func(w *world) {
		var children []supervisor.Spec
		var workers []child
		for i := range 60 {
			workers = append(workers, must(fmt.Sprint(i)))
			children = append(children, workers[i])
		}
		w.root = supervisor.Supervisor("shop", supervisor.OneForOne, children, supervisor.Backoff(time.Hour, time.Hour), supervisor.Intensity(1000, time.Minute))
		w.handler = health.Handler(w.root.Ref())
		if _, err := supervisor.Start(w.Ctx, w.root); err != nil {
			t.Fatal(err)
		}
		w.KillAtEnd(w.Resolve(w.root.Ref().Dest()))
		for range 2 {
			for _, c := range workers {
				w.end(c, errBoom)
			}
		}
		if rec := w.serve(http.MethodGet, "/ready"); strings.Count(rec.Body.String(), "boom") != 50 || !strings.Contains(rec.Body.String(), `"more":10`) {
			t.Errorf("%s", rec.Body)
		}
	})
}

// Probes that come at the same time ask a supervisor once.
func TestProbesShareALook(t *testing.T) {
	bubble(t, func(w *world) {
		w.start(list(must("a")), health.LiveWithin(time.Hour))
		slow := supervisor.Opened("slow", func(context.Context) (int, error) { time.Sleep(time.Minute); return 0, nil },
			func(ctx context.Context, _ int) error { <-ctx.Done(); return nil })
		go supervisor.StartChild(w.Ctx, w.root.Ref(), slow)
		synctest.Wait()
		pid := w.Resolve(w.root.Ref().Dest()).String() // only it could tell its id
		var probes sync.WaitGroup
		for range 100 {
			probes.Go(func() { w.unready(pid + ": " + noAnswer) })
			probes.Go(w.live)
		}
		synctest.Wait()
		if info, ok := process.InfoOf(w.Ctx, w.Resolve(w.root.Ref().Dest())); !ok || info.Mailbox > 3 { // StartChild, the look, the call
			t.Errorf("%d messages wait", info.Mailbox)
		}
		probes.Wait()
		time.Sleep(time.Hour)
	})
}

func TestZeroRef(t *testing.T) {
	bubble(t, func(w *world) {
		for _, root := range []genserver.To[*supervisor.Sup]{nil, supervisor.Ref{}} {
			w.handler = health.Handler(root)
			w.want("/live", 200, "starting")
			w.unready(": the supervision tree has not started yet")
		}
	})
}

// Beside a tree whose children crash all the time.
func TestConcurrentUse(t *testing.T) {
	w := &world{World: proctest.New(t)}
	a := must("a")
	w.root = supervisor.Supervisor("shop", supervisor.OneForOne, list(a), supervisor.Intensity(1_000_000, time.Minute))
	w.handler = health.Handler(w.root.Ref(), health.Timeout(10*time.Second), health.Check("ok", func(context.Context) error { return nil }))
	sup, err := supervisor.Start(w.Ctx, w.root)
	if err != nil {
		t.Fatal(err)
	}
	var use sync.WaitGroup
	use.Go(func() {
		for range 200 {
			genserver.Cast(w.Ctx, a.Ref(), end{reason: errBoom})
		}
	})
	for range 4 {
		use.Go(func() {
			for range 100 {
				if rec := w.serve(http.MethodGet, "/live"); rec.Code != 200 {
					t.Errorf("live: %d %s", rec.Code, rec.Body)
				}
				w.serve(http.MethodGet, "/ready")
			}
		})
	}
	use.Wait()
	if err := supervisor.Stop(w.Ctx, sup); err != nil {
		t.Error(err)
	}
}
