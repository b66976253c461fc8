package observer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/observer"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestMain(m *testing.M) { conformance.Main(m) }

// request is a GET from this machine.
func request(path string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
	r.RemoteAddr = "127.0.0.1:4711"
	return r
}

// get asks for a page and wants a status.
func (d *demo) get(path string, status int, opts ...observer.Option) string {
	d.t.Helper()
	return serveTo(d.t, observer.Handler(d.ctx, opts...), request(path), status).Body.String()
}

func serveTo(t testing.TB, h http.Handler, r *http.Request, status int) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != status {
		t.Errorf("%s %s: status %d, want %d: %s", r.Method, r.URL, w.Code, status, w.Body)
	}
	return w
}

// getJSON asks for a page as JSON.
func getJSON[T any](d *demo, path string, opts ...observer.Option) (v T) {
	d.t.Helper()
	if err := json.Unmarshal([]byte(d.get(path, http.StatusOK, opts...)), &v); err != nil {
		d.t.Errorf("%s: %v", path, err)
	}
	return v
}

func (d *demo) page(pid process.PID) string { return "/process?pid=" + url.QueryEscape(pid.String()) }

func wantText(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
}

// What the JSON says, as far as the tests look at it.
type (
	node struct {
		ID, PID, Kind, State, Name, Type, Strategy, Restart string
		Restarts, Mailbox, Total, Unlisted                  int
		Busy, Unresponsive                                  bool
		Children                                            []node
	}
	forest struct {
		Node  string
		Total int
		Roots []node
	}
	proc struct {
		PID, Name, ID, Type, Parent, Behaviour string
		Mailbox, Bound, Handled, Lost, Links   int
		Restarts                               *int
		Busy                                   bool
	}
	procs struct {
		Node, Sort              string
		Total, Found, Abandoned int
		Processes               []proc
		Types                   []struct {
			Type                           string
			Processes, Mailbox, MaxMailbox int
		}
	}
	kinds struct {
		Kinds []struct {
			Kind         string
			Total, Found int
			Entries      []struct {
				Name, Type, Owner string
				Size              int
			}
		}
	}
)

func (n node) child(id string) node {
	for _, c := range n.Children {
		if c.ID == id {
			return c
		}
	}
	return node{}
}

func TestTree(t *testing.T) {
	d := newDemo(t, 400)
	for _, path := range []string{"/tree.json", "/tree.json?q="} {
		f := getJSON[forest](d, path)
		if f.Node != "shop" || f.Total != 1 || len(f.Roots) != 1 {
			t.Fatalf("%s: %+v", path, f)
		}
		root := f.Roots[0]
		if root.ID != "shop" || root.Kind != "supervisor" || root.Strategy != "one_for_one" || root.Total != 7 {
			t.Errorf("root %+v", root)
		}
		if c := root.child("stock"); c.Restarts != 2 || c.Name != "stock" || c.Type != "observer_test.shelf" || c.PID != d.pid(d.stock.Dest()).String() {
			t.Errorf("stock %+v", c)
		}
		if c := root.child("orders"); c.Mailbox < 50 || !c.Busy {
			t.Errorf("orders %+v", c)
		}
		if c := root.child("migration"); c.State != "stopped" || c.PID != "" || c.Restart != "transient" {
			t.Errorf("migration %+v", c)
		}
		if c := root.child("sessions"); c.Kind != "dynamic supervisor" || c.Total != 400 || len(c.Children) != 300 || c.Unlisted != 100 {
			t.Errorf("sessions lists %d of %d", len(c.Children), c.Total)
		}
	}
	wantText(t, d.get("/", http.StatusOK), "<strong>shop</strong>", "400 children", "and 100 more", "2 restarts", "mailbox 5", `href="processes`)
}

func TestTreeSearch(t *testing.T) {
	d := newDemo(t, 20)
	root := getJSON[forest](d, "/tree.json?q=USER-1").Roots[0]
	sessions := root.child("sessions")
	if len(root.Children) != 1 || len(sessions.Children) != 11 || sessions.Total != 20 || sessions.Unlisted != 0 {
		t.Errorf("found %+v", root)
	}
	if counters := getJSON[forest](d, "/tree.json?q=counters").Roots[0].child("counters"); len(counters.Children) != 4 {
		t.Errorf("what is below that is found: %+v", counters)
	}
	if f := getJSON[forest](d, "/tree.json?q=nothing"); len(f.Roots) != 0 {
		t.Errorf("found %+v", f)
	}
	wantText(t, d.get("/?q=nothing", http.StatusOK), "Nothing that is listed here matches “nothing”")
}

