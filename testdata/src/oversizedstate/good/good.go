// Package good holds state that is bounded, each in a way of its own.
package good

import (
	"bytes"
	"container/list"
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
)

var opaque bool

// Each line marked with a comment (//- and a field) keeps that field quiet: the test
// takes it away, or puts what follows the colon in its place.
var _, _, _ = maps.Clone[map[string]int], slices.Clone[[]string], time.AfterFunc

type base struct{}

func (base) Init(c *genserver.Context) genserver.Result { return c.OK() }

const limit = 100

// Bounded takes away again.
type Bounded struct {
	base
	deleted   map[string]int
	cleared   map[string]int
	funced    map[string]int
	helped    map[string]int
	replaced  map[string]int
	niled     []string
	resliced  []string
	cut       []string
	deletedAt []string
	swapped   []string
	ring      []string
	capped    map[string]int
	cappedBy  []string
	max       int
	full      []string
	batch     []string
	popped    []string
	rooms     map[string]*room
	users     set
	inspected map[string]int
	later     map[string]int
	byMethod  map[string]map[string]bool
	perDay    map[time.Weekday][]string
	elsewhere map[string]int
	filtered  []string
	struct_   group
	ptr       *group
	text      string
	trimmed   []string
	timer     map[string]int
}

type room struct {
	lines []string // dies with its room
	names map[string]bool
}

type group struct {
	names  map[string]bool
	events []string
}

type set map[string]bool

func (s set) add(k string)    { s[k] = true }
func (s set) remove(k string) { delete(s, k) }

type put struct {
	genserver.CallTo[*Bounded, int]
	id string
}

type drop struct {
	genserver.CastTo[*Bounded]
	id string
}

type tick struct{}

func (b *Bounded) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case put:
		b.put(req.id)
		return req.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (b *Bounded) put(id string) {
	b.deleted[id]++
	b.cleared[id]++
	b.funced[id]++
	b.helped[id]++
	b.replaced[id]++
	b.niled = append(b.niled, id)
	b.resliced = append(b.resliced, id)
	b.cut = append(b.cut, id)
	b.deletedAt = append(b.deletedAt, id)
	b.swapped = append(b.swapped, id)
	b.ring = append(b.ring, id)
	if len(b.capped) < limit { //- capped: if opaque {
		b.capped[id]++
	}
	if len(b.cappedBy) >= b.max { //- cappedBy: if opaque {
		return
	}
	b.cappedBy = append(b.cappedBy, id)
	if b.isFull() {
		return
	}
	b.full = append(b.full, id)
	b.batch = append(b.batch, id)
	if len(b.batch) == cap(b.batch) {
		b.flush()
	}
	b.popped = append(b.popped, id)
	r := b.rooms[id]
	if r == nil {
		r = &room{names: map[string]bool{}}
		b.rooms[id] = r
	}
	r.lines = append(r.lines, id)
	r.names[id] = true
	b.users.add(id)
	b.inspected[id]++
	b.later[id]++
	if b.byMethod["GET"] == nil {
		b.byMethod["GET"] = map[string]bool{}
	}
	b.byMethod["GET"][id] = true
	b.perDay[time.Now().Weekday()] = append(b.perDay[time.Now().Weekday()], id)
	b.elsewhere[id]++
	b.filtered = append(b.filtered, id)
	b.struct_.names[id] = true
	b.struct_.events = append(b.struct_.events, id)
	b.ptr.names[id] = true
	b.text += id
	b.trimmed = append(b.trimmed, id)
	b.timer[id]++
	time.AfterFunc(time.Second, func() { delete(b.timer, id) }) //- timer
}

func (b *Bounded) isFull() bool { return len(b.full) >= b.max } //- full: func (b *Bounded) isFull() bool { return opaque }

func (b *Bounded) flush() { b.batch = b.batch[:0] }

