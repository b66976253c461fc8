package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/otplint/otplint/examples/shop/feed"
	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/examples/shop/stock"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/testkit"
)

// asShop makes the test binary the shop itself, for the test that needs a real process.
const asShop = "OTPLINT_TEST_AS_SHOP"

func TestMain(m *testing.M) {
	if os.Getenv(asShop) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestOrder(t *testing.T) {
	s := start(t, nil)
	s.want("GET", "/stock", nil, 200, `{"apple":100,"banana":50,"cherry":1000}`)
	s.want("PUT", "/carts/ann/banana", qty(2), 200, `[{"sku":"banana","qty":2}]`)
	s.want("PUT", "/carts/ann/apple", qty(3), 200, `[{"sku":"apple","qty":3},{"sku":"banana","qty":2}]`)

	order := s.order("ann")
	if want := []stock.Line{{SKU: "apple", Qty: 3}, {SKU: "banana", Qty: 2}}; !slices.Equal(order.Lines, want) {
		t.Errorf("ordered %v, want %v", order.Lines, want)
	}
	s.want("GET", "/carts/ann", nil, 200, "null")
	s.want("GET", "/stock", nil, 200, `{"apple":97,"banana":48,"cherry":1000}`)

	eventually(t, "order is shipped", func() bool {
		return parse[orders.Order](t, s.want("GET", "/orders/"+order.ID, nil, 200, "")).Status == orders.Shipped
	})
	if all := parse[[]orders.Order](t, s.want("GET", "/orders", nil, 200, "")); len(all) != 1 || all[0].ID != order.ID {
		t.Errorf("orders are %v, want %s only", all, order.ID)
	}
	s.want("GET", "/stock/apple", nil, 200, `{"qty":97}`)
	for range 2 {
		s.want("POST", "/stock/apple", map[string]any{"qty": 3, "id": "d1"}, 200, `{"qty":100}`)
		again := parse[orders.Order](t, s.want("POST", "/orders", map[string]string{"cart": "ann", "id": order.ID}, 200, ""))
		if again.ID != order.ID || !again.Placed.Equal(order.Placed) {
			t.Errorf("ordered again: %v, want %v", again, order)
		}
	}
	eventually(t, "views and events", func() bool {
		_, seen := s.do("GET", "/views", nil)
		news := parse[[]feed.Entry](t, s.want("GET", "/events", nil, 200, ""))
		return seen == `{"apple":1}` && len(news) == 2 && news[0].Kind == "shipped" && news[1].Kind == "placed"
	})
}

func TestRefusals(t *testing.T) {
	s := start(t, func(cfg *config) { cfg.opening = stock.Levels{"apple": 5, "pear": 1} })
	s.want("GET", "/stock/fig", nil, 404, "")
	s.want("POST", "/stock/fig", qty(1), 404, "")
	s.want("POST", "/stock/apple", qty(0), 400, "")
	s.want("POST", "/stock/apple", "five", 400, "")
	s.want("PUT", "/carts/bob/fig", qty(1), 404, "")
	s.want("PUT", "/carts/bob/apple", qty(100), 400, "")
	s.want("GET", "/orders/none", nil, 404, "")
	s.want("GET", "/debug/observer/", nil, 404, "") // not for customers
	s.want("POST", "/orders", map[string]string{"cart": "bob", "id": strings.Repeat("x", 65)}, 400, "")
	s.want("POST", "/orders", map[string]string{"cart": "bob"}, 409, "")

	// All or none: the pear that is missing keeps the apple on the shelf, and the cart as it was.
	s.want("PUT", "/carts/bob/apple", qty(1), 200, "")
	cart := s.want("PUT", "/carts/bob/pear", qty(2), 200, "")
	s.want("POST", "/orders", map[string]string{"cart": "bob"}, 409, "")
	s.want("GET", "/stock", nil, 200, `{"apple":5,"pear":1}`)
	s.want("GET", "/carts/bob", nil, 200, cart)
}

// The last piece is sold once, however many want it.
func TestLastPiece(t *testing.T) {
	s := start(t, func(cfg *config) { cfg.opening = stock.Levels{"apple": 10} })
	var wg sync.WaitGroup
	sold := make(chan bool, 30)
	for i := range cap(sold) {
		wg.Go(func() {
			cart := fmt.Sprintf("c%d", i)
			if status, answer, err := request(s.url, "PUT", "/carts/"+cart+"/apple", qty(1)); status != 200 {
				t.Errorf("cart: %d %s %v", status, answer, err)
			}
			status, answer, err := request(s.url, "POST", "/orders", map[string]string{"cart": cart})
			if status != 200 && status != 409 {
				t.Errorf("order: %d %s %v", status, answer, err)
			}
			sold <- status == 200
		})
	}
	wg.Wait()
	close(sold)
	n := 0
	for ok := range sold {
		if ok {
			n++
		}
	}
	if n != 10 {
		t.Errorf("sold %d apples, want 10", n)
	}
	s.want("GET", "/stock/apple", nil, 200, `{"qty":0}`)
}

func TestCrash(t *testing.T) {
	for _, tt := range []struct {
		child     string
		restarted []string // besides itself
		stays     []string
	}{
		{"db", []string{"events", "sales", "stock-server", "stock-levels", "orders", "carts", "jobs", "http"}, []string{"ops"}},
		{"events", []string{"sales", "stock-server", "feed", "shipper", "jobs", "http"}, []string{"ops", "db"}},
		{"stock", []string{"stock-server", "stock-levels"}, []string{"db", "carts", "orders", "jobs", "http"}},
		{"stock-server", nil, []string{"db", "stock", "stock-levels", "carts", "orders", "jobs", "http"}},
		{"stock-levels", []string{"stock-server"}, []string{"db", "stock", "carts", "orders", "jobs", "http"}},
		{"orders", nil, []string{"db", "stock", "carts", "jobs", "http"}},
		{"carts", []string{"carts-registry", "carts-sessions"}, []string{"db", "stock", "orders", "http"}},
		{"carts-registry", []string{"carts-sessions"}, []string{"db", "carts", "stock", "orders", "http"}},
		{"carts-sessions", nil, []string{"carts", "carts-registry", "http"}},
		{"views", nil, []string{"stock", "orders", "http"}},
		{"feed", nil, []string{"events", "stock", "orders", "http"}},
		{"sales", []string{"stock", "orders", "carts", "jobs", "http"}, []string{"db", "events"}},
		{"shipper", nil, []string{"sales", "janitor", "http"}},
		{"janitor", nil, []string{"sales", "shipper", "http"}},
		{"jobs", []string{"shipper", "janitor", "http"}, []string{"db", "sales"}},
		{"http", nil, []string{"db", "sales", "jobs"}},
		{"ops", nil, []string{"service", "db", "sales", "http"}},
		{"service", []string{"db", "stock-server", "http"}, []string{"ops"}},
	} {
		t.Run(tt.child, func(t *testing.T) {
			addr, ops := freeAddr(t), freeAddr(t) // the same after a restart of the HTTP servers
			s := start(t, func(cfg *config) { cfg.addr, cfg.ops = addr, ops })
			s.want("PUT", "/carts/eve/cherry", qty(7), 200, "")
			placed := s.order("eve")
			before := s.pids()

			request(s.ops, "POST", "/debug/crash/"+tt.child, nil) // no answer if it falls itself
			var after map[string]process.PID
			eventually(t, "restart", func() bool {
				after = s.pids()
				fresh := func(id string) bool { return !after[id].IsZero() && after[id] != before[id] }
				return len(after) == len(before) && fresh(tt.child) && !slices.ContainsFunc(tt.restarted, func(id string) bool { return !fresh(id) })
			})
			for _, id := range tt.stays {
				if after[id] != before[id] {
					t.Errorf("%s was restarted, too", id)
				}
			}
			eventually(t, "readiness", func() bool {
				status, _, err := request(s.ops, "GET", "/ready", nil)
				return err == nil && status == 200
			})
			s.want("GET", "/stock/cherry", nil, 200, `{"qty":993}`)
			if got := parse[orders.Order](t, s.want("GET", "/orders/"+placed.ID, nil, 200, "")); got.ID != placed.ID {
				t.Errorf("order is %v, want %v", got, placed)
			}
			s.want("PUT", "/carts/eve/cherry", qty(3), 200, "")
			s.order("eve")
			s.want("GET", "/stock/cherry", nil, 200, `{"qty":990}`)
		})
	}
}

func TestOps(t *testing.T) {
	s := start(t, nil)
	s.url = s.ops
	s.want("GET", "/live", nil, 200, "")
	s.want("GET", "/ready", nil, 200, "")
	s.want("POST", "/debug/crash/nobody", nil, 404, "")
	if tree := s.want("GET", "/debug/observer/tree.json", nil, 200, ""); !strings.Contains(tree, `"shipper"`) {
		t.Errorf("tree is %s", tree)
	}
}

// A stop is the reverse of the start, and each waits for the one before. That HTTP drains TestDrain shows.
func TestStopOrder(t *testing.T) {
	s := start(t, nil)
	s.want("PUT", "/carts/ann/apple", qty(1), 200, "")
	probe := testkit.NewProbe(testkit.New(t))
	children := s.pids()
	ids := make(map[process.PID]string)
	for id, pid := range children {
		ids[pid] = id
		probe.Monitor(pid)
	}
	s.stop()
	var got []string
	for range children {
		got = append(got, ids[testkit.Expect[process.Down](probe).PID])
	}
	got = slices.DeleteFunc(got, func(id string) bool { // partitions, as many as there are CPUs
		_, err := strconv.Atoi(id)
		return err == nil
	})
	want := strings.Fields("sign http janitor shipper jobs feed views carts-sessions carts-registry carts orders" +
		" stock-server stock-levels stock sales events db service ops")
	if !slices.Equal(got, want) {
		t.Errorf("stopped %v, want %v", got, want)
	}
}

// A request that is running when the stop begins is answered by servers that are still there.
func TestDrain(t *testing.T) {
	s := start(t, nil)
	body, send := io.Pipe()
	running := make(chan struct{}) // the handler waits for the body
	trace := &httptrace.ClientTrace{Got100Continue: func() { close(running) }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), "PUT", s.url+"/carts/ann/apple", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Expect", "100-continue")
	client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
	answer := make(chan string, 1)
	go func() {
		resp, err := client.Do(req)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		answer <- fmt.Sprint(resp.StatusCode, " ", strings.TrimSpace(string(got)), " ", err)
	}()
	<-running

	var wg sync.WaitGroup
	wg.Go(s.stop)
	eventually(t, "no new connections", func() bool {
		_, _, err := request(s.url, "GET", "/stock", nil)
		return err != nil
	})
	io.WriteString(send, `{"qty":3}`)
	send.Close()
	if got, want := <-answer, `200 [{"sku":"apple","qty":3}] <nil>`; got != want {
		t.Errorf("answer is %s, want %s", got, want)
	}
	wg.Wait()
}

// What was bought is still bought when the shop opens again.
func TestReopen(t *testing.T) {
	journal := filepath.Join(t.TempDir(), "journal")
	keep := func(cfg *config) { cfg.journal = journal }
	s := start(t, keep)
	if err := supervisor.TerminateChild(s.ctx, genserver.RefTo[*supervisor.Sup](s.pids()["jobs"]), "shipper"); err != nil {
		t.Fatal(err)
	}
	s.want("PUT", "/carts/ann/apple", qty(4), 200, "")
	order := s.order("ann")
	s.stop()

	s = start(t, func(cfg *config) { keep(cfg); cfg.ship = time.Millisecond }) // no event tells of it
	s.want("GET", "/stock/apple", nil, 200, `{"qty":96}`)
	eventually(t, "order of yesterday is shipped", func() bool {
		return parse[orders.Order](t, s.want("GET", "/orders/"+order.ID, nil, 200, "")).Status == orders.Shipped
	})
}

func TestPortTaken(t *testing.T) {
	s := start(t, nil)
	cfg := defaults()
	cfg.addr, cfg.ops = strings.TrimPrefix(s.url, "http://"), "127.0.0.1:0"
	ctx := testkit.New(t).Context()
	err := run(ctx, cfg, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("run on a taken port: %v, want address in use", err)
	}
}

// The real thing: a process, a crash, a signal.
func TestSIGTERM(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-addr", "127.0.0.1:0", "-ops", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), asShop+"=1")
	var log lockedBuffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if t.Failed() {
			t.Logf("log:\n%s", log.String())
		}
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	urls := regexp.MustCompile(`^serving (http://\S+), operated at (http://\S+)\n$`).FindStringSubmatch(line)
	if err != nil || urls == nil {
		t.Fatalf("first line is %q: %v", line, err)
	}

	s := &running{t: t, url: urls[1], ops: urls[2]}
	s.want("PUT", "/carts/ann/apple", qty(1), 200, "")
	if status, answer, err := request(s.ops, "POST", "/debug/crash/stock-server", nil); status != 200 {
		t.Fatalf("crash: %d %s %v", status, answer, err)
	}
	eventually(t, "order", func() bool { // 503 and a cart as it was, until stock is up again
		status, _ := s.do("POST", "/orders", map[string]string{"cart": "ann"})
		return status == 200
	})
	s.want("GET", "/stock/apple", nil, 200, `{"qty":99}`)

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("exit: %v, want 0", err)
	}
	var stopped []string
	for _, m := range regexp.MustCompile(`INFO stopped id=(\S+)`).FindAllStringSubmatch(log.String(), -1) {
		stopped = append(stopped, m[1])
	}
	want := strings.Fields("stock-server sign janitor shipper orders stock-server db") // the first is the crash
	if !slices.Equal(stopped, want) {
		t.Errorf("stopped %v, want %v", stopped, want)
	}
}
