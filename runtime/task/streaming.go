package task

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/otplint/otplint/runtime/dynsupervisor"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/internal/reasons"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/supervisor"
)

// stream is one range over a stream. The goroutine that ranges starts items
// and delivers them; they tell it on their own goroutines how they ended.
type stream[I, O any] struct {
	o      streamOptions
	ctx    context.Context
	sup    genserver.To[*dynsupervisor.Sup] // nil: the tasks are unsupervised
	f      func(context.Context, I) (O, error)
	linked bool
	owner  *process.Context // the process that ranges, or nil
	queue  []*item[I, O]    // ordered: what has not been delivered; the ranging goroutine's alone

	mu      sync.Mutex
	running list[I, O]    // in the order of their start
	ready   []*item[I, O] // unordered: ended, not delivered
	overdue *item[I, O]   // took too long, which ends the stream
	done    int           // how many have ended
	ending  []process.PID // supervised: the processes of those, unless they have ended too
	waiting bool          // the ranging goroutine waits for woken
	woken   chan struct{} // has room for one
	timer   *time.Timer   // for the first of running
	armed   bool          // the timer runs
	closed  bool          // the range is over
}

// run is the range.
func (s *stream[I, O]) run(in iter.Seq[I], yield func(O, error) bool) {
	defer s.watchOwner()()
	defer s.stop()
	for input := range in {
		if err := s.start(input); err != nil {
			s.last(err, yield)
			return
		}
		if !s.deliver(s.o.most, yield) {
			return
		}
	}
	s.deliver(1, yield)
}

// last ends the range with an error.
func (s *stream[I, O]) last(err error, yield func(O, error) bool) {
	var none O
	yield(none, err)
}

// watchOwner has the tasks end with the process that ranges, also if that is
// killed and its goroutine is stuck somewhere.
func (s *stream[I, O]) watchOwner() (cancel func()) {
	s.owner, _ = process.ContextOf(s.ctx)
	if s.owner == nil {
		return func() {}
	}
	cancel, ok := process.AtExit(s.owner.Self(), func(reason error) {
		if reason == process.Normal {
			reason = process.Shutdown
		}
		for _, it := range s.unfinished() {
			process.Exit(context.Background(), it.PID(), reason)
		}
	})
	if !ok {
		return func() {}
	}
	return cancel
}

// start starts the task of an input. There is room for it.
func (s *stream[I, O]) start(input I) error {
	if s.ctx.Err() != nil {
		return reasonOf(s.ctx)
	}
	// The items have the same deadline and timers of their own, which may be
	// quicker than the context's.
	if deadline, bounded := s.ctx.Deadline(); bounded && !time.Now().Before(deadline) {
		return ErrTimeout
	}
	it := &item[I, O]{s: s, input: input}
	it.prepare(s.ctx, it, true)
	it.first = it
	if !s.o.unordered {
		s.queue = append(s.queue, it)
	}
	if s.sup == nil {
		it.spawn(nil)
	} else if err := s.startIn(it); err != nil {
		return err
	}
	s.begun(it)
	if s.owner != nil && !s.owner.Self().Alive() { // it may have missed this one
		process.Exit(context.Background(), it.PID(), process.Shutdown)
	}
	return nil
}

// begun counts an item among the running, unless it has ended already, and sets
// its time.
func (s *stream[I, O]) begun(it *item[I, O]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if it.over {
		return
	}
	s.running.add(it)
	if s.o.timeout == supervisor.Infinity {
		return
	}
	it.begun = time.Now()
	if s.armed {
		return // for one that began before
	}
	s.armed = true
	if s.timer == nil {
		s.timer = time.AfterFunc(s.o.timeout, s.expire)
	} else {
		s.timer.Reset(s.o.timeout)
	}
}

// A supervisor hears of a task's end a moment after the stream does. So when it
// says that it is full although some of the stream's have ended, it is asked
// again.
const (
	asks    = 3
	askTime = time.Millisecond
)

// startIn starts the task of an item under the supervisor.
func (s *stream[I, O]) startIn(it *item[I, O]) error {
	child := childOf([]Option{Shutdown(s.o.stop)}, it.run).Via((*birth[O])(&it.Task))
	_, err := dynsupervisor.StartChild(s.ctx, s.sup, child)
	for ask := 1; ask < asks && reasons.Is(err, dynsupervisor.ErrMaxChildren) && s.awaitEnds(); ask++ {
		time.Sleep(askTime)
		_, err = dynsupervisor.StartChild(s.ctx, s.sup, child)
	}
	if err != nil {
		it.giveUp(err)
	}
	return err
}

