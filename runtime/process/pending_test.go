package process

import (
	"errors"
	"runtime"
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
		spun.Load()
	}
}

// race runs round after round of two functions at once, each time a little further apart, as long as check holds.
func race(round func(r int) (left, right func(), check func() bool)) {
	var begun, done atomic.Int64 // rounds
	var right func()
	var wg sync.WaitGroup
	wg.Go(func() {
		for r := int64(1); await(&begun, r); r++ {
			spin(int(r % 16))
			right()
			done.Store(r)
		}
	})
	defer wg.Wait()
	defer begun.Store(-1)
	begin := time.Now()
	for r := int64(1); time.Since(begin) < raceFor; r++ {
		var left func()
		var check func() bool
		left, right, check = round(int(r))
		begun.Store(r)
		spin(int(r / 16 % 256)) // the other one learns of the round late
		left()
		if await(&done, r); !check() {
			return
		}
	}
}

// await waits for v to become r without giving the processor up, if there is another; it reports false when v is negative.
func await(v *atomic.Int64, r int64) bool {
	for i := 1; ; i++ {
		switch got := v.Load(); {
		case got < 0:
			return false
		case got == r:
			return true
		}
		if i%1000 == 0 {
			runtime.Gosched()
		}
	}
}

// When a server answers from elsewhere and dies at once, its caller hears one of the two. The death looked at the states of a request
// one after the other, and an answer that was just being written slipped past them; the caller then waited for its timeout.
func TestAnswerAgainstDeath(t *testing.T) {
	target := newProc(NewNode("test"), nil, &plain{})
	q, died := NewPending(nil), errors.New("died")
	race(func(r int) (func(), func(), func() bool) {
		q.err = nil
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
	q := NewPending(nil)
	race(func(r int) (func(), func(), func() bool) {
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
