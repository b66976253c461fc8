package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/metrics"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestMain(m *testing.M) { conformance.Main(m) }

// counter is a server that handles casts with functions.
type counter struct{}

type do struct {
	genserver.CastTo[*counter]
	f func(c *genserver.Context) genserver.Result
}

func (*counter) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (*counter) HandleCast(c *genserver.Context, msg any) genserver.Result {
	return msg.(do).f(c)
}

func nothing(c *genserver.Context) genserver.Result { return c.NoReply() }
func crash(c *genserver.Context) genserver.Result   { return c.Stop(errors.New("boom")) }
func stop(c *genserver.Context) genserver.Result    { return c.Stop(process.Normal) }

func newCtx(name string) (context.Context, *process.Node) {
	node := process.NewNode(name, process.WithLogger(slog.New(slog.DiscardHandler)))
	return process.WithNode(context.Background(), node), node
}

func start(t testing.TB, ctx context.Context, opts ...genserver.Option) genserver.Ref[*counter] {
	t.Helper()
	ref, err := genserver.Start(ctx, func() *counter { return new(counter) }, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if pid, err := ref.Dest().Resolve(nil); err == nil {
			process.Exit(ctx, pid, process.Kill)
		}
	})
	return ref
}

// want checks all samples of some series, in the text format without comments.
func want(t *testing.T, c prometheus.Collector, samples string, names ...string) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(c)
	rec := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	var got []string
	for line := range strings.Lines(rec.Body.String()) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), "{")
		for _, n := range names {
			if n == name {
				got = append(got, strings.TrimSpace(line))
			}
		}
	}
	if text := strings.Join(got, "\n"); text != strings.TrimSpace(samples) {
		t.Errorf("got\n%s\nwant%s", text, samples)
	}
}

func TestProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, node := newCtx("shop")
		c := metrics.NewCollector(node)
		a, b := start(t, ctx), start(t, ctx)
		for range 40 {
			genserver.Cast(ctx, a, do{f: nothing})
		}
		genserver.Cast(ctx, b, do{f: stop})
		genserver.Cast(ctx, start(t, ctx), do{f: crash})
		process.Spawn(ctx, func(c *process.Context) error { return nil })
		synctest.Wait()
		want(t, c, `
otp_messages_handled_total{behaviour="genserver",node="shop",type="*metrics_test.counter"} 42
otp_messages_handled_total{behaviour="process",node="shop",type=""} 0
otp_processes{behaviour="genserver",node="shop",type="*metrics_test.counter"} 1
otp_processes{behaviour="process",node="shop",type=""} 0
otp_processes_ended_total{behaviour="genserver",how="clean",node="shop",type="*metrics_test.counter"} 1
otp_processes_ended_total{behaviour="genserver",how="crashed",node="shop",type="*metrics_test.counter"} 1
otp_processes_ended_total{behaviour="genserver",how="failed",node="shop",type="*metrics_test.counter"} 0
otp_processes_ended_total{behaviour="genserver",how="killed",node="shop",type="*metrics_test.counter"} 0
otp_processes_ended_total{behaviour="process",how="clean",node="shop",type=""} 1
otp_processes_ended_total{behaviour="process",how="crashed",node="shop",type=""} 0
otp_processes_ended_total{behaviour="process",how="failed",node="shop",type=""} 0
otp_processes_ended_total{behaviour="process",how="killed",node="shop",type=""} 0
otp_processes_started_total{behaviour="genserver",node="shop",type="*metrics_test.counter"} 3
otp_processes_started_total{behaviour="process",node="shop",type=""} 1
`, "otp_processes", "otp_processes_started_total", "otp_processes_ended_total", "otp_messages_handled_total")
	})
}

func TestMailboxes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, node := newCtx("shop")
		c := metrics.NewCollector(node)
		hold := make(chan struct{})
		busy := func(c *genserver.Context) genserver.Result { <-hold; return c.NoReply() }
		a, b := start(t, ctx), start(t, ctx, genserver.Bounded(3, process.Refuse))
		for range 5 {
			genserver.Cast(ctx, a, do{f: busy})
			genserver.Cast(ctx, b, do{f: busy})
			synctest.Wait()
		}
		want(t, c, `
otp_mailbox_messages{behaviour="genserver",node="shop",type="*metrics_test.counter"} 9
otp_mailbox_messages_max{behaviour="genserver",node="shop",type="*metrics_test.counter"} 5
otp_messages_lost_total{behaviour="genserver",node="shop",type="*metrics_test.counter"} 1
otp_processes_abandoned{node="shop"} 0
otp_processes_busy{behaviour="genserver",node="shop",type="*metrics_test.counter"} 2
`, "otp_mailbox_messages", "otp_mailbox_messages_max", "otp_messages_lost_total", "otp_processes_abandoned", "otp_processes_busy")
		pid, _ := b.Dest().Resolve(node)
		process.Exit(ctx, pid, process.Kill)
		want(t, c, `
otp_mailbox_messages{behaviour="genserver",node="shop",type="*metrics_test.counter"} 5
otp_messages_lost_total{behaviour="genserver",node="shop",type="*metrics_test.counter"} 1
otp_processes_abandoned{node="shop"} 1
otp_processes_busy{behaviour="genserver",node="shop",type="*metrics_test.counter"} 1
`, "otp_mailbox_messages", "otp_messages_lost_total", "otp_processes_abandoned", "otp_processes_busy")
		close(hold)
	})
}

