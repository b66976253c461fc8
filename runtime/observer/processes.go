package observer

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/otplint/otplint/runtime/internal/tree"
	"github.com/otplint/otplint/runtime/process"
)

const (
	maxProcesses = 200 // that are listed
	maxTypes     = 30  // by which processes are counted
)

// processesView is what the page of the processes shows.
type processesView struct {
	Node      string    `json:"node"`
	Query     string    `json:"query,omitempty"`
	Sort      string    `json:"sort"`
	Total     int       `json:"total"`     // how many processes there are
	Found     int       `json:"found"`     // how many of them the search finds
	Abandoned int       `json:"abandoned"` // dead ones whose code still runs
	Processes []row     `json:"processes"`
	Types     []typeRow `json:"types"` // of all processes, the most frequent first
	MoreTypes int       `json:"moreTypes,omitempty"`

	Columns []column `json:"-"`
}

// row is one process in the list.
type row struct {
	PID       process.PID `json:"pid"`
	Name      string      `json:"name,omitempty"`
	ID        string      `json:"id,omitempty"` // as a child
	Behaviour string      `json:"behaviour"`
	Type      string      `json:"type"` // of the server's state
	Mailbox   int         `json:"mailbox"`
	Bound     int         `json:"bound,omitempty"`
	Lost      uint64      `json:"lost"`
	Handled   uint64      `json:"handled"`
	Restarts  *int        `json:"restarts,omitempty"` // nil if it is not listed in a tree
	Busy      bool        `json:"busy"`
	Links     int         `json:"links"`
	Monitors  int         `json:"monitors"`
	Parent    process.PID `json:"parent,omitzero"`
}

func rowOf(info process.Info, place *tree.Node) row {
	r := row{
		PID: info.PID, Name: string(info.Name), Behaviour: info.Behaviour, Type: typeOf(info), Parent: info.Parent,
		Mailbox: info.Mailbox, Bound: info.Bound, Lost: info.Lost, Handled: info.Handled, Busy: isBusy(info),
		Links: len(info.Links), Monitors: len(info.Monitors),
	}
	if place != nil {
		r.ID, r.Restarts = place.ID, &place.Restarts
	}
	return r
}

// Search is what a search looks through.
func (r row) Search() string { return searchText(r.ID, r.PID.String(), r.Name, r.Type, r.Behaviour) }

// RestartCount is -1 if nobody knows.
func (r row) RestartCount() int {
	if r.Restarts == nil {
		return -1
	}
	return *r.Restarts
}

// isBusy reports whether the process's code is running and should not be for
// long: a plain process's always runs.
func isBusy(info process.Info) bool { return info.Busy && info.Behaviour != "process" }

// typeOf is the type of the server's state, or what else the process is.
func typeOf(info process.Info) string {
	return cmp.Or(strings.TrimPrefix(info.Type, "*"), info.Behaviour)
}

// placesOf finds the processes in the trees.
func placesOf(ctx context.Context, node *process.Node) map[process.PID]*tree.Node {
	places := map[process.PID]*tree.Node{}
	var enter func(n *tree.Node)
	enter = func(n *tree.Node) {
		places[n.PID] = n
		for _, c := range n.Children {
			enter(c)
		}
	}
	trees, _ := forest(ctx, node)
	for _, t := range trees {
		enter(t)
	}
	return places
}

// orders are what the processes can be sorted by: what one looks for comes first.
var orders = map[string]func(a, b row) int{
	"mailbox":  func(a, b row) int { return cmp.Compare(b.Mailbox, a.Mailbox) },
	"lost":     func(a, b row) int { return cmp.Compare(b.Lost, a.Lost) },
	"handled":  func(a, b row) int { return cmp.Compare(b.Handled, a.Handled) },
	"restarts": func(a, b row) int { return cmp.Compare(b.RestartCount(), a.RestartCount()) },
	"links":    func(a, b row) int { return cmp.Compare(b.Links, a.Links) },
	"monitors": func(a, b row) int { return cmp.Compare(b.Monitors, a.Monitors) },
	"name":     func(a, b row) int { return compareText(cmp.Or(a.Name, a.ID), cmp.Or(b.Name, b.ID)) },
	"type":     func(a, b row) int { return compareText(a.Type, b.Type) },
	"pid":      func(a, b row) int { return a.PID.Compare(b.PID) },
}

