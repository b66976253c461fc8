// Package httpchild is a supervised HTTP server: it listens before its later
// siblings start, and drains its clients when it is stopped. It is a package
// of its own so that programs without HTTP do not compile net/http, and no
// more than a child: routes, TLS and timeouts are the http.Server's.
package httpchild

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Child is an HTTP server as a child. newServer makes the server of each
// incarnation, since an http.Server cannot serve twice; it runs in the child's
// start, and its Addr is not used. addr is a TCP address as for net.Listen,
// "" means ":http".
//
// The start listens: a port that is taken is a start failure, so that the
// siblings before are stopped again, and a sibling started later may rely on
// the port. A server with a TLSConfig serves TLS, and one whose TLSConfig has
// no certificate fails the start. When the child is asked to stop it takes no
// new connections and waits for running requests for nine tenths of its
// shutdown time (supervisor.Child.Shutdown, 5 s by default); then it closes
// their connections, which ends their contexts. Connections that a handler has
// hijacked are the handler's: see http.Server.RegisterOnShutdown.
//
// A handler that calls its own supervisor holds the drain up: the supervisor
// waits for the child, and answers nobody meanwhile. Give such calls a short
// deadline.
//
// Requests' contexts carry the child's process.Node, unless the server has a
// BaseContext of its own. They do not end when the stop begins, and
// processes started from a handler with StartChild belong to their supervisor,
// not to the request.
func Child(id, addr string, newServer func() *http.Server) supervisor.Child[Ref] {
	var open func(context.Context) (*listening, error)
	if newServer != nil {
		open = func(ctx context.Context) (*listening, error) { return listen(ctx, addr, newServer()) }
	}
	return supervisor.Map(supervisor.Opened(id, open, serve),
		func(r supervisor.Resource[*listening]) Ref { return Ref{r} })
}

// Ref is how siblings and tests hold the child. It survives restarts.
type Ref struct {
	resource supervisor.Resource[*listening]
}

// Addr is the address that the child listens on, or process.NoProc. With port
// 0 it is another one after a restart.
func (r Ref) Addr() (net.Addr, error) {
	l, err := r.resource.Get()
	if err != nil {
		return nil, err
	}
	return l.listener.Addr(), nil
}

// Dest is the child's process, to monitor it.
func (r Ref) Dest() process.Dest { return r.resource.Dest() }

// listening is a server with its open listener.
type listening struct {
	server   *http.Server
	listener net.Listener
}

func listen(ctx context.Context, addr string, server *http.Server) (*listening, error) {
	if server == nil {
		return nil, errors.New("httpchild: newServer returned nil")
	}
	if t := server.TLSConfig; t != nil && len(t.Certificates) == 0 && t.GetCertificate == nil && t.GetConfigForClient == nil {
		return nil, errors.New("httpchild: the server's TLSConfig has no certificate: set Certificates, GetCertificate or GetConfigForClient, or leave TLSConfig nil to serve HTTP")
	}
	if addr == "" {
		addr = ":http"
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("httpchild: %w", err)
	}
	if server.BaseContext == nil {
		base := process.WithNode(context.Background(), process.NodeOf(ctx))
		server.BaseContext = func(net.Listener) context.Context { return base }
	}
	return &listening{server, listener}, nil
}

// serve serves until ctx ends and then drains. If the server fails before,
// that is the child's crash.
func serve(ctx context.Context, l *listening) error {
	defer l.server.Close()
	failed := make(chan error, 1)
	go func() {
		var err error = &process.GoexitError{} // unless accept returns
		defer func() { failed <- err }()
		err = l.accept()
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	err := l.drain(ctx)
	<-failed //nolint:errcheck // http.ErrServerClosed: the drain's outcome is what counts
	return err
}

// accept accepts connections until the server is closed. A panic in the
// server's hooks must not end the program.
func (l *listening) accept() (err error) {
	defer func() {
		l.listener.Close()
		if value := recover(); value != nil {
			err = &process.PanicError{Value: value, Stack: debug.Stack()}
		}
	}()
	if l.server.TLSConfig != nil {
		return l.server.ServeTLS(l.listener, "", "")
	}
	return l.server.Serve(l.listener)
}

// drain waits for running requests while there is time. A killed child has none.
func (l *listening) drain(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), process.Killed) {
		return l.server.Close()
	}
	limited := context.Background()
	if d := supervisor.ShutdownTime(ctx); d != supervisor.Infinity {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(limited, d-d/10)
		defer cancel()
	}
	if err := l.server.Shutdown(limited); err != nil {
		return fmt.Errorf("httpchild: running requests were cut off: %w", errors.Join(err, l.server.Close()))
	}
	return nil
}
