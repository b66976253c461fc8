package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/health"
	"github.com/otplint/otplint/runtime/httpchild"
	"github.com/otplint/otplint/runtime/observer"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

var (
	errNoChild = errors.New("no such child")
	errCrash   = errors.New("crash injected through the API")
)

// crashTimeout bounds what is asked of supervisors: one that is stopping the shop answers nobody.
const crashTimeout = 500 * time.Millisecond

// Ops is a server for those who operate the shop, at an address that customers do not reach. It stands before all
// others, so that it can tell how far the start and the stop are.
//
//	GET    /live, /ready             probes, see package health
//	GET    /debug/observer/          the processes of the shop, for a browser on this machine
//	POST   /debug/crash/{child}      crash one of them
//
// ctx names the node, and when it ends the shop is not ready any more.
func Ops(ctx context.Context, id, addr string, root genserver.Ref[*supervisor.Sup]) supervisor.Child[httpchild.Ref] {
	mux := http.NewServeMux()
	probes := health.Handler(root, health.Until(ctx))
	mux.Handle("/live", probes)
	mux.Handle("/ready", probes)
	mux.Handle("/debug/observer/", http.StripPrefix("/debug/observer", observer.Handler(ctx)))
	mux.Handle("POST /debug/crash/{child}", handle(func(r *http.Request) (any, error) { return crash(r, root) }))
	return httpchild.Child(id, addr, func() *http.Server {
		return &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	})
}

func crash(r *http.Request, root genserver.Ref[*supervisor.Sup]) (any, error) {
	ctx, cancel := context.WithTimeout(r.Context(), crashTimeout)
	defer cancel()
	id := r.PathValue("child")
	info, err := find(ctx, root, id)
	if err != nil {
		return nil, err
	}
	reason := errCrash
	if info.Type == supervisor.SupervisorType {
		reason = process.Kill // a supervisor takes no other from a stranger
	}
	process.Exit(ctx, info.PID, reason)
	return map[string]string{"crashed": id}, nil
}

// find returns the running child of that id, wherever in the tree it is, but for the children of dynamic supervisors.
func find(ctx context.Context, sup genserver.To[*supervisor.Sup], id string) (supervisor.ChildInfo, error) {
	infos, err := supervisor.WhichChildren(ctx, sup)
	if err != nil {
		return supervisor.ChildInfo{}, err
	}
	for _, info := range infos {
		if info.State != supervisor.Running {
			continue
		}
		if info.ID == id {
			return info, nil
		}
		if info.Type != supervisor.SupervisorType {
			continue
		}
		info, err := find(ctx, genserver.RefTo[*supervisor.Sup](info.PID), id)
		if !errors.Is(err, errNoChild) && !errors.Is(err, genserver.ErrWrongServer) {
			return info, err
		}
	}
	return supervisor.ChildInfo{}, fmt.Errorf("%w: %s", errNoChild, id)
}