func (b *Bounded) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case drop:
		delete(b.deleted, msg.id)         //- deleted
		clear(b.cleared)                  //- cleared
		forget(b.helped, msg.id)          //- helped
		b.users.remove(msg.id)            //- users
		delete(b.rooms, msg.id)           //- rooms
		delete(b.byMethod["GET"], msg.id) //- byMethod
		b.perDay[time.Monday] = nil       //- perDay
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func forget[V any](m map[string]V, k string) { delete(m, k) }

func (b *Bounded) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg.(type) {
	case tick:
		maps.DeleteFunc(b.funced, func(_ string, n int) bool { return n == 0 }) //- funced
		b.replaced = make(map[string]int)                                       //- replaced
		b.niled = nil                                                           //- niled
		b.resliced = b.resliced[1:]                                             //- resliced
		b.cut = append(b.cut[:0], b.cut[1:]...)                                 //- cut
		b.deletedAt = slices.Delete(b.deletedAt, 0, 1)                          //- deletedAt
		work := b.swapped
		b.swapped = nil //- swapped
		slog.Info("work", "list", work)
		if n := len(b.ring); n > limit {
			b.ring = slices.Clone(b.ring[n-limit:])
		}
		b.pop()
		b.filtered = slices.DeleteFunc(b.filtered, func(s string) bool { return s == "" }) //- filtered
		b.struct_ = group{names: map[string]bool{}}                                        //- struct_.names struct_.events
		b.ptr = &group{names: map[string]bool{}}                                           //- ptr.names
		b.text = ""                                                                        //- text
		trim(&b.trimmed)                                                                   //- trimmed
		keep = b.elsewhere                                                                 //- elsewhere
		return c.NoReply().Continue(tick{})
	}
	return c.Unhandled(msg)
}

var keep map[string]int

func (b *Bounded) pop() (s string) {
	s, b.popped = b.popped[0], b.popped[1:] //- popped
	return s
}

func trim(list *[]string) { *list = (*list)[1:] }

func (b *Bounded) HandleContinue(c *genserver.Context, arg any) genserver.Result {
	b.later = make(map[string]int) //- later
	return c.NoReply()
}

// Sweep removes inside the server, from outside.
func Sweep(ctx context.Context, r genserver.Ref[*Bounded]) error {
	_, err := genserver.Inspect(ctx, r, func(b *Bounded) int {
		clear(b.inspected) //- inspected
		return 0
	})
	return err
}

// Keys has few of them.
type Keys struct {
	base
	bools   map[bool]int
	bytes   map[byte]int
	states  map[status]int
	colors  map[color]int
	pairs   map[pair]int
	consts  map[string]int
	chosen  map[string]int
	known   map[string]int
	checked map[string]int
	listed  map[string]int
	allowed map[string]bool
	helped  map[string]int
	shards  map[int]int
	masked  map[uint64]int
	hours   map[int]int
	config  map[string]int
	name    string
	own     map[string]int
	looked  map[string]int
	updated map[string]entry
	guarded map[string]int
	weekday map[time.Weekday]int
	phi     map[string]int
	slots   [8][]string
	buf     []byte
}

type entry struct{ n int }

type status int

const (
	on status = iota
	off
)

type color string

const (
	red  color = "red"
	blue color = "blue"
)

type pair struct {
	s status
	b bool
}

type count struct {
	genserver.CallTo[*Keys, int]
	ok     bool
	b      byte
	s      status
	c      color
	method string
	n      int
	hash   uint64
	at     time.Time
}

func (k *Keys) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case count:
		k.bools[req.ok]++
		k.bytes[req.b]++
		k.states[req.s]++
		k.colors[req.c]++
		k.pairs[pair{req.s, req.ok}]++
		k.consts["all"]++ //- consts: k.consts["all"+req.method]++
		switch req.method {
		case "GET", "HEAD": //- chosen: default:
			k.chosen[req.method]++
		}
		if n, ok := k.known[req.method]; ok { //- known: if n := 1; opaque {
			k.known[req.method] = n + 1
		}
		k.config[k.name]++ //- config: k.config[req.method]++
		k.more(req.method)
		n := k.update(req.method)
		if !k.allowed[req.method] { //- checked: if opaque {
			return c.NoReply()
		}
		k.checked[req.method]++
		k.shards[req.n%16]++      //- shards: k.shards[req.n]++
		k.masked[req.hash&0xff]++ //- masked: k.masked[req.hash]++
		k.hours[req.at.Hour()]++  //- hours: k.hours[int(req.at.Unix())]++
		for name := range k.own {
			k.own[name]++ //- own: k.own[name+req.method]++
		}
		k.weekday[req.at.Weekday()]++
		k.slots[req.n%8] = []string{req.method}  //- slots: k.slots[req.n%8] = append(k.slots[req.n%8], req.method)
		k.buf = append(k.buf[:0], req.method...) //- buf: k.buf = append(k.buf, req.method...)
		return req.Reply(from, n)
	}
	return c.Unhandled(req)
}