func TestProcesses(t *testing.T) {
	d := newDemo(t, 400)
	all := getJSON[procs](d, "/processes.json")
	if all.Total != 411 || all.Found != 411 || len(all.Processes) != 200 || all.Sort != "mailbox" {
		t.Errorf("lists %d of %d found of %d by %s", len(all.Processes), all.Found, all.Total, all.Sort)
	}
	if p := all.Processes[0]; p.ID != "orders" || p.Mailbox < 50 || p.Bound != 50 || p.Lost < 10 || !p.Busy || p.Links != 1 {
		t.Errorf("longest mailbox: %+v", p)
	}
	if ty := all.Types[0]; ty.Type != "observer_test.session" || ty.Processes != 400 {
		t.Errorf("most frequent type: %+v", ty)
	}
	for sort, first := range map[string]string{
		"restarts": "stock", "lost": "orders", "pid": "shop", "links": "sessions", "name": "0", "nonsense": "orders",
	} {
		p := getJSON[procs](d, "/processes.json?sort="+sort).Processes[0]
		if p.ID != first {
			t.Errorf("sorted by %s the first is %+v, want %s", sort, p, first)
		}
	}
	found := getJSON[procs](d, "/processes.json?q=user-399")
	if found.Found != 1 || found.Total != 411 || found.Processes[0].Name != "user-399" {
		t.Errorf("found %+v", found)
	}
	if p := found.Processes[0]; p.Restarts != nil { // it is not one of the listed children
		t.Errorf("it was restarted %d times, says who?", *p.Restarts)
	}
	text := d.get("/processes?q=user-39&sort=handled", http.StatusOK)
	wantText(t, text, "11 of 411 processes match “user-39”", `aria-sort="descending"`, `value="user-39"`, "processes?q=user-39&amp;sort=pid")
	wantText(t, d.get("/processes", http.StatusOK), "411 processes; the first 200 in this order are listed", "</strong> <small>of 50", `scope="row"`)
}

func TestProcess(t *testing.T) {
	d := newDemo(t, 150)
	stock, root := d.pid(d.stock.Dest()), d.pid(d.root.Dest())
	text := d.get(d.page(stock), http.StatusOK)
	wantText(t, text, "&lt;shop.", "observer_test.shelf", "“stock”, worker, running, permanent", "waits for a message", `href="process?pid=%3Cshop.1%3E"`)
	wantText(t, d.get(d.page(d.pid(d.sessions.Dest())), http.StatusOK), "100 of 151 are listed", "dynamic supervisor, one_for_one, running, permanent, 150 children", "Traps exits</dt><dd>yes")
	p := getJSON[struct {
		PID, Type string
		Handled   int
		Linked    struct{ Listed []struct{ PID, Name string } }
		Child     struct{ Restarts int }
	}](d, strings.Replace(d.page(stock), "process", "process.json", 1))
	if p.PID != stock.String() || p.Child.Restarts != 2 || len(p.Linked.Listed) != 1 || p.Linked.Listed[0].PID != root.String() || p.Linked.Listed[0].Name != "shop" {
		t.Errorf("%+v", p)
	}
	d.crashStock()
	wantText(t, d.get(d.page(stock), http.StatusNotFound), "there is no such process (any more)")
	wantText(t, d.get("/process", http.StatusBadRequest), "is not a PID")
	wantText(t, d.get("/process.json?pid="+url.QueryEscape("<x>"), http.StatusBadRequest), `"gone"`)
}

func TestPublished(t *testing.T) {
	d := newDemo(t, 3)
	v := getJSON[kinds](d, "/published.json")
	if len(v.Kinds) != 2 || v.Kinds[0].Kind != "table" || v.Kinds[0].Total != 2 || v.Kinds[1].Entries[0].Size != 3 {
		t.Fatalf("%+v", v)
	}
	if e := v.Kinds[0].Entries[1]; e.Name != "products" || e.Size != 12345 || e.Owner != d.pid(d.stock.Dest()).String() {
		t.Errorf("%+v", e)
	}
	if v := getJSON[kinds](d, "/published.json?q=ets.set"); v.Kinds[0].Found != 1 || v.Kinds[1].Found != 0 {
		t.Errorf("search: %+v", v)
	}
	wantText(t, d.get("/published", http.StatusOK), "12\u2009345", "its Summary panicked: torn")
	for i := range 300 {
		d.publish("table", fmt.Sprintf("t%03d", i), published{Type: "ets.Set"})
	}
	wantText(t, d.get("/published", http.StatusOK), "302 in all; the first 200 by name are listed")
}

