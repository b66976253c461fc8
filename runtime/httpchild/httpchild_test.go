package httpchild_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestMain(m *testing.M) { conformance.Main(m) }

const local = "127.0.0.1:0"

func newCtx() context.Context {
	return process.WithNode(context.Background(), process.NewNode("test", process.WithLogger(slog.New(slog.DiscardHandler))))
}

func serving(h http.HandlerFunc) func() *http.Server {
	return func() *http.Server { return &http.Server{Handler: h} }
}

func hello(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }

// start starts a tree with one child, and a function that stops it.
func start(t *testing.T, ctx context.Context, child supervisor.Child[httpchild.Ref]) (sup supervisor.Ref, stop func() error) {
	t.Helper()
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("sup", supervisor.OneForOne, []supervisor.Spec{child}))
	if err != nil {
		t.Fatal(err)
	}
	return sup, func() error { return supervisor.Stop(ctx, sup) }
}

// client makes each request on a connection of its own.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}

func get(r httpchild.Ref) (string, error) {
	addr, err := r.Addr()
	if err != nil {
		return "", err
	}
	resp, err := client.Get("http://" + addr.String())
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func wantHello(t *testing.T, r httpchild.Ref) {
	t.Helper()
	if body, err := get(r); body != "hello" || err != nil {
		t.Errorf("got %q, %v", body, err)
	}
}

func TestServesFromStartToStop(t *testing.T) {
	child := httpchild.Child("http", local, serving(hello))
	if _, err := child.Ref().Addr(); !errors.Is(err, process.NoProc) {
		t.Errorf("address before the start: %v", err)
	}
	_, stop := start(t, newCtx(), child)
	wantHello(t, child.Ref())
	addr, _ := child.Ref().Addr()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", addr.String()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial after the stop: %v", err)
	}
	if _, err := child.Ref().Addr(); !errors.Is(err, process.NoProc) {
		t.Errorf("address after the stop: %v", err)
	}
}

type db struct{ closed *bool }

func (d db) Close() error { *d.closed = true; return nil }

func TestTakenPortFailsTheStart(t *testing.T) {
	taken, err := net.Listen("tcp", local)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	closed := false
	_, err = supervisor.Start(newCtx(), supervisor.Supervisor("sup", supervisor.OneForOne, []supervisor.Spec{
		supervisor.Closer("db", func(context.Context) (db, error) { return db{&closed}, nil }),
		httpchild.Child("http", taken.Addr().String(), serving(hello)),
	}))
	var failed *supervisor.StartError
	if !errors.As(err, &failed) || failed.ID != "http" || !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("start: %v", err)
	}
	if !closed {
		t.Error("the database that was started before is still open")
	}
}

// slow is a handler whose requests run until they are let go or cut off.
type slow struct {
	arrived chan struct{}
	release chan struct{}
	cut     chan error
}

func newSlow() *slow {
	return &slow{make(chan struct{}), make(chan struct{}), make(chan error, 1)}
}

func (s *slow) serve(w http.ResponseWriter, r *http.Request) {
	close(s.arrived)
	select {
	case <-s.release:
		hello(w, r)
	case <-r.Context().Done():
		s.cut <- r.Context().Err()
	}
}

type answer struct {
	body string
	err  error
}

func (s *slow) request(r httpchild.Ref) <-chan answer {
	answers := make(chan answer, 1)
	go func() {
		body, err := get(r)
		answers <- answer{body, err}
	}()
	<-s.arrived
	return answers
}

