package process

import (
	"log/slog"
	"sync"

	"github.com/otplint/otplint/runtime/internal/reasons"
)

// worker is a process's goroutine and what it needs. A process gets one when
// it has something to do. After its last message the goroutine stays parked
// for a while, since a fresh one pays for growing its stack each time; then
// the reaper gives it back. There are as many as processes that run: none
// waits for another's callback to return.
type worker struct {
	p        *proc
	main     func() // w.run as a value: starting a goroutine with it allocates nothing
	wake     chan struct{}
	starting *Pending  // the start that waits for Init; p.mu guards it
	msg      *Envelope // what is being handled, for crash reports
	returned bool      // run ended by returning, not by a panic or Goexit
	retired  bool      // woken by the reaper
	listed   bool      // known to the reaper
	bounded  bool      // p's mailbox is
	looping  bool      // in loop, which gets its next batch with the wake
}

var workers sync.Pool // of *worker

func newWorker() *worker {
	w := &worker{wake: make(chan struct{}, 1)}
	w.main = w.run
	return w
}

func getWorker(p *proc) *worker {
	var w *worker
	if !p.bubble {
		w, _ = workers.Get().(*worker)
	}
	if w == nil {
		w = newWorker()
	}
	w.p, w.bounded = p, p.bounded
	return w
}

// release ends the use of a worker whose goroutine is about to end.
func (w *worker) release() {
	bubble := w.p.bubble
	*w = worker{wake: w.wake, main: w.main}
	select { // a process killed while its goroutine was on the way out
	case <-w.wake:
	default:
	}
	if !bubble {
		workers.Put(w)
	}
}

// run is the goroutine's main function.
func (w *worker) run() {
	defer w.unwind()
	w.p.work(w)
	w.returned = true
}

// unwind ends the process if its code did not return.
func (w *worker) unwind() {
	if !w.returned {
		w.p.crash(w, unwound(recover()))
	}
	w.release()
}

// work runs the process's code until it has nothing to do. Its name and its
// first argument are how stackOf finds the goroutine of a process.
//
//go:noinline
func (p *proc) work(w *worker) {
	if p.ended.Load() != 0 { // before it began
		p.leave(w)
		return
	}
	if b, ok := p.behaviour.(*plain); ok {
		p.returned(w, b.f(&p.ctx))
		return
	}
	p.mu.Lock()
	starting := w.starting
	p.mu.Unlock()
	if starting == nil || p.init(w, starting) && p.begin(w) {
		p.loop(w)
	}
}

// init runs Init and tells the starter, as finish does if it fails. It
// reports whether the process lives.
func (p *proc) init(w *worker, ack *Pending) bool {
	err := p.behaviour.Init(&p.ctx)
	reason := err
	if reasons.Is(err, ErrIgnore) {
		reason = Normal
	}
	p.mu.Lock()
	switch {
	case p.ended.Load() != 0:
		p.mu.Unlock()
		p.leave(w)
		return false
	case err != nil:
		p.finishAndUnlock(reason, err)
		p.release()
		return false
	}
	w.starting = nil
	p.mu.Unlock()
	ack.settle(nil)
	return true
}

func (p *proc) begin(w *worker) bool {
	reason := p.behaviour.Begin(&p.ctx)
	if reason != nil {
		p.end(w, reason)
	}
	return reason == nil
}

// loop handles messages until there are none or the process ends.
func (p *proc) loop(w *worker) {
	w.looping = true
	for s := p.take(w, false); s != nil; s = p.take(w, true) {
		for ; s != nil; s = p.retire(s) {
			for i := range s.msgs[:s.n] {
				if p.ended.Load() != 0 {
					p.leave(w)
					return
				}
				if reason := p.handle(w, &s.msgs[i]); reason != nil {
					p.end(w, reason)
					return
				}
			}
		}
	}
}

func (p *proc) handle(w *worker, m *Envelope) error {
	w.msg = m
	if w.bounded && m.counted {
		p.tookUp()
	}
	p.forgetWait()
	reason := p.behaviour.Handle(&p.ctx, m)
	p.forgetWait()
	return reason
}

// begun counts the messages of the batch's first segment that the process's
// code has had.
func (w *worker) begun(s *segment) uint64 {
	if s == nil || w.msg == nil {
		return 0
	}
	for i := range s.msgs[:s.n] {
		if &s.msgs[i] == w.msg {
			return uint64(i + 1)
		}
	}
	return 0
}

// forgetWait drops what a goroutine beside the callbacks waits for.
func (p *proc) forgetWait() {
	if p.waiting.Load() != nil {
		p.waiting.Store(nil)
	}
}

