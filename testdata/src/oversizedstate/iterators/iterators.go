// Package iterators has servers whose keys come from loops over iterators.
package iterators

import (
	"iter"
	"maps"
	"slices"

	"github.com/otplint/otplint/runtime/genserver"
)

type Tally struct {
	keys   map[string]int  // want `keys only grows: 1 of 1 messages of Tally adds to it \(count\)`
	pairs  map[string]bool // want `pairs only grows`
	values map[string]bool // want `values only grows`

	// Near misses.
	allowed map[string]bool
	copied  map[string]int
	counted map[int]string
	fixed   map[string]int
	opaque  map[string]int
	removed map[string]int
	looked  map[string]int
}

type count struct {
	genserver.CastTo[*Tally]
	names map[string]int
	list  []string
}

func New() *Tally {
	return &Tally{allowed: map[string]bool{"a": true}, looked: map[string]int{"a": 0}}
}

func (t *Tally) Init(c *genserver.Context) genserver.Result { return c.OK() }

func (t *Tally) HandleCast(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case count:
		for name := range maps.Keys(msg.names) {
			t.keys[name]++
			t.removed[name]++
			if _, ok := t.looked[name]; ok {
				t.looked[name]++
			}
		}
		for name, n := range maps.All(msg.names) {
			t.pairs[name] = n > 0
		}
		for name := range slices.Values(msg.list) {
			t.values[name] = true
		}
		for name := range maps.Keys(t.allowed) {
			t.copied[name]++
		}
		for i, name := range slices.All(msg.list) {
			t.counted[i] = name
		}
		for name := range slices.Values([]string{"x", "y"}) {
			t.fixed[name]++
		}
		for name := range names {
			t.opaque[name]++
		}
		for name := range maps.Keys(t.removed) {
			delete(t.removed, name)
		}
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

var names iter.Seq[string]