// The state is shown to those who ask for it, and no more than is part of it.
func TestState(t *testing.T) {
	d := newDemo(t, 3)
	stock := d.page(d.pid(d.stock.Dest()))
	if text := d.get(stock, http.StatusOK); strings.Contains(text, "secret") || strings.Contains(text, "joe") {
		t.Errorf("the state is shown unasked: %s", text)
	}
	wantText(t, d.get(stock, http.StatusOK, observer.ShowState()), "observer_test.shelf{", "&#34;secret-apples&#34;: ", "owner: &#34;joe&#34;")
	began := time.Now()
	wantText(t, d.get(d.page(d.pid(d.busy.Dest())), http.StatusOK, observer.ShowState()), "the server did not tell")
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("waits %v for a server that hangs", took)
	}
}

// A busy supervisor holds up no page.
func TestBusySupervisor(t *testing.T) {
	d := newDemo(t, 3)
	var started sync.WaitGroup
	started.Go(func() {
		supervisor.StartChild(d.ctx, d.root, supervisor.Server("slow", func() *shelf { <-d.freed; return newShelf() }))
	})
	defer started.Wait()
	defer d.free()
	d.await("the root is busy", func() bool { info, _ := process.InfoOf(d.ctx, d.pid(d.root.Dest())); return info.Busy })
	for _, path := range []string{"/tree.json", "/processes.json", "/published.json"} {
		began := time.Now()
		d.get(path, http.StatusOK)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %v", path, took)
		}
	}
	root := getJSON[forest](d, "/tree.json").Roots[0]
	if !root.Unresponsive || root.Total < 6 || len(root.Children) != root.Total {
		t.Errorf("root %+v", root)
	}
	wantText(t, d.get("/", http.StatusOK), "does not answer")
}

func TestNothingIsUnescaped(t *testing.T) {
	d := newDemo(t, 3)
	query := "q=" + url.QueryEscape(evil)
	for _, path := range []string{"/", "/?" + query, "/processes", "/processes?" + query, "/published?" + query, "/process?pid=" + url.QueryEscape(evil)} {
		status := http.StatusOK
		if strings.HasPrefix(path, "/process?") {
			status = http.StatusBadRequest
		}
		w := serveTo(t, observer.Handler(d.ctx), request(path), status)
		if strings.Contains(w.Body.String(), "<script>alert") {
			t.Errorf("%s: unescaped in %s", path, w.Body)
		}
		wantText(t, w.Body.String(), "&lt;script&gt;alert(")
	}
}

func TestWhoIsAnswered(t *testing.T) {
	d := newDemo(t, 0)
	local, remote := observer.Handler(d.ctx), observer.Handler(d.ctx, observer.AllowRemote(), nil)
	for _, tt := range []struct {
		remote, host, header string
		status               int
	}{
		{"127.0.0.1:1", "localhost", "", 200},
		{"127.0.0.1:1", "LOCALHOST:8080", "", 200},
		{"[::1]:1", "[::1]:8080", "", 200},
		{"[::1]:1", "[::1]", "", 200},
		{"[::ffff:127.0.0.1]:1", "127.0.0.2:80", "", 200},
		{"192.0.2.1:1", "localhost", "", 403},
		{"[2001:db8::1]:1", "localhost", "", 403},
		{"@", "localhost", "", 403},
		{"", "localhost", "", 403},
		{"127.0.0.1:1", "evil.example", "", 403}, // DNS rebinding
		{"127.0.0.1:1", "localhost.evil.example:80", "", 403},
		{"127.0.0.1:1", "127.0.0.1.evil.example", "", 403},
		{"127.0.0.1:1", "", "", 403},
		{"127.0.0.1:1", "localhost", "X-Forwarded-For", 403},
		{"127.0.0.1:1", "localhost", "Forwarded", 403},
	} {
		for _, path := range []string{"/", "/tree.json", "/observer.js", "/nowhere"} {
			r := request(path)
			r.RemoteAddr, r.Host = tt.remote, tt.host
			if tt.header != "" {
				r.Header.Set(tt.header, "192.0.2.1")
			}
			status := tt.status
			if status == http.StatusOK && path == "/nowhere" {
				status = http.StatusNotFound
			}
			w := serveTo(t, local, r, status)
			if w.Code == http.StatusForbidden && strings.Contains(w.Body.String(), "shop") {
				t.Errorf("the refusal tells of the node: %s", w.Body)
			}
			if path == "/" {
				serveTo(t, remote, r, http.StatusOK)
			}
		}
	}
}

