package observer

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/otplint/otplint/runtime/internal/tree"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// maxRoots is how many trees are listed.
const maxRoots = 50

// treeView is what the page of the trees shows.
type treeView struct {
	Node  string      `json:"node"`
	Query string      `json:"query,omitempty"`
	Total int         `json:"total"` // how many trees there are
	Roots []*treeNode `json:"roots"`
}

// treeNode is a child in a tree, or its root.
type treeNode struct {
	ID           string      `json:"id"`
	PID          process.PID `json:"pid,omitzero"`
	Kind         string      `json:"kind"` // worker, supervisor or dynamic supervisor
	State        string      `json:"state"`
	Name         string      `json:"name,omitempty"`
	Type         string      `json:"type,omitempty"` // of the server's state
	Strategy     string      `json:"strategy,omitempty"`
	Restart      string      `json:"restart,omitempty"`
	Restarts     int         `json:"restarts"`
	Mailbox      int         `json:"mailbox"`
	Busy         bool        `json:"busy,omitempty"`
	Unresponsive bool        `json:"unresponsive,omitempty"` // the supervisor did not say who its children are
	Total        int         `json:"total,omitempty"`        // how many children there are
	Unlisted     int         `json:"unlisted,omitempty"`     // how many of them are not listed, nor searched
	Children     []*treeNode `json:"children,omitempty"`
	Key          string      `json:"-"` // tells it from its siblings
	Search       string      `json:"-"` // what a search looks through
	Open         bool        `json:"-"`
}

// MoreTrees is how many trees are not listed, whatever the search.
func (v treeView) MoreTrees() int { return max(v.Total-maxRoots, 0) }

// Processes is where the same search goes through all processes.
func (v treeView) Processes() string { return "processes?" + url.Values{"q": {v.Query}}.Encode() }

func viewTree(ctx context.Context, h *handler, q url.Values) (any, int) {
	trees, total := forest(ctx, h.node)
	v := treeView{Node: h.node.Name(), Query: q.Get("q"), Total: total, Roots: []*treeNode{}}
	for _, t := range trees {
		if n := treeNodeOf(ctx, t).find(strings.ToLower(v.Query)); n != nil {
			v.Roots = append(v.Roots, n)
		}
	}
	return v, http.StatusOK
}

// forest walks all trees side by side.
func forest(ctx context.Context, node *process.Node) (trees []*tree.Node, total int) {
	roots := tree.Roots(node)
	total = len(roots)
	roots = roots[:min(total, maxRoots)]
	trees = make([]*tree.Node, len(roots))
	var all sync.WaitGroup
	for i, pid := range roots {
		all.Go(func() { trees[i] = tree.At(ctx, pid) })
	}
	all.Wait()
	live := trees[:0]
	for _, t := range trees {
		if t != nil {
			live = append(live, t)
		}
	}
	return live, total
}

func treeNodeOf(ctx context.Context, t *tree.Node) *treeNode {
	n := &treeNode{
		ID: t.ID, PID: t.PID, Kind: t.Type.String(), State: t.State.String(), Restarts: t.Restarts,
		Unresponsive: t.Unresponsive, Total: t.Total, Unlisted: t.Total - len(t.Children), Open: t.Total <= openUpTo,
	}
	if t.Restart != 0 {
		n.Restart = t.Restart.String()
	}
	if t.Type == supervisor.SupervisorType {
		if t.Strategy != 0 {
			n.Strategy = t.Strategy.String()
		}
		if t.Dynamic {
			n.Kind = "dynamic supervisor"
		}
	}
	if info, ok := process.InfoOf(ctx, t.PID); ok {
		n.Name, n.Type, n.Mailbox, n.Busy = string(info.Name), typeOf(info), info.Mailbox, isBusy(info)
	}
	n.Search = searchText(n.ID, n.PID.String(), n.Name, n.Type)
	if !n.PID.IsZero() {
		n.Key = n.PID.String()
	}
	for _, c := range t.Children {
		n.Children = append(n.Children, treeNodeOf(ctx, c))
	}
	return n
}

// openUpTo is how many children a supervisor has at most that is shown open.
const openUpTo = 30

// find keeps what a search finds, what is above it and what is below it; nil
// if that is nothing. Then what is found is shown.
func (n *treeNode) find(q string) *treeNode {
	if q == "" || strings.Contains(n.Search, q) {
		return n
	}
	all := n.Children
	n.Children = nil
	for _, c := range all {
		if c = c.find(q); c != nil {
			n.Children = append(n.Children, c)
		}
	}
	if len(n.Children) == 0 {
		return nil
	}
	n.Open = true
	return n
}

func searchText(of ...string) string { return strings.ToLower(strings.Join(of, "\n")) }