// take gets the next batch's first segment. It is nil when the goroutine has
// to end, because nothing is left to do or because the process has ended.
func (p *proc) take(w *worker, linger bool) *segment {
	w.msg = nil
	for {
		p.mu.Lock()
		p.retireLocked()
		switch {
		case p.ended.Load() != 0:
			p.mu.Unlock()
			p.leave(w)
			return nil
		case !p.box.empty():
			s := p.box.head
			p.batch, p.box = p.box, chain{}
			p.mu.Unlock()
			return s
		case !linger || p.bubble:
			p.goIdleAndUnlock()
			return nil
		}
		p.state = parked
		p.mu.Unlock()
		if !w.listed {
			w.listed = true
			p.node.reaper.add(p, w)
		}
		<-w.wake
		if w.retired {
			return nil
		}
		if s := p.batch.head; s != nil {
			return s
		}
	}
}

// goIdleAndUnlock parts the process from its goroutine.
func (p *proc) goIdleAndUnlock() {
	spare := p.spare
	p.state, p.worker, p.spare = idle, nil, nil
	p.mu.Unlock()
	if spare != nil {
		spare.recycle()
	}
}

// retire drops the batch's first segment, all of whose messages are handled,
// unless it is the last, which take drops; it returns the next.
func (p *proc) retire(s *segment) *segment {
	next := s.next
	if next == nil {
		return nil
	}
	p.mu.Lock()
	p.batch.head = next
	p.handled += uint64(s.n)
	p.mu.Unlock()
	s.recycle()
	return next
}

func (p *proc) retireLocked() {
	s := p.batch.head
	if s == nil {
		return
	}
	p.batch = chain{}
	p.handled += uint64(s.n)
	if p.spare != nil {
		s.recycle()
		return
	}
	s.reset()
	p.spare = s
}

// returned ends a plain process whose function has returned.
func (p *proc) returned(w *worker, err error) {
	if p.ended.Load() != 0 {
		p.leave(w)
		return
	}
	if err == nil {
		err = Normal
	}
	defer p.depart(w, err)
	if !Clean(err) {
		p.report(w, err)
	}
}

// end runs Terminate and finishes the process, whatever Terminate does.
func (p *proc) end(w *worker, reason error) {
	if p.ended.Load() != 0 {
		p.leave(w)
		return
	}
	returned := false
	defer func() {
		if !returned {
			reason = unwound(recover())
		}
		w.returned = true // a Goexit goes on to unwind, which has nothing left to do
		defer p.depart(w, reason)
		if !Clean(reason) {
			p.report(w, reason)
		}
	}()
	p.behaviour.Terminate(&p.ctx, reason)
	returned = true
}

// crash ends a process whose code panicked or called Goexit.
func (p *proc) crash(w *worker, reason error) {
	_, isPlain := p.behaviour.(*plain)
	switch {
	case p.ended.Load() != 0:
		defer p.leave(w)
		p.report(w, reason)
	case isPlain || p.isStarting(w):
		defer p.depart(w, reason)
		p.report(w, reason)
	default:
		p.end(w, reason)
	}
}

// leave is how a process's own goroutine ends after an exit signal: the
// process is doomed and finishes now, or it was killed already.
func (p *proc) leave(w *worker) {
	p.mu.Lock()
	reason := p.reason
	p.mu.Unlock()
	p.depart(w, reason)
}

// depart ends the process from its own goroutine, which is about to end too.
func (p *proc) depart(w *worker, reason error) {
	p.finishOwn(w, reason) // nothing, if it is dead: then it may have been abandoned
	p.mu.Lock()
	wasAbandoned := p.abandoned
	p.abandoned = false
	if wasAbandoned {
		p.handled += w.begun(p.batch.head)
	}
	p.mu.Unlock()
	if wasAbandoned {
		p.node.settle(p)
		p.node.abandoned.Add(-1)
	}
	p.release()
}

func (p *proc) isStarting(w *worker) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return w.starting != nil
}

// release drops what a dead process holds; its own goroutine calls it last.
func (p *proc) release() {
	defer func() {
		if v := recover(); v != nil {
			p.node.Log(slog.LevelError, "Release panicked", "process", PID{p}, "panic", v)
		}
	}()
	p.parent.Store(nil)
	p.mu.Lock()
	p.batch, p.spare = chain{}, nil
	p.mu.Unlock()
	p.behaviour.Release()
}

// report logs a crash.
func (p *proc) report(w *worker, reason error) {
	behaviour, stateType := p.behaviour.Describe()
	args := []any{
		slog.String("process", PID{p}.String()),
		slog.String("behaviour", behaviour),
		slog.String("state", stateType),
		slog.Any("reason", reason),
	}
	if name := p.registeredName(); name != "" {
		args = append(args, slog.String("name", string(name)))
	}
	if w.msg != nil {
		args = append(args, slog.String("last_message", typeName(w.msg.Msg)))
	}
	if stack := stackOfReason(reason); stack != nil {
		args = append(args, slog.String("stack", string(stack)))
	}
	p.node.Log(slog.LevelError, "process crashed", args...)
}
