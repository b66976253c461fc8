package observer

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/tree"
	"github.com/otplint/otplint/runtime/process"
)

const (
	maxLinks      = 100 // links and monitors that are listed, of each kind
	stateSize     = 8 << 10
	statePatience = 200 * time.Millisecond
)

// processView is what the page of one process shows.
type processView struct {
	Node  string `json:"node"`
	Query string `json:"pid"` // as it was asked for
	Gone  string `json:"gone,omitempty"`
	*row         // nil if the process has gone

	TrapExit    bool    `json:"trapExit"`
	ParentIs    *peer   `json:"parentIs,omitempty"`
	Links       peers   `json:"linked"`
	Monitors    peers   `json:"monitored"`
	MonitoredBy peers   `json:"monitoredBy"`
	Place       *placed `json:"child,omitempty"` // how its supervisor has it
	State       *string `json:"state,omitempty"`
	NoState     string  `json:"noState,omitempty"` // why there is none
}

// placed is how a supervisor has a child.
type placed struct {
	Kind     string `json:"kind"`
	State    string `json:"state"`
	Restart  string `json:"restart,omitempty"`
	Strategy string `json:"strategy,omitempty"`
	Children int    `json:"children,omitempty"`
	Restarts int    `json:"restarts"`
}

// peer is a process that another one knows.
type peer struct {
	PID  process.PID `json:"pid"`
	Name string      `json:"name,omitempty"` // or its id as a child
	Type string      `json:"type,omitempty"`
}

// peers are the first of several.
type peers struct {
	Total  int    `json:"total"`
	Listed []peer `json:"listed"`
}

func viewProcess(ctx context.Context, h *handler, q url.Values) (any, int) {
	v := processView{Node: h.node.Name(), Query: q.Get("pid")}
	pid, err := h.node.ParsePID(v.Query)
	info, ok := process.InfoOf(ctx, pid)
	switch {
	case ok:
	case err != nil && err != process.NoProc:
		v.Gone = err.Error()
		return v, http.StatusBadRequest
	default:
		v.Gone = "there is no such process (any more)"
		return v, http.StatusNotFound
	}
	places := placesOf(ctx, h.node)
	r := rowOf(info, places[pid])
	v.row, v.TrapExit = &r, info.TrapExit
	if !info.Parent.IsZero() {
		p := peerOf(ctx, info.Parent, places)
		v.ParentIs = &p
	}
	v.Links = peersOf(ctx, info.Links, places)
	v.Monitors = peersOf(ctx, info.Monitors, places)
	v.MonitoredBy = peersOf(ctx, info.MonitoredBy, places)
	if t := places[pid]; t != nil {
		n := treeNodeOf(ctx, &tree.Node{ID: t.ID, PID: pid, State: t.State, Type: t.Type, Restart: t.Restart,
			Strategy: t.Strategy, Dynamic: t.Dynamic, Total: t.Total})
		v.Place = &placed{n.Kind, n.State, n.Restart, n.Strategy, n.Total, t.Restarts}
	}
	h.state(ctx, &v, info)
	return v, http.StatusOK
}

// state looks at the server's state, if that is wanted.
func (h *handler) state(ctx context.Context, v *processView, info process.Info) {
	if !h.showState || info.Behaviour != "genserver" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, statePatience)
	defer cancel()
	if !tree.Ready(ctx, info.PID) {
		v.NoState = "the server is busy, and has many messages to handle"
		return
	}
	state, err := genserver.Inspect(ctx, genserver.RefTo[any](info.PID), func(s any) string { return dump(s, stateSize) })
	if err != nil {
		v.NoState = fmt.Sprint("the server did not tell: ", err)
		return
	}
	v.State = &state
}

func peersOf(ctx context.Context, pids []process.PID, places map[process.PID]*tree.Node) peers {
	p := peers{Total: len(pids), Listed: []peer{}}
	slices.SortFunc(pids, process.PID.Compare)
	for _, pid := range pids[:min(len(pids), maxLinks)] {
		p.Listed = append(p.Listed, peerOf(ctx, pid, places))
	}
	return p
}

func peerOf(ctx context.Context, pid process.PID, places map[process.PID]*tree.Node) peer {
	info, ok := process.InfoOf(ctx, pid)
	if !ok {
		return peer{PID: pid}
	}
	p := peer{pid, string(info.Name), typeOf(info)}
	if place := places[pid]; place != nil && p.Name == "" {
		p.Name = place.ID
	}
	return p
}
