// Package bad holds servers whose state only grows, or is fat.
package bad

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
)

// base answers what a test server does not care about.
type base struct{}

func (base) Init(c *genserver.Context) genserver.Result { return c.OK() }

// Grow grows in every way that the language has.
type Grow struct {
	base
	byID     map[string]int             // want `^byID only grows: 1 of 3 messages of Grow adds to it \(put\), 24 bytes an entry and what it points to, and nothing removes: delete entries when they are done, set a limit, or keep them in a table or store$`
	counted  map[string]int             // want `^counted only grows: 2 of 3 messages of Grow add to it \(note, put\)`
	history  []event                    // want `^history only grows: 1 of 3 messages of Grow adds to it \(note\), 40 bytes an entry`
	viaLocal []string                   // want `viaLocal only grows`
	chained  []string                   // want `chained only grows`
	inserted []int                      // want `inserted only grows`
	pushed   []string                   // want `pushed only grows`
	branch   []string                   // want `branch only grows`
	lazy     map[string]bool            // want `lazy only grows`
	lazyLen  []string                   // want `lazyLen only grows`
	nested   map[string]map[string]bool // want `nested only grows`
	perKind  map[kind][]string          // want `perKind only grows`
	buckets  [4][]string                // want `buckets only grows`
	derived  map[string]bool            // want `derived only grows`
	parsed   map[string]bool            // want `parsed only grows`
	serial   map[int]string             // want `serial only grows`
	next     int
	log      string         // want `^log only grows: 1 of 3 messages of Grow adds to it \(note\), and nothing removes`
	seen     set            // want `seen only grows`
	cast     map[any]bool   // want `cast only grows`
	copied   map[string]int // want `copied only grows`
	inner    inner
	ptr      *inner
	fixed    map[kind]*room
	closed   map[string]bool      // want `closed only grows`
	ranged   map[string]int       // want `ranged only grows`
	formats  map[string]time.Time // want `formats only grows`
}

type event struct {
	what string
	at   time.Time
}

type kind uint8

const (
	small kind = iota
	large
)

type inner struct {
	entries map[string]string // want `^(inner|ptr).entries only grows`
}

type room struct {
	lines []string // want `fixed.lines only grows`
}

type set map[string]struct{}

func (s set) add(k string) { s[k] = struct{}{} }

type put struct {
	genserver.CallTo[*Grow, int]
	id   string
	n    int
	body []byte
	kind kind
	all  map[string]int
}

type note struct {
	genserver.CastTo[*Grow]
	text string
}

type ask struct {
	genserver.CallTo[*Grow, int]
}

func (g *Grow) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case put:
		g.byID[req.id] = req.n
		g.bump(req.id)
		g.put(req)
		return req.Reply(from, len(g.byID))
	case ask:
		return req.Reply(from, g.total())
	}
	return c.Unhandled(req)
}

func (g *Grow) put(p put) {
	if g.lazy == nil {
		g.lazy = make(map[string]bool)
	}
	g.lazy[p.id] = true
	if len(g.lazyLen) == 0 {
		g.lazyLen = make([]string, 0, 16)
	}
	g.lazyLen = append(g.lazyLen, p.id)
	if g.nested[p.id] == nil {
		g.nested[p.id] = make(map[string]bool)
	}
	g.nested[p.id][p.id] = true
	delete(g.nested[p.id], "other") // of one inner map; the outer one keeps its keys
	g.perKind[p.kind] = append(g.perKind[p.kind], p.id)
	g.buckets[p.n%4] = append(g.buckets[p.n%4], p.id)
	g.derived[fmt.Sprintf("%s/%d", strings.ToLower(p.id), p.n)] = true
	var body struct{ Name string }
	if json.Unmarshal(p.body, &body) == nil {
		g.parsed[body.Name] = true
	}
	g.next++
	g.serial[g.next] = "x"
	g.seen.add(p.id)
	g.cast[p.id] = true
	maps.Copy(g.copied, p.all)
	g.inner.entries[p.id] = p.id
	g.ptr.entries[p.id] = p.id
	if r := g.fixed[p.kind]; r != nil {
		r.lines = append(r.lines, p.id)
	}
	func() { g.closed[p.id] = true }()
	for k, n := range p.all {
		g.ranged[k] += n
	}
	if _, again := g.formats[p.id]; !again {
		g.formats[p.id] = time.Now()
	}
}

