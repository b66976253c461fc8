package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otplint/otplint/examples/shop/orders"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
	"github.com/otplint/otplint/runtime/testkit"
)

// A shop that runs, in a node of its own.
type running struct {
	shop
	t    *testing.T
	ctx  context.Context // names the node
	url  string
	ops  string
	stop func()
}

func start(t *testing.T, change func(*config)) *running {
	t.Helper()
	cfg := defaults()
	cfg.addr, cfg.ops, cfg.ship = "127.0.0.1:0", "127.0.0.1:0", time.Hour
	cfg.journal = filepath.Join(t.TempDir(), "journal")
	if change != nil {
		change(&cfg)
	}
	ctx := testkit.New(t).Context()
	s := &running{t: t, ctx: ctx, shop: newShop(ctx, cfg, io.Discard)}
	sup, err := supervisor.Start(ctx, s.root)
	if err != nil {
		t.Fatal(err)
	}
	s.stop = sync.OnceFunc(func() {
		if err := supervisor.Stop(context.WithoutCancel(ctx), sup); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	t.Cleanup(s.stop)
	s.url, s.ops = address(t, s.http), address(t, s.shop.ops)
	return s
}

func address(t *testing.T, server httpchild.Ref) string {
	t.Helper()
	addr, err := server.Addr()
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + addr.String()
}

// do sends a request and returns the answer's status and body.
func (s *running) do(method, path string, body any) (int, string) {
	s.t.Helper()
	status, answer, err := request(s.url, method, path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	return status, answer
}

func request(url, method, path string, body any) (int, string, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return 0, "", err
	}
	req, err := http.NewRequest(method, url+path, bytes.NewReader(raw))
	if err != nil {
		return 0, "", err
	}
	req.Close = true // a connection kept alive says nothing about the server behind it
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, strings.TrimSpace(string(answer)), err
}

// want fails the test unless the answer is status and, if body is not empty, body.
func (s *running) want(method, path string, in any, status int, body string) string {
	s.t.Helper()
	gotStatus, got := s.do(method, path, in)
	if gotStatus != status || body != "" && got != body {
		s.t.Fatalf("%s %s: %d %s, want %d %s", method, path, gotStatus, got, status, body)
	}
	return got
}

func (s *running) order(cart string) orders.Order {
	s.t.Helper()
	return parse[orders.Order](s.t, s.want("POST", "/orders", map[string]string{"cart": cart}, 200, ""))
}

// eventually waits until the shop's own processes have made ok true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("not within 10s: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func parse[T any](t *testing.T, s string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return v
}

func qty(n int) map[string]int { return map[string]int{"qty": n} }

// pids returns the PID of each running child of the shop, by id. The carts, which come and go, are not among them.
func pids(ctx context.Context, sup genserver.Ref[*supervisor.Sup], into map[string]process.PID) map[string]process.PID {
	infos, err := supervisor.WhichChildren(ctx, sup)
	if err != nil {
		return into // it is being restarted, or is a dynamic one
	}
	for _, info := range infos {
		if info.State != supervisor.Running {
			continue
		}
		into[info.ID] = info.PID
		if info.Type == supervisor.SupervisorType {
			pids(ctx, genserver.RefTo[*supervisor.Sup](info.PID), into)
		}
	}
	return into
}

func (s *running) pids() map[string]process.PID {
	return pids(s.ctx, s.root.Ref(), make(map[string]process.PID))
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// lockedBuffer is a log that several processes write and a test reads.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
