package observer

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/otplint/otplint/runtime/process"
)

// maxPublished is how many things of a kind are listed.
const maxPublished = 200

// publishedView is what the page of the tables and registries shows.
type publishedView struct {
	Node  string     `json:"node"`
	Query string     `json:"query,omitempty"`
	Kinds []kindView `json:"kinds"`
}

// kindView is what is published under one kind.
type kindView struct {
	Kind    string           `json:"kind"`
	Title   string           `json:"-"`
	Total   int              `json:"total"`
	Found   int              `json:"found"` // by the search
	Entries []publishedEntry `json:"entries"`
}

// publishedEntry is one thing that is published.
type publishedEntry struct {
	Name  string      `json:"name"`
	Type  string      `json:"type"`
	Size  int         `json:"size"` // -1 if it did not tell
	Owner process.PID `json:"owner,omitzero"`
}

// Search is what a search looks through.
func (e publishedEntry) Search() string { return searchText(e.Name, e.Type, e.Owner.String()) }

// kinds are what has a heading of its own; others have their kind.
var kinds = []struct{ kind, title string }{{"table", "Tables"}, {"registry", "Registries"}}

func viewPublished(_ context.Context, h *handler, q url.Values) (any, int) {
	v := publishedView{Node: h.node.Name(), Query: q.Get("q")}
	query := strings.ToLower(v.Query)
	for _, k := range kinds {
		view := kindView{Kind: k.kind, Title: k.title}
		first := top[publishedEntry]{n: maxPublished, order: func(a, b publishedEntry) int { return strings.Compare(a.Name, b.Name) }}
		for name, p := range h.node.AllPublished(k.kind) {
			view.Total++
			if e := entryOf(name, p); query == "" || strings.Contains(e.Search(), query) {
				view.Found++
				first.add(e)
			}
		}
		view.Entries = first.take()
		v.Kinds = append(v.Kinds, view)
	}
	return v, http.StatusOK
}

// entryOf asks a thing of somebody else's for its summary, which may panic.
func entryOf(name string, p process.Published) (e publishedEntry) {
	defer func() {
		if v := recover(); v != nil {
			e = publishedEntry{Name: name, Type: fmt.Sprintf("its Summary panicked: %v", v), Size: -1}
		}
	}()
	s := p.Summary()
	return publishedEntry{name, s.Type, s.Size, s.Owner}
}