func (g *Grow) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case note:
		g.bump(msg.text)
		g.history = append(g.history, event{msg.text, time.Now()})
		h := g.viaLocal
		h = append(h, msg.text)
		g.viaLocal = h
		g.chained = append(append(g.chained, msg.text), "\n")
		g.inserted = slices.Insert(g.inserted, 0, 1)
		g.pushed = push(g.pushed, msg.text)
		b := g.branch
		if msg.text != "" {
			b = append(b, msg.text)
		}
		g.branch = b
		g.log += msg.text + "\n"
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func push[T any](list []T, x T) []T { return append(list, x) }

func (g *Grow) bump(k string) { g.counted[k]++ }

func (g *Grow) total() int {
	n := len(g.history) + len(g.viaLocal) + len(g.byID)
	for i := 0; i < len(g.chained); i++ { // an index, not a limit
		n += len(g.chained[i])
	}
	if len(g.branch) > 0 {
		n++
	}
	return n
}

// Init fills; what it fills again later is no removal.
type Refilled struct {
	known map[string]int // want `known only grows: HandleInfo of Refilled adds to it`
}

func (r *Refilled) Init(c *genserver.Context) genserver.Result {
	r.known = make(map[string]int)
	return c.OK()
}

func (r *Refilled) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	r.known[fmt.Sprint(msg)]++
	return c.NoReply()
}

func (r *Refilled) Terminate(*genserver.Context, error) { clear(r.known) }

// Cache is generic.
type Cache[K comparable, V any] struct {
	base
	entries map[K]V // want `entries only grows: 1 of 1 messages of Cache adds to it \(store\), and nothing removes`
}

type store[K comparable, V any] struct {
	genserver.CastTo[*Cache[K, V]]
	key K
	val V
}

func (s *Cache[K, V]) HandleCast(c *genserver.Context, msg any) genserver.Result {
	if m, ok := msg.(store[K, V]); ok {
		s.entries[m.key] = m.val
	}
	return c.NoReply()
}

// Fat is big, and keeps what is not its own.
type Fat struct {
	base
	buf    [64 << 10]byte // want `^buf is 65,536 bytes by value: every Fat holds them as long as it lives, busy or not: allocate the memory when it is needed, or share it through a sync.Pool$`
	table  [512]uint64    // want `table is 4,096 bytes by value`
	frames frames
	req    *http.Request       // want `^req keeps a whole \*http.Request after its handler has returned \(1 message: handle\): Fat keeps body, headers and connection in memory, and what it reads there is dead: copy the fields that are needed$`
	w      http.ResponseWriter // want `w keeps a whole http.ResponseWriter`
	resp   *http.Response      // want `resp keeps a whole \*http.Response`
	rows   *sql.Rows           // want `rows keeps a whole \*sql.Rows`
}

type frames struct {
	n    int
	last [2][1024]int32 // want `frames.last is 8,192 bytes by value`
}

type handle struct {
	genserver.CallTo[*Fat, int]
	r    *http.Request
	w    http.ResponseWriter
	db   *sql.DB
	text string
}

func (f *Fat) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case handle:
		f.req, f.w = req.r, req.w
		f.fetch(req.text)
		if rows, err := req.db.Query(req.text); err == nil {
			f.rows = rows
		}
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (f *Fat) fetch(url string) {
	resp, err := http.Get(url)
	if err == nil {
		f.resp = resp
	}
}
