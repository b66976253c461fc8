// Package guards holds maps whose keys are tested before they are used, by tests that show that the key is there and
// by tests that do not.
package guards

import (
	"strings"
	"time"

	"github.com/otplint/otplint/runtime/genserver"
)

type rule struct{ hits int }

type order struct {
	id   string
	qty  int
	open bool
	at   time.Time
}

// Known only changes entries that are there, and those of short lists.
type Known struct {
	levels   map[string]int
	counted  map[string]int
	left     map[string]int
	rest     map[string]int
	names    map[string]string
	rules    map[string]*rule
	behind   map[string]*rule
	orders   map[string]order
	opened   map[string]order
	stamped  map[string]order
	lines    map[string][]string
	any      map[string]any
	byStatus map[int]int
	outside  map[int]int
	small    map[uint32]int
	byLang   map[string]int
	checked  map[string]int
	invalid  map[string]int
	foreign  map[string]int
	both     map[string]int
}

type use struct {
	genserver.CallTo[*Known, int]
	key    string
	n      int
	u      uint32
	status int
}

func (s *Known) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Known) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch m := req.(type) {
	case use:
		s.lists(m)
		s.entries(m)
		return m.Reply(from, s.sell(m.key, m.n))
	}
	return c.Unhandled(req)
}

func (s *Known) sell(k string, n int) int {
	if s.levels[k] < n {
		return 0
	}
	s.levels[k] -= n
	return n
}

func (s *Known) entries(m use) {
	k := m.key
	if s.counted[k] > 0 {
		s.counted[k]++
	}
	if 0 != s.left[k] {
		s.left[k]--
	}
	if s.rest[k]-m.n >= 0 {
		s.rest[k] -= m.n
	}
	if s.names[k] == "x" {
		s.names[k] = "y"
	}
	if r := s.rules[k]; r != nil {
		s.rules[k] = &rule{r.hits + 1}
	}
	if r := s.behind[k]; r.hits < m.n {
		s.behind[k] = &rule{m.n}
	}
	o := s.orders[k]
	if o.id != "" {
		o.qty += m.n
		s.orders[k] = o
	}
	if s.opened[k].open {
		s.opened[k] = order{id: k}
	}
	if !s.stamped[k].at.IsZero() {
		s.stamped[k] = order{id: k, at: time.Now()}
	}
	if len(s.lines[k]) > 0 {
		s.lines[k] = []string{k}
	}
	if _, ok := s.any[k].(int); ok {
		s.any[k] = m.n
	}
}

func (s *Known) lists(m use) {
	if m.status >= 100 && m.status < 600 {
		s.byStatus[m.status]++
	}
	if m.u < 10 {
		s.small[m.u]++
	}
	if valid(m.key) {
		s.byLang[m.key]++
	}
	if s.has(m.key) && m.n > 1 {
		s.checked[m.key]++
	}
	if !invalid(m.key) {
		s.invalid[m.key]++
	}
	if s.fits(m.key, m.n) {
		s.both[m.key]++
	}
	if trusted(m.key) {
		s.foreign[m.key]++
	}
	if m.status < 100 || 600 <= m.status {
		return
	}
	s.outside[m.status]++
}

func valid(lang string) bool {
	switch lang {
	case "de", "en", "fr":
		return true
	}
	return false
}

func invalid(lang string) bool { return !valid(lang) }

func (s *Known) has(k string) bool {
	if s.checked == nil {
		return false
	}
	_, ok := s.checked[k]
	return ok
}

func (s *Known) fits(k string, n int) bool { return n < 10 && s.both[k] > n }

func trusted(k string) bool {
	for _, c := range k {
		if c > 'z' {
			return false
		}
	}
	return len(k) < 3
}

// Grows makes entries: what it tests holds for keys that are not there.
type Grows struct {
	levels   map[string]int       // want `levels only grows`
	most     map[string]int       // want `most only grows`
	seen     map[string]bool      // want `seen only grows`
	dedupe   map[string]bool      // want `dedupe only grows`
	fresh    map[string]bool      // want `fresh only grows`
	orders   map[string]order     // want `orders only grows`
	filled   map[string]order     // want `filled only grows`
	rules    map[string]*rule     // want `rules only grows`
	last     map[string]time.Time // want `last only grows`
	short    map[string][]string  // want `short only grows`
	below    map[int]int          // want `below only grows`
	above    map[uint64]int       // want `above only grows`
	prefixed map[string]int       // want `prefixed only grows`
	ignored  map[string]int       // want `ignored only grows`
	rejected map[string]int       // want `rejected only grows`
	unlike   map[string]int       // want `unlike only grows`
	other    map[string]int       // want `other only grows`
}

type put struct {
	genserver.CallTo[*Grows, int]
	key, otherKey string
	n             int
	u             uint64
}

func (s *Grows) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (s *Grows) HandleCall(c *genserver.Context, from genserver.From, req any) genserver.Result {
	switch m := req.(type) {
	case put:
		s.absent(m)
		s.endless(m)
		return m.Reply(from, 1)
	}
	return c.Unhandled(req)
}

func (s *Grows) absent(m put) {
	k := m.key
	if s.levels[k] < 10 {
		s.levels[k]++
	}
	if m.n > s.most[k] {
		s.most[k] = m.n
	}
	if _, seen := s.seen[k]; !seen {
		s.seen[k] = true
	}
	if !s.met(k) {
		s.dedupe[k] = true
	}
	if s.isFresh(k) {
		s.fresh[k] = true
	}
	if s.orders[k].id == "" {
		s.orders[k] = order{id: k}
	}
	if o := s.filled[k]; !o.open {
		s.filled[k] = order{id: k}
	}
	if r := s.rules[k]; r == nil {
		s.rules[k] = &rule{}
	}
	if s.last[k].IsZero() {
		s.last[k] = time.Now()
	}
	if len(s.short[k]) <= m.n {
		s.short[k] = []string{k}
	}
	if s.unlike[k] != m.n {
		s.unlike[k] = m.n
	}
	if s.other[m.otherKey] > 0 {
		s.other[k] = m.n
	}
}

func (s *Grows) met(k string) bool { return s.dedupe[k] }

func (s *Grows) isFresh(k string) bool {
	if _, ok := s.fresh[k]; ok {
		return false
	}
	return true
}

func (s *Grows) endless(m put) {
	if m.n < 600 {
		s.below[m.n]++
	}
	if m.u >= 100 {
		s.above[m.u]++
	}
	if strings.HasPrefix(m.key, "x") {
		s.prefixed[m.key]++
	}
	if ready(m.key) {
		s.ignored[m.key]++
	}
	if !valid(m.key) {
		s.rejected[m.key]++
	}
}

var started = time.Now()

func ready(_ string) bool { return time.Since(started) > time.Minute }
