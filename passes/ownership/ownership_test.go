package ownership

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

// The standard library is type-checked once, from source.
var (
	fset = token.NewFileSet()
	std  = importer.ForCompiler(fset, "source", nil)
)

// load builds the SSA form of one file and analyses it.
func load(t testing.TB, name, body string) *analysisOf {
	t.Helper()
	file, err := parser.ParseFile(fset, name, body, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	pkg, _, err := ssautil.BuildPackage(&types.Config{Importer: std}, fset,
		types.NewPackage("p", file.Name.Name), []*ast.File{file}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var fns []*ssa.Function
	var add func(fn *ssa.Function)
	add = func(fn *ssa.Function) {
		fns = append(fns, fn)
		for _, anon := range fn.AnonFuncs {
			add(anon)
		}
	}
	for _, decl := range file.Decls {
		if decl, ok := decl.(*ast.FuncDecl); ok && decl.Recv == nil {
			add(pkg.Func(decl.Name.Name))
		}
	}
	return analyse(fset, fns, nil)
}

// TestLattice places one goroutine at each point of the lattice. quit and done
// are made in the function and do not leave it.
func TestLattice(t *testing.T) {
	const program = `package p
import ("context"; "sync"; "time"; "net/http"; "os")
var (_ context.Context; _ sync.Mutex; _ time.Time; _ http.Server; _ os.Signal)
func work() {}
func forever() { for { work() } }
func start(ctx context.Context, f func(), in chan int, flag *bool) {
	quit, done, errs := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	var wg sync.WaitGroup
	_, _, _ = quit, done, errs
	wg.Add(0)
	%s
}`
	for _, test := range []struct {
		name, code string
		want       Class
	}{
		{"endless", `go forever()`, Ownerless},
		{"empty body", `go func() { for {} }()`, Ownerless},
		{"goto", `go func() { again: work(); goto again }()`, Ownerless},
		{"inner loop of a loop with an exit", `go func() { for *flag { for { work() } } }()`, Ownerless},
		{"outer loop around loops that end", `go func() { for { for range 3 { work() } } }()`, Ownerless},
		{"never closed", `go func() { for { select { case <-quit: return; case <-in: } } }()`, Ownerless},
		{"never closed, last case", `go func() { for { select { case <-in: case <-quit: return } } }()`, Ownerless},
		{"never closed, range", `go func() { for range quit { work() } }()`, Ownerless},
		{"never closed, ok", `go func() { for { if _, ok := <-quit; !ok { return } } }()`, Ownerless},
		{"never closed, select ok", `go func() { for { select { case _, ok := <-quit: if !ok { return }; case <-in: } } }()`, Ownerless},
		{"background", `go func(ctx context.Context) { for { select { case <-ctx.Done(): return; default: work() } } }(context.Background())`, Ownerless},
		{"without cancel", `go func(ctx context.Context) { for ctx.Err() == nil { work() } }(context.WithoutCancel(ctx))`, Ownerless},
		{"not waited for", `wg.Add(1); go func() { defer wg.Done(); forever() }()`, Ownerless},
		{"done before", `wg.Add(1); go func() { wg.Done(); forever() }(); wg.Wait()`, Ownerless},
		{"closed but not received", `go func() { defer close(done); forever() }()`, Ownerless},
		{"server", `go http.ListenAndServe("", nil)`, Ownerless},

		{"closed", `go func() { for { select { case <-quit: return; case <-in: } } }(); close(quit)`, Cancellable},
		{"closed by a closure", `go func() { for { select { case <-in: case <-quit: return } } }(); defer func() { close(quit) }()`, Cancellable},
		{"sent to", `go func() { for { select { case <-quit: return; case <-in: } } }(); quit <- struct{}{}`, Cancellable},
		{"range over closed", `go func() { for range quit { work() } }(); close(quit)`, Cancellable},
		{"context", `go func() { for { select { case <-ctx.Done(): return; default: work() } } }()`, Cancellable},
		{"cancel", `ctx, cancel := context.WithCancel(context.Background()); defer cancel(); go func() { for ctx.Err() == nil { work() } }()`, Cancellable},

		{"waited for", `wg.Add(1); go func() { defer wg.Done(); forever() }(); wg.Wait()`, Joined},
		{"WaitGroup.Go", `wg.Go(forever); wg.Wait()`, Joined},
		{"done channel", `go func() { defer close(done); forever() }(); <-done`, Joined},
		{"cancelled and joined", `go func() { defer close(done); for range quit { work() } }(); close(quit); <-done`, Joined},
		{"result", `go func() { errs <- http.ListenAndServe("", nil) }(); <-errs`, Awaited},
		{"result in a select", `go func() { err := http.ListenAndServe("", nil); select { case errs <- err: default: } }(); <-errs`, Awaited},

		{"counted", `go func() { for range 3 { work() } }()`, Bounded},
		{"flag", `go func() { for !*flag { work() } }()`, Bounded},
		{"straight", `go work()`, Bounded},
		{"one receive", `go func() { <-quit; work() }()`, Bounded},
		{"parameter closed who knows where", `go func() { for range in { work() } }()`, Cancellable},
		{"timer", `go func() { for { select { case <-in: case <-time.After(1): return } } }()`, Bounded},
		{"exit", `go func() { for range 3 { work() }; os.Exit(1) }()`, Bounded},

		{"deferred unknown", `go func() { defer f(); forever() }()`, Unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := load(t, "p.go", fmt.Sprintf(program, test.code))
			gs := p.goroutines()
			if len(gs) != 1 {
				t.Fatalf("%d goroutines, want 1", len(gs))
			}
			if gs[0].Class != test.want {
				t.Errorf("%v (%+v), want %v", gs[0].Class, gs[0].Work, test.want)
			}
		})
	}
}

// TestTestsOwnNothing: what stands in a test file is neither judged nor an owner.
func TestTestsOwnNothing(t *testing.T) {
	p := load(t, "p_test.go", "package p\nfunc start() { go func() { for {} }() }")
	if gs := p.goroutines(); len(gs) != 0 {
		t.Errorf("%d goroutines", len(gs))
	}
}

// TestLoopPosition holds where a loop is said to be.
func TestLoopPosition(t *testing.T) {
	p := load(t, "p.go", `package p

func start(in chan int) {
	go func() {
		n := 0
		for {
			for i := range 3 {
				n += i
			}
			n += <-in
		}
	}()
}`)
	if site := p.goroutines()[0].Work.Site; site != "p.go:6" {
		t.Errorf("the loop is at %s, want p.go:6", site)
	}
}

// TestGoto: a loop need not be a for statement, nor hold anything.
func TestGoto(t *testing.T) {
	p := load(t, "p.go", `package p

func start() {
	go func() {
	again:
		goto again
	}()
}`)
	g := p.goroutines()[0]
	if g.Class != Ownerless || g.Work.Site != "p.go:6" {
		t.Errorf("%v, the loop is at %s, want p.go:6", g.Class, g.Work.Site)
	}
}

// The cost of a call does not grow with the number of calls in its function.
func BenchmarkLongFunction(b *testing.B) {
	for _, calls := range []int{1_000, 10_000} {
		b.Run(strconv.Itoa(calls), func(b *testing.B) {
			program := "package p\nfunc work(n int) {}\nfunc f() {\n" + strings.Repeat("\twork(1)\n", calls) + "\tgo work(2)\n}\n"
			p := load(b, "cost.go", program)
			for b.Loop() {
				if got := len(p.goroutines()); got != 1 {
					b.Fatalf("%d goroutines", got)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*calls), "ns/call")
		})
	}
}