// However a proxy tells that it forwards, also if what it tells is empty, and behind middleware that believes the header and
// takes what it tells for the client's address.
func TestForwarded(t *testing.T) {
	d := newDemo(t, 0)
	h := observer.Handler(d.ctx)
	for _, name := range []string{
		"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "True-Client-IP",
		"X-Client-IP", "X-Cluster-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP", "Via",
	} {
		for _, values := range [][]string{{"127.0.0.1"}, {""}, {"", "192.0.2.1"}} {
			r := request("/")
			r.Header[http.CanonicalHeaderKey(name)] = values
			serveTo(t, h, r, http.StatusForbidden)
		}
	}
}

func TestHTTP(t *testing.T) {
	d := newDemo(t, 0)
	h := observer.Handler(d.ctx)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		r := request("/")
		r.Method = method
		if w := serveTo(t, h, r, http.StatusMethodNotAllowed); w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %v", method, w.Header())
		}
	}
	for path, contentType := range map[string]string{
		"/": "text/html; charset=utf-8", "/tree": "text/html; charset=utf-8", "/processes": "text/html; charset=utf-8",
		"/published": "text/html; charset=utf-8", "/tree.json": "application/json", "/processes.json": "application/json",
		"/published.json": "application/json", "/observer.js": "text/javascript; charset=utf-8", "/observer.css": "text/css; charset=utf-8",
	} {
		header := serveTo(t, h, request(path), http.StatusOK).Header()
		if got := header.Get("Content-Type"); got != contentType {
			t.Errorf("%s: %s", path, got)
		}
		if header.Get("Cache-Control") != "no-store" || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") ||
			header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, header)
		}
	}
	for accept, contentType := range map[string]string{
		"application/json": "application/json", "text/html,application/json": "text/html; charset=utf-8", "*/*": "text/html; charset=utf-8",
	} {
		r := request("/processes")
		r.Header.Set("Accept", accept)
		if got := serveTo(t, h, r, http.StatusOK).Header().Get("Content-Type"); got != contentType {
			t.Errorf("Accept %s: %s", accept, got)
		}
	}
	for _, path := range []string{"/nowhere", "/.json", "/assets/observer.js", "/layout.html", "/../observer.go", "/tree/"} {
		serveTo(t, h, request(path), http.StatusNotFound)
	}
	r := request("/")
	r.Method = http.MethodHead
	serveTo(t, h, r, http.StatusOK)
}

// Under a prefix, with and without the slash at its end.
func TestMounted(t *testing.T) {
	d := newDemo(t, 0)
	mux := http.NewServeMux()
	mounted := http.StripPrefix("/debug/observer", observer.Handler(d.ctx))
	mux.Handle("/debug/observer", mounted)
	mux.Handle("/debug/observer/", mounted)
	server := httptest.NewServer(mux)
	defer server.Close()
	resp, err := server.Client().Get(server.URL + "/debug/observer?q=stock")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Request.URL.String() != server.URL+"/debug/observer/?q=stock" {
		t.Errorf("%s: %s", resp.Request.URL, resp.Status)
	}
}

// Child serves the node it runs on.
func TestChild(t *testing.T) {
	d := newDemo(t, 0)
	child := observer.Child("observer", "127.0.0.1:0")
	ref, err := supervisor.StartChild(d.ctx, d.root, child)
	if err != nil {
		t.Fatal(err)
	}
	addr, err := ref.Addr()
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + addr.String() + "/tree.json")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var f forest
	if err := json.NewDecoder(resp.Body).Decode(&f); err != nil || f.Node != "shop" || f.Roots[0].child("observer").PID == "" {
		t.Errorf("%+v, %v", f, err)
	}
}

// Many look while processes come, crash and go.
func TestConcurrentUse(t *testing.T) {
	d := newDemo(t, 20)
	h := observer.Handler(d.ctx, observer.ShowState())
	ctx, cancel := context.WithCancel(d.ctx)
	var all sync.WaitGroup
	all.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			process.Exit(d.ctx, d.login(fmt.Sprint("guest-", i)), process.Kill)
			genserver.Call(ctx, d.stock, take{})
		}
	})
	var looks sync.WaitGroup
	for _, path := range []string{"/", "/processes", "/published.json", d.page(d.pid(d.stock.Dest()))} {
		looks.Go(func() {
			for range 20 {
				serveTo(t, h, request(path), http.StatusOK)
			}
		})
	}
	looks.Wait()
	cancel()
	all.Wait()
}
