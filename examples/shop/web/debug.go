package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

var (
	errNoChild = errors.New("no such child")
	errCrash   = errors.New("crash injected through the API")
)

type child struct {
	ID       string  `json:"id"`
	PID      string  `json:"pid"`
	Children []child `json:"children,omitempty"`
}

// debugTimeout bounds what is asked of supervisors. A supervisor that is stopping the HTTP server waits for the requests
// that are running, and would wait for the one that asks it.
const debugTimeout = 500 * time.Millisecond

func (a API) listChildren(r *http.Request) (any, error) {
	ctx, cancel := context.WithTimeout(r.Context(), debugTimeout)
	defer cancel()
	return children(ctx, a.Root)
}

func children(ctx context.Context, sup genserver.To[*supervisor.Sup]) ([]child, error) {
	infos, err := supervisor.WhichChildren(ctx, sup)
	if err != nil {
		return nil, err
	}
	list := make([]child, 0, len(infos))
	for _, info := range infos {
		c := child{ID: info.ID, PID: info.PID.String()}
		if info.Type == supervisor.SupervisorType && info.State == supervisor.Running {
			if c.Children, err = children(ctx, genserver.RefTo[*supervisor.Sup](info.PID)); err != nil {
				return nil, err
			}
		}
		list = append(list, c)
	}
	return list, nil
}

func (a API) crash(r *http.Request) (any, error) {
	ctx, cancel := context.WithTimeout(r.Context(), debugTimeout)
	defer cancel()
	id := r.PathValue("child")
	info, err := find(ctx, a.Root, id)
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

// find returns the running child of that id, wherever in the tree it is.
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
		if !errors.Is(err, errNoChild) {
			return info, err
		}
	}
	return supervisor.ChildInfo{}, fmt.Errorf("%w: %s", errNoChild, id)
}
