package task

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otplint/otplint/runtime/process"
)

// scope is the context that a task's function gets: the task's own process,
// with what it has from the caller's context.
type scope struct {
	own   context.Context  // of the task's process
	from  context.Context  // the caller's
	owner *process.Context // the caller's process, or nil
	bound bool             // ends when the caller's does

	mu       sync.Mutex
	ends     atomic.Pointer[context.Context] // made when somebody asks for Done
	close    func()                          // gives up what ends holds
	released bool                            // the function has returned
}

// Deadline is the caller's.
func (s *scope) Deadline() (time.Time, bool) {
	if !s.bound {
		return time.Time{}, false
	}
	return s.from.Deadline()
}

// Done is closed when the task has ended or is about to.
func (s *scope) Done() <-chan struct{} { return s.end().Done() }

// Err says why, once Done is closed.
func (s *scope) Err() error {
	if ends := s.ends.Load(); ends != nil {
		return (*ends).Err()
	}
	if err := s.own.Err(); err != nil {
		return err
	}
	if !s.bound {
		return nil
	}
	err := s.from.Err()
	if err == nil || !s.isLeft() {
		return err
	}
	if deadline, ok := s.from.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded // it stands also when the caller is gone
	}
	return nil
}

// Value makes the task's process known, and passes on the caller's values.
func (s *scope) Value(key any) any {
	if key == (scopeKey{}) {
		return s
	}
	own := s.own
	if ends := s.ends.Load(); ends != nil {
		own = *ends
	}
	if v := own.Value(key); v != nil {
		return v
	}
	return context.WithoutCancel(s.from).Value(key) // its end is not this one's
}

// isLeft reports whether the caller's context, which has ended, did so because
// its process has: then it is for the link to say what becomes of the task. A
// context that was cancelled before is told from that by its cause, for its
// process may have ended since.
func (s *scope) isLeft() bool {
	if s.owner == nil {
		return false
	}
	if s.from.Done() == s.owner.Done() {
		return true
	}
	why := context.Cause(s.from)
	if why == process.Normal {
		return true
	}
	if s.owner.Err() == nil {
		return false
	}
	<-s.owner.Done() // at once, but not at the same moment: before, the cause is not known
	return same(why, context.Cause(s.owner))
}

// same reports whether two errors are one; those that cannot be compared are
// if they are of one type.
func same(a, b error) (yes bool) {
	defer func() {
		if recover() != nil {
			yes = true
		}
	}()
	return a == b
}

// end is the context that tells of the end. Few functions ask for it.
func (s *scope) end() context.Context {
	if ends := s.ends.Load(); ends != nil {
		return *ends
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ends := s.ends.Load(); ends != nil {
		return *ends
	}
	ends := s.own
	if !s.released && s.mayEndEarlier() {
		ends = s.join()
	}
	s.ends.Store(&ends)
	return ends
}

// mayEndEarlier reports whether there is more to wait for than the process.
func (s *scope) mayEndEarlier() bool {
	if !s.bound || s.from.Done() == nil {
		return false
	}
	return s.owner == nil || s.from.Done() != s.owner.Done()
}

// join makes a context that ends with the process and with the caller's.
func (s *scope) join() context.Context {
	ctx, cancel := context.WithCancelCause(s.own)
	stopTimer := context.CancelFunc(func() {})
	if deadline, ok := s.from.Deadline(); ok {
		ctx, stopTimer = context.WithDeadline(ctx, deadline) // it stands also when the caller is gone
	}
	stop := context.AfterFunc(s.from, func() {
		if s.from.Err() != context.DeadlineExceeded && !s.isLeft() {
			cancel(context.Cause(s.from))
		}
	})
	s.close = func() {
		stop()
		cancel(process.Normal) // as the process is about to; a crash is for the link to tell
		stopTimer()
	}
	return ctx
}

// release ends the context, since the function has returned.
func (s *scope) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.released = true
	if s.close != nil {
		s.close()
	}
}

type scopeKey struct{}

// Callers are the processes on whose behalf the task that ctx belongs to runs:
// the one that started it, the one that started that if it is a task too, and
// so on. A task that a plain goroutine started has none, and the others' chain
// ends there. The supervisor of a supervised task is not among them: it is the
// Parent of the task's process. (Elixir: $callers.)
func Callers(ctx context.Context) []process.PID {
	var pids []process.PID
	for {
		s, ok := ctx.Value(scopeKey{}).(*scope)
		if !ok || s.owner == nil {
			return pids
		}
		pids = append(pids, s.owner.Self())
		ctx = s.from
	}
}
