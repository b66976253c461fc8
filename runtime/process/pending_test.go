package process

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// raceFor bounds each test that waits for two goroutines to meet at the wrong moment.
const raceFor = 100 * time.Millisecond

var spun atomic.Uint64

// spin lets a moment pass that is far shorter than any sleep.
func spin(n int) {
	for range n {
		spun.Store(spun.Load() + 1)
	}
}

// race runs round after round of two functions at once, each time with other delays, as long as a round returns true.
func race(round func(r int) (left, right func(), check func() bool)) (rounds int) {
	next, done := make(chan func()), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for right := range next {
			right()
			done <- struct{}{}
		}
	})
	defer wg.Wait()
	defer close(next)
	for begin := time.Now(); time.Since(begin) < raceFor; rounds++ {
		left, right, check := round(rounds)
		next <- func() { spin(rounds % 64); right() }
		spin(rounds / 64 % 64)
		left()
		<-done
		if !check() {
			return rounds
		}
	}
	return rounds
}

// When a server answers from elsewhere and dies at once, its caller hears one of the two. The death looked at the states of a request
// one after the other, and an answer that was just being written slipped past them; the caller then waited for its timeout.
func TestAnswerAgainstDeath(t *testing.T) {
	target := newProc(NewNode("test"), nil, &plain{})
	died := errors.New("died")
	race(func(r int) (func(), func(), func() bool) {
		q := NewPending(nil)
		q.begin(target)
		answered := false
		return func() { q.fail(q.gen(), died) },
			func() { q.Answer(q.gen(), func() { answered = true }) },
			func() bool {
				if !q.isAnswered() {
					t.Errorf("round %d: the caller hears neither", r)
				} else if q.err == nil && !answered {
					t.Errorf("round %d: an answer that nobody wrote", r)
				}
				return !t.Failed()
			}
	})
}

// When a server's callback returns while its answer comes from elsewhere, the caller gets the answer. What the return took for not yet
// answered could be filled in before it had said so, and then stayed there.
func TestAnswerAgainstReturn(t *testing.T) {
	target := newProc(NewNode("test"), nil, &plain{})
	race(func(r int) (func(), func(), func() bool) {
		q := NewPending(nil)
		q.begin(target)
		return func() { q.Returned(q.gen(), true) },
			func() { q.Answer(q.gen(), func() {}) },
			func() bool {
				if !q.isAnswered() {
					t.Errorf("round %d: the answer does not leave", r)
				}
				if target.open != nil {
					t.Errorf("round %d: the request stays in the server's list", r)
				}
				return !t.Failed()
			}
	})
}

// A request that is answered while its server dies may be listed at another server at once: the dying one unlinks it in time. It used
// to say that it had when it had only begun to, and tore holes into the other's list.
func TestOpenRequestsMoveOn(t *testing.T) {
	n := NewNode("test")
	race(func(r int) (func(), func(), func() bool) {
		dying, other := newProc(n, nil, &plain{}), newProc(n, nil, &plain{})
		listed := func(p *proc) *Pending {
			q := NewPending(nil)
			q.begin(p)
			q.Returned(q.gen(), true)
			return q
		}
		q := listed(dying)
		listed(other)
		want := 1
		return func() {
				dying.mu.Lock()
				dying.unanswered()
				dying.state = dead
				dying.mu.Unlock()
			}, func() {
				if q.Answer(q.gen(), func() {}) { // its caller asks the other one next
					q.begin(other)
					q.Returned(q.gen(), true)
					want++
				}
			}, func() bool {
				got := 0
				for o := other.open; o != nil; o = o.next {
					got++
				}
				if got != want {
					t.Errorf("round %d: %d open requests, want %d", r, got, want)
				}
				return !t.Failed()
			}
	})
}

// A caller that gave up before its request was put aside leaves nothing in the server's list, which used to keep it for ever.
func TestHoldAfterGivingUp(t *testing.T) {
	target := newProc(NewNode("test"), nil, &plain{})
	q := NewPending(nil)
	q.begin(target)
	q.giveUp()
	q.Hold()
	if target.open != nil {
		t.Error("a request that nobody waits for is kept")
	}
}