func TestStopDrains(t *testing.T) {
	s := newSlow()
	child := httpchild.Child("http", local, serving(s.serve))
	_, stop := start(t, newCtx(), child)
	addr, _ := child.Ref().Addr()
	answers := s.request(child.Ref())
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	for { // until the stop has begun
		conn, err := net.Dial("tcp", addr.String())
		if err != nil {
			break
		}
		conn.Close()
	}
	select {
	case err := <-stopped:
		t.Fatalf("stopped (%v) while a request runs", err)
	case err := <-s.cut:
		t.Fatalf("request cut off: %v", err)
	default:
	}
	close(s.release)
	if a := <-answers; a.body != "hello" || a.err != nil {
		t.Errorf("answer %q, %v", a.body, a.err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestDrainEndsWithTheShutdownTime(t *testing.T) {
	s := newSlow()
	child := httpchild.Child("http", local, serving(s.serve)).Shutdown(200 * time.Millisecond)
	_, stop := start(t, newCtx(), child)
	answers := s.request(child.Ref())
	if err := stop(); err != nil {
		t.Error(err)
	}
	if err := <-s.cut; !errors.Is(err, context.Canceled) {
		t.Errorf("the request's context: %v", err)
	}
	if a := <-answers; a.err == nil {
		t.Errorf("answer %q after the cut", a.body)
	}
}

// A killed server lets go of its port, so that its replacement can listen on it.
func TestRestartOnTheSamePort(t *testing.T) {
	ctx := newCtx()
	probe, err := net.Listen("tcp", local)
	if err != nil {
		t.Fatal(err)
	}
	addr := probe.Addr().String()
	probe.Close()
	child := httpchild.Child("http", addr, serving(hello))
	sup, stop := start(t, ctx, child)
	defer stop()
	for _, reason := range []error{process.Kill, errors.New("crash")} {
		wantHello(t, child.Ref())
		children, err := supervisor.WhichChildren(ctx, sup)
		if err != nil {
			t.Fatal(err)
		}
		old := children[0].PID
		process.Exit(ctx, old, reason)
		if _, err := process.Wait(ctx, old); err != nil {
			t.Fatal(err)
		}
		for !restarted(child.Ref(), old) {
			time.Sleep(time.Millisecond)
		}
		wantHello(t, child.Ref())
	}
}

func restarted(r httpchild.Ref, old process.PID) bool {
	pid, err := r.Dest().Resolve(nil)
	return err == nil && pid != old
}

func TestRequestsKnowTheNode(t *testing.T) {
	ctx := newCtx()
	child := httpchild.Child("http", local, serving(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, process.NodeOf(r.Context()) == process.NodeOf(ctx))
		if _, in := process.SelfOf(r.Context()); in {
			fmt.Fprint(w, ", as the child's process")
		}
	}))
	_, stop := start(t, ctx, child)
	defer stop()
	if body, err := get(child.Ref()); body != "true" || err != nil {
		t.Errorf("got %q, %v", body, err)
	}
}

// A server with a TLSConfig serves TLS and nothing else, wherever its certificates come from. One whose certificates came from
// GetConfigForClient served in the clear.
func TestTLS(t *testing.T) {
	lender := httptest.NewTLSServer(http.NotFoundHandler()) // of a certificate and of a client that trusts it
	defer lender.Close()
	certificates := lender.TLS.Certificates
	for name, config := range map[string]*tls.Config{
		"Certificates":   {Certificates: certificates},
		"GetCertificate": {GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &certificates[0], nil }},
		"GetConfigForClient": {GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return &tls.Config{Certificates: certificates}, nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			child := httpchild.Child("https", local, func() *http.Server {
				return &http.Server{
					Handler:   http.HandlerFunc(hello),
					TLSConfig: config.Clone(),
					ErrorLog:  log.New(io.Discard, "", 0), // of the handshake that fails
				}
			})
			_, stop := start(t, newCtx(), child)
			defer stop()
			addr, err := child.Ref().Addr()
			if err != nil {
				t.Fatal(err)
			}
			resp, err := lender.Client().Get("https://" + addr.String())
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.TLS == nil || resp.StatusCode != http.StatusOK {
				t.Errorf("answer %+v", resp)
			}
			if body, err := get(child.Ref()); body == "hello" {
				t.Errorf("in the clear: %q, %v", body, err)
			}
		})
	}
}

func TestBadServers(t *testing.T) {
	for name, tt := range map[string]struct {
		newServer func() *http.Server
		problem   string
	}{
		"no function": {nil, "nothing to start"},
		"no server":   {func() *http.Server { return nil }, "newServer returned nil"},
		"panic":       {func() *http.Server { panic("no routes") }, "no routes"},
		"TLS without a certificate": {
			func() *http.Server { return &http.Server{TLSConfig: &tls.Config{ServerName: "example.org"}} },
			"TLSConfig has no certificate",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := supervisor.Start(newCtx(), supervisor.Supervisor("sup", supervisor.OneForOne,
				[]supervisor.Spec{httpchild.Child("http", local, tt.newServer)}))
			if err == nil || !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("start: %v, want %q", err, tt.problem)
			}
		})
	}
}

// A hook of the http.Server that panics crashes the child, not the program.
func TestPanickingHook(t *testing.T) {
	ctx := newCtx()
	child := httpchild.Child("http", local, func() *http.Server {
		return &http.Server{BaseContext: func(net.Listener) context.Context { panic("hook") }}
	})
	root := supervisor.Supervisor("sup", supervisor.OneForOne, []supervisor.Spec{child}, supervisor.Intensity(2, time.Minute))
	if err := supervisor.Run(ctx, root); !errors.Is(err, process.Shutdown) {
		t.Errorf("run: %v, want a supervisor that gave up", err)
	}
}