// awaitEnds waits until the processes have ended whose tasks have. It reports
// whether there were any.
func (s *stream[I, O]) awaitEnds() bool {
	s.mu.Lock()
	any, ending := s.done > 0, s.ending
	s.ending = nil
	s.mu.Unlock()
	for _, pid := range ending {
		if _, err := process.Wait(s.ctx, pid); err != nil {
			return false
		}
	}
	return any
}

// ends notes the process of a task that has ended, which may be on its way.
// s.mu is held.
func (s *stream[I, O]) ends(pid process.PID) {
	s.done++
	if s.sup == nil {
		return
	}
	s.ending = slices.DeleteFunc(s.ending, func(pid process.PID) bool { return !pid.Alive() })
	s.ending = append(s.ending, pid)
}

// expire kills the items that have run for too long, and looks again when the
// next one will have.
func (s *stream[I, O]) expire() {
	var late []*item[I, O]
	s.mu.Lock()
	now := time.Now()
	s.armed = false
	for it := s.running.first; it != nil && !s.closed; it = it.next {
		if left := s.o.timeout - now.Sub(it.begun); left > 0 {
			s.armed = true
			s.timer.Reset(left)
			break
		}
		if !s.o.kill {
			s.overdue = it
			s.wakeLocked()
			break
		}
		it.late = true
		late = append(late, it)
	}
	s.mu.Unlock()
	for _, it := range late {
		process.Exit(context.Background(), it.PID(), process.Kill)
	}
}

// spread ends the process that ranges, as a link would if it did not also tell
// one that traps exits, which hears of the crash as an element.
func (s *stream[I, O]) spread(reason error) {
	ctx := context.Background()
	if info, ok := process.InfoOf(ctx, s.owner.Self()); ok && !info.TrapExit {
		process.Exit(ctx, s.owner.Self(), reason)
	}
}

func (s *stream[I, O]) wakeLocked() {
	if s.waiting {
		s.waiting = false
		s.woken <- struct{}{}
	}
}

// deliver yields what is ready, and waits, until fewer than most tasks run. It
// reports false if the range is over.
func (s *stream[I, O]) deliver(most int, yield func(O, error) bool) bool {
	for {
		it, err := s.next(most)
		switch {
		case err != nil:
			s.last(err, yield)
			return false
		case it == nil:
			return true
		}
		if !yield(it.value, it.failure()) {
			return false
		}
	}
}

// next is the next item to deliver. It is nil when there is none and fewer than
// most tasks run.
func (s *stream[I, O]) next(most int) (*item[I, O], error) {
	for {
		s.mu.Lock()
		if it := s.overdue; it != nil {
			s.mu.Unlock()
			return nil, it.failed(&ExitError{Task: it.PID(), Reason: ErrTimeout})
		}
		if it := s.takeLocked(); it != nil || s.running.n < most {
			s.mu.Unlock()
			return it, nil
		}
		s.waiting = true
		s.mu.Unlock()
		select {
		case <-s.woken:
		case <-s.ctx.Done():
			return nil, reasonOf(s.ctx)
		}
	}
}

// takeLocked takes an item that may be delivered.
func (s *stream[I, O]) takeLocked() *item[I, O] {
	from := &s.queue
	if s.o.unordered {
		from = &s.ready
	}
	if len(*from) == 0 || !(*from)[0].over {
		return nil
	}
	it := (*from)[0]
	(*from)[0] = nil
	*from = (*from)[1:]
	return it
}

// stop ends what runs still, and waits for it.
func (s *stream[I, O]) stop() {
	s.mu.Lock()
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
	}
	s.mu.Unlock()
	left := s.unfinished()
	if len(left) == 0 {
		return
	}
	// Not with s.ctx, which may have ended.
	ctx, cancel := context.Background(), func() {}
	if s.o.stop > 0 {
		ctx, cancel = context.WithTimeout(ctx, s.o.stop)
	}
	defer cancel()
	for _, it := range left {
		if s.o.stop == supervisor.BrutalKill {
			process.Exit(ctx, it.PID(), process.Kill)
		} else {
			process.Exit(ctx, it.PID(), process.Shutdown)
		}
	}
	for _, it := range left {
		if _, err := process.Wait(ctx, it.PID()); err != nil {
			process.Exit(ctx, it.PID(), process.Kill)
		}
	}
}

// unfinished are the items whose tasks run.
func (s *stream[I, O]) unfinished() []*item[I, O] {
	s.mu.Lock()
	defer s.mu.Unlock()
	var items []*item[I, O]
	for it := s.running.first; it != nil; it = it.next {
		items = append(items, it)
	}
	return items
}