var methods = []string{"GET", "PUT"}

func (k *Keys) more(method string) {
	kind := "other"
	if method == "GET" { //- phi: if kind = method; opaque {
		kind = "read"
	}
	k.phi[kind]++
	if _, ok := k.allowed[method]; ok && opaque { //- guarded: if opaque {
		k.guarded[method]++
	}
	if slices.Contains(methods, method) { //- listed: if opaque {
		k.listed[method]++
	}
	if k.isAllowed(method) { //- helped: if opaque {
		k.helped[method]++
	}
	if _, ok := k.looked[method]; !ok { //- looked: if opaque {
		return
	}
	k.bump(method)
}

func (k *Keys) isAllowed(method string) bool { return k.allowed[method] }

func (k *Keys) bump(method string) { k.looked[method]++ }

func (k *Keys) update(method string) int {
	e, ok := k.updated[method]
	if !ok {
		return 0
	}
	e.n++
	k.updated[method] = e
	return e.n
}

// Filled is filled before its first message, or not by messages.
type Filled struct {
	table   map[string]int
	loaded  []string
	started []string
}

func New(names []string) *Filled {
	f := &Filled{table: map[string]int{}}
	for i, n := range names {
		f.table[n] = i
		f.loaded = append(f.loaded, n)
	}
	return f
}

func (f *Filled) Init(c *genserver.Context) genserver.Result {
	f.load()
	return c.OK().Continue(nil)
}

func (f *Filled) load() {
	for _, n := range methods {
		f.table[n]++
		f.loaded = append(f.loaded, n)
	}
}

func (f *Filled) HandleContinue(c *genserver.Context, arg any) genserver.Result {
	f.started = append(f.started, "yes")
	return c.NoReply()
}

func (f *Filled) HandleInfo(c *genserver.Context, msg any) genserver.Result { return c.NoReply() }

// Local grows nothing that stays.
type Local struct {
	base
	last   *result
	queue  *list.List
	out    bytes.Buffer
	digest [32]byte
	small  [4095]byte
	client *http.Client
	header http.Header
	resp   *http.Response // let go
	tmpl   *http.Request  // made by Init
}

type result struct{ lines []string }

type run struct {
	genserver.CallTo[*Local, []string]
	lines []string
	resp  *http.Response
}

func (l *Local) Init(c *genserver.Context) genserver.Result {
	l.tmpl, _ = http.NewRequest("GET", "http://example.com", nil)
	return c.OK()
}

func (l *Local) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch req := req.(type) {
	case run:
		r := &result{}
		for _, line := range req.lines {
			r.lines = append(r.lines, line)
			l.queue.PushBack(line)
		}
		seen := map[string]bool{}
		for _, line := range r.lines {
			seen[line] = true
		}
		l.last = r
		l.resp = req.resp
		return req.Reply(from, r.lines)
	}
	return c.Unhandled(req)
}

func (l *Local) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case process.Down:
		l.resp = nil //- resp
		return c.NoReply()
	default:
		return c.Unhandled(msg)
	}
}

// plain is no server.
type plain struct {
	seen map[string]bool
	buf  [1 << 20]byte
	req  *http.Request
}

func (p *plain) add(r *http.Request) {
	p.seen[r.URL.Path] = true
	p.req = r
}

var _ = (*plain).add
