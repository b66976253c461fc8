package application_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/application"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestMain(m *testing.M) {
	if !asProgram() {
		conformance.Main(m)
	}
}

var errBoom = errors.New("boom")

// env is what one test works with: a controller and a trace of what its applications do.
type env struct {
	*testing.T
	*proctest.World
	ctl *application.Controller

	mu     sync.Mutex
	events []string
	quiet  string // an event that is not traced
	trees  map[string]supervisor.Ref
	inside map[string]context.Context // of the worker of each application
}

func newEnv(t *testing.T) *env {
	e := &env{T: t, World: proctest.New(t), ctl: new(application.Controller),
		trees: map[string]supervisor.Ref{}, inside: map[string]context.Context{}}
	t.Cleanup(func() {
		wantErr(t, "shutdown", e.ctl.Shutdown(process.WithNode(context.Background(), e.Node)), nil)
	})
	return e
}

func bubble(t *testing.T, test func(e *env)) {
	synctest.Test(t, func(t *testing.T) { test(newEnv(t)) })
}

func (e *env) add(event string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if event != e.quiet {
		e.events = append(e.events, event)
	}
}

// want checks what has happened since the last time.
func (e *env) want(want string) {
	e.Helper()
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	if got := strings.Join(e.events, ", "); got != want {
		e.Errorf("trace\n\t%s\nwant\n\t%s", got, want)
	}
	e.events = nil
}

// instance is a run of an application with one worker that traces what happens to it.
func (e *env) instance(name string) application.Instance {
	worker := supervisor.Opened(name,
		func(ctx context.Context) (int, error) {
			e.mu.Lock()
			e.inside[name] = ctx
			e.mu.Unlock()
			e.add("+" + name)
			return 0, nil
		},
		func(ctx context.Context, _ int) error {
			<-ctx.Done()
			e.add(name + " tree down")
			return nil
		})
	tree := supervisor.Supervisor(name, supervisor.OneForOne, []supervisor.Spec{worker})
	e.mu.Lock()
	e.trees[name] = tree.Ref()
	e.mu.Unlock()
	return application.Instance{
		Tree:     tree,
		PrepStop: func(context.Context) { e.add(name + ".prep_stop") },
		Stop: func(context.Context) {
			if _, err := tree.Ref().Dest().Resolve(e.Node); err == nil {
				e.Errorf("%s.stop: the tree is alive", name)
			}
			e.add(name + ".stop")
		},
	}
}

// app is an application whose runs are made by instance.
func (e *env) app(name string, needs ...*application.App) *application.App {
	return &application.App{Name: name, Needs: needs, Start: func(context.Context) (application.Instance, error) {
		return e.instance(name), nil
	}}
}

// chain is c, which needs b, which needs a.
func (e *env) chain() (a, b, c *application.App) {
	a = e.app("a")
	b = e.app("b", a)
	return a, b, e.app("c", b)
}

func (e *env) start(apps ...*application.App) {
	e.Helper()
	if _, err := e.ctl.EnsureAllStarted(e.Ctx, apps...); err != nil {
		e.Fatal(err)
	}
}

// inTree is the context of an application's worker.
func (e *env) inTree(name string) context.Context {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.inside[name]
}

// end lets an application's tree end with a reason, by itself.
func (e *env) end(name string, reason error) {
	e.Helper()
	e.mu.Lock()
	tree := e.trees[name]
	e.mu.Unlock()
	if reason == process.Kill {
		process.Exit(e.Ctx, e.Resolve(tree.Dest()), process.Kill)
	} else {
		wantErr(e.T, "end of "+name, genserver.Stop(e.Ctx, tree, reason), nil)
	}
	synctest.Wait()
}

// wantRunning checks which applications run.
func (e *env) wantRunning(want ...string) {
	e.Helper()
	synctest.Wait()
	var got []string
	for _, info := range e.ctl.Running() {
		got = append(got, info.App.Name)
		if tree := !info.Tree.IsZero(); tree != (info.App.Start != nil) || tree && !info.Tree.Alive() {
			e.Errorf("%s runs with tree %v", info.App.Name, info.Tree)
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		e.Errorf("running %v, want %v", got, want)
	}
}

// wantDown checks whether the node has gone down, and because of which application.
func (e *env) wantDown(name string, reason error) {
	e.Helper()
	synctest.Wait()
	probe := &application.App{Name: "probe"}
	err := e.ctl.Start(e.Ctx, probe)
	var down *application.NodeDown
	switch isDown := errors.As(err, &down); {
	case name == "" && err == nil:
		wantErr(e.T, "stop the probe", e.ctl.Stop(e.Ctx, probe), nil)
	case name != "" && isDown && down.App == name && errors.Is(down.Reason, reason):
		e.wantRunning()
	default:
		e.Errorf("a start after it: %v, want the node down because of %q: %v", err, name, reason)
	}
}

func wantErr(t testing.TB, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// wantLogged checks that the node has logged something of all the words in one line.
func (e *env) wantLogged(words ...string) {
	e.Helper()
	log := e.Log()
line:
	for line := range strings.Lines(log) {
		for _, w := range words {
			if !strings.Contains(line, w) {
				continue line
			}
		}
		return
	}
	e.Errorf("no line of the log has all of %q:\n%s", words, log)
}

func names(apps []*application.App) string {
	var list []string
	for _, a := range apps {
		list = append(list, a.Name)
	}
	return strings.Join(list, " ")
}