// Restarts count for the supervisor's id, also when child and supervisor are gone.
func TestRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, node := newCtx("shop")
		child := func(id string) supervisor.Child[genserver.Ref[*counter]] {
			return supervisor.Server(id, func() *counter { return new(counter) })
		}
		a, b, sessions := child("a"), child("b"), dynsupervisor.New("sessions")
		sup, err := supervisor.Start(ctx, supervisor.Supervisor("carts", supervisor.OneForAll, []supervisor.Spec{a, b}))
		if err != nil {
			t.Fatal(err)
		}
		top, err := supervisor.Start(ctx, supervisor.Supervisor("top", supervisor.OneForOne, []supervisor.Spec{sessions}))
		if err != nil {
			t.Fatal(err)
		}
		session, err := dynsupervisor.StartChild(ctx, sessions.Ref(), child("session"))
		if err != nil {
			t.Fatal(err)
		}
		genserver.Cast(ctx, a.Ref(), do{f: crash})
		genserver.Cast(ctx, session, do{f: crash})
		synctest.Wait()
		for _, sup := range []supervisor.Ref{sup, top} {
			if err := supervisor.Stop(ctx, sup); err != nil {
				t.Fatal(err)
			}
		}
		want(t, metrics.NewCollector(node), `
otp_supervisor_restarts_total{node="shop",supervisor="carts"} 2
otp_supervisor_restarts_total{node="shop",supervisor="sessions"} 1
`, "otp_supervisor_restarts_total")
	})
}

// sized is a table with so many entries; a negative one panics.
type sized int

func (s sized) Summary() process.Summary {
	if s < 0 {
		panic("broken")
	}
	return process.Summary{Size: int(s)}
}

func TestPublished(t *testing.T) {
	_, node := newCtx("shop")
	for name, size := range map[string]sized{"prices": 7, "stock": 5, "users": 3, "a\xff": 2, "a\xfe": 1, "broken": -1, "(other)": 100} {
		if _, err := node.Publish("table", name, size); err != nil {
			t.Fatal(err)
		}
	}
	withdraw, err := node.Publish("registry", "rooms", sized(9))
	if err != nil {
		t.Fatal(err)
	}
	withdraw()
	want(t, metrics.NewCollector(node), `
otp_published{kind="registry",node="shop"} 0
otp_published{kind="table",node="shop"} 7
otp_published_entries{kind="table",name="(other)",node="shop"} 100
otp_published_entries{kind="table",name="a�",node="shop"} 3
otp_published_entries{kind="table",name="broken",node="shop"} 0
otp_published_entries{kind="table",name="prices",node="shop"} 7
otp_published_entries{kind="table",name="stock",node="shop"} 5
otp_published_entries{kind="table",name="users",node="shop"} 3
`, "otp_published", "otp_published_entries")
	want(t, metrics.NewCollector(node, metrics.MaxNames(3)), `
otp_published_entries{kind="table",name="(other)",node="shop"} 115
otp_published_entries{kind="table",name="a�",node="shop"} 3
otp_published_entries{kind="table",name="broken",node="shop"} 0
`, "otp_published_entries")
}

func TestSeveralNodes(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	for _, name := range []string{"a", "b", "a\xff"} {
		_, node := newCtx(name)
		if err := registry.Register(metrics.NewCollector(node)); err != nil {
			t.Error(err)
		}
	}
	_, again := newCtx("a")
	if err := registry.Register(metrics.NewCollector(again)); err == nil {
		t.Error("two nodes of one name")
	}
	if n, err := testutil.GatherAndCount(registry, "otp_processes_abandoned"); n != 3 || err != nil {
		t.Errorf("%d nodes, %v", n, err)
	}
}

func TestNamesAreGood(t *testing.T) {
	ctx, node := newCtx("shop")
	start(t, ctx)
	node.CountRestart("carts")
	if _, err := node.Publish("table", "prices", sized(1)); err != nil {
		t.Fatal(err)
	}
	c := metrics.NewCollector(node)
	problems, err := testutil.CollectAndLint(c)
	if len(problems) > 0 || err != nil {
		t.Errorf("%v, %v", problems, err)
	}
	if n := testutil.CollectAndCount(c); n != 15 {
		t.Errorf("%d samples", n)
	}
}

// Scrapes through HTTP, side by side, while processes come and go.
func TestScrape(t *testing.T) {
	ctx, node := newCtx("shop")
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(metrics.NewCollector(node))
	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	defer server.Close()
	var work, scrapes sync.WaitGroup
	const servers = 200
	work.Go(func() {
		for range servers {
			ref := start(t, ctx)
			genserver.Cast(ctx, ref, do{f: nothing})
			if err := genserver.Stop(ctx, ref, process.Normal); err != nil {
				t.Error(err)
			}
		}
	})
	scrape := func() string {
		resp, err := server.Client().Get(server.URL)
		if err != nil {
			t.Error(err)
			return ""
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusOK || err != nil {
			t.Errorf("%s, %v: %s", resp.Status, err, body)
		}
		return string(body)
	}
	for range 4 {
		scrapes.Go(func() {
			for range 20 {
				scrape()
			}
		})
	}
	work.Wait()
	scrapes.Wait()
	// A stop is a message too.
	for _, line := range []string{
		fmt.Sprintf(`otp_processes_started_total{behaviour="genserver",node="shop",type="*metrics_test.counter"} %d`, servers),
		fmt.Sprintf(`otp_messages_handled_total{behaviour="genserver",node="shop",type="*metrics_test.counter"} %d`, 2*servers),
	} {
		if body := scrape(); !strings.Contains(body, line+"\n") {
			t.Errorf("no %s in\n%s", line, body)
		}
	}
}
