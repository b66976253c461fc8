// Package restart decides whether a supervisor may restart a child once more,
// and after what time. The kinds of supervisors share it.
package restart

import (
	"math/rand/v2"
	"time"
)

// Intensity is a supervisor's limit: N restarts within any Period.
type Intensity struct {
	N      int
	Period time.Duration

	recent []time.Time // restarts within the period, oldest first; no more than N
}

// Default is Elixir's: 3 in 5 s.
func Default() Intensity { return Intensity{N: 3, Period: 5 * time.Second} }

// Valid reports whether the limit is one.
func (i *Intensity) Valid() bool { return i.N >= 0 && i.Period > 0 }

// Allow counts a restart at the given time, which is no earlier than the last,
// and reports whether it is within the limit. Its cost does not depend on N,
// which for a supervisor of very many children may be large.
func (i *Intensity) Allow(now time.Time) bool {
	past := 0
	for past < len(i.recent) && now.Sub(i.recent[past]) > i.Period {
		past++
	}
	i.recent = i.recent[past:] // the room is given back when append needs more
	if len(i.recent) >= i.N {
		return false
	}
	i.recent = append(i.recent, now)
	return true
}

// Backoff is how long to wait before a restart: Min before the second in a
// row, twice as long before each after that, up to Max. The zero Backoff
// never waits.
type Backoff struct{ Min, Max time.Duration }

// Valid reports whether the times make sense.
func (b Backoff) Valid() bool { return b == Backoff{} || 0 < b.Min && b.Min <= b.Max }

// History is what a Backoff has to know of a child.
type History struct {
	row  int       // restarts in a row
	last time.Time // when the child was restarted last
}

// Delay notes a restart that is asked for at the given time and says how long
// to wait with it. A child that has run for longer than Max begins anew. The
// delay varies at random between half and all of the nominal one, so that
// children that fell together do not come back together.
func (b Backoff) Delay(h *History, now time.Time) time.Duration {
	if (b == Backoff{}) {
		return 0
	}
	if now.Sub(h.last) > b.Max {
		h.row = 0
	}
	h.row++
	delay := b.nominal(h.row)
	h.last = now.Add(delay)
	return delay
}

func (b Backoff) nominal(row int) time.Duration {
	if row == 1 {
		return 0
	}
	d := b.Min
	for range row - 2 {
		if d >= b.Max/2 {
			d = b.Max
			break
		}
		d *= 2
	}
	return d/2 + rand.N(d/2+1)
}