// compareText puts the empty text last.
func compareText(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(b), len(a))
	}
	return strings.Compare(a, b)
}

// column is a column of the list, by which it can be sorted.
type column struct {
	Key, Title, Link string
	Number           bool
	Sorted           string // for aria-sort, "" if the list is sorted by another
}

func columnsOf(sorted, query string) []column {
	columns := []column{
		{Key: "pid", Title: "PID"}, {Key: "name", Title: "Name or id"}, {Key: "type", Title: "Type"},
		{Key: "mailbox", Title: "Mailbox", Number: true}, {Key: "lost", Title: "Lost", Number: true},
		{Key: "handled", Title: "Handled", Number: true}, {Key: "restarts", Title: "Restarts", Number: true},
		{Key: "links", Title: "Links", Number: true}, {Key: "monitors", Title: "Monitors", Number: true},
	}
	for i := range columns {
		c := &columns[i]
		c.Link = "processes?" + url.Values{"sort": {c.Key}, "q": {query}}.Encode()
		if c.Key == sorted {
			c.Sorted = "ascending"
			if c.Number {
				c.Sorted = "descending"
			}
		}
	}
	return columns
}

func viewProcesses(ctx context.Context, h *handler, q url.Values) (any, int) {
	v := processesView{Node: h.node.Name(), Query: q.Get("q"), Sort: q.Get("sort"), Abandoned: h.node.Abandoned()}
	order := orders[v.Sort]
	if order == nil {
		v.Sort, order = "mailbox", orders["mailbox"]
	}
	v.Columns = columnsOf(v.Sort, v.Query)
	places := placesOf(ctx, h.node)
	query := strings.ToLower(v.Query)
	best := top[row]{n: maxProcesses, order: func(a, b row) int { return cmp.Or(order(a, b), a.PID.Compare(b.PID)) }}
	types := map[string]*typeRow{}
	for pid := range h.node.Processes() {
		info, ok := process.InfoOf(ctx, pid)
		if !ok {
			continue
		}
		v.Total++
		r := rowOf(info, places[pid])
		countType(types, r)
		if query == "" || strings.Contains(r.Search(), query) {
			v.Found++
			best.add(r)
		}
	}
	v.Processes = best.take()
	v.Types, v.MoreTypes = frequent(types)
	return v, http.StatusOK
}

// typeRow counts the processes of a type.
type typeRow struct {
	Type       string `json:"type"`
	Processes  int    `json:"processes"`
	Busy       int    `json:"busy"`
	Mailbox    int    `json:"mailbox"` // of all together
	MaxMailbox int    `json:"maxMailbox"`
	Handled    uint64 `json:"handled"`
}

func countType(types map[string]*typeRow, r row) {
	t := types[r.Type]
	if t == nil {
		t = &typeRow{Type: r.Type}
		types[r.Type] = t
	}
	t.Processes++
	t.Mailbox += r.Mailbox
	t.MaxMailbox = max(t.MaxMailbox, r.Mailbox)
	t.Handled += r.Handled
	if r.Busy {
		t.Busy++
	}
}

// frequent are the types of which there are most, and how many others there are.
func frequent(types map[string]*typeRow) (rows []typeRow, more int) {
	most := top[typeRow]{n: maxTypes, order: func(a, b typeRow) int {
		return cmp.Or(cmp.Compare(b.Processes, a.Processes), strings.Compare(a.Type, b.Type))
	}}
	for _, t := range types {
		most.add(*t)
	}
	rows = most.take()
	return rows, len(types) - len(rows)
}
