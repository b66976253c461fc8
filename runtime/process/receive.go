package process

import "time"

// plain is the behaviour of a process that is nothing but a function. It
// receives for itself.
type plain struct {
	f     func(*Context) error
	saved []Envelope // taken from the mailbox and not asked for yet; proc.mu guards it
}

func (*plain) Init(*Context) error              { return nil }
func (*plain) Begin(*Context) error             { return nil }
func (*plain) Handle(*Context, *Envelope) error { return nil }
func (*plain) Terminate(*Context, error)        {}
func (*plain) Describe() (string, string)       { return "process", "" }
func (b *plain) Release()                       { b.f, b.saved = nil, nil }

// each is called with proc.mu held.
func (b *plain) each(f func(*Envelope)) {
	for i := range b.saved {
		f(&b.saved[i])
	}
}

// ReceiveOption is an option of Receive and ReceiveMatch.
type ReceiveOption func(*receiving)

type receiving struct {
	after time.Duration
	timed bool
}

// After makes a receive fail with ErrTimeout when no message is there within
// d; zero only looks.
func After(d time.Duration) ReceiveOption {
	return func(r *receiving) { r.after, r.timed = d, true }
}

// Receive waits for the next message of a plain process. It fails with the
// reason of an exit signal that the process does not trap, with ErrTimeout,
// and with ErrInCallback in a process that its mailbox drives. It is for the
// process's own goroutine.
func Receive(c *Context, opts ...ReceiveOption) (any, error) {
	return ReceiveMatch(c, func(any) bool { return true }, opts...)
}

// ReceiveMatch waits for the first message that is a T and that match
// accepts; the others stay, in order, for later receives. (Erlang: selective
// receive.)
func ReceiveMatch[T any](c *Context, match func(T) bool, opts ...ReceiveOption) (T, error) {
	var got T
	err := c.p.receive(func(msg any) bool {
		v, ok := msg.(T)
		if ok = ok && match(v); ok {
			got = v
		}
		return ok
	}, opts)
	return got, err
}

func (p *proc) receive(match func(any) bool, opts []ReceiveOption) error {
	b, ok := p.behaviour.(*plain)
	if !ok {
		return ErrInCallback
	}
	var r receiving
	for _, opt := range opts {
		opt(&r)
	}
	var expired <-chan time.Time
	if r.timed && r.after > 0 {
		timer := time.NewTimer(r.after)
		defer timer.Stop()
		expired = timer.C
	}
	for looked := 0; ; {
		p.mu.Lock()
		if p.ended.Load() != 0 {
			defer p.mu.Unlock()
			return p.reason
		}
		w := p.worker
		p.fetch(b)
		saved := b.saved
		p.mu.Unlock()
		for ; looked < len(saved); looked++ {
			// match is the user's code: no lock is held.
			if m := &saved[looked]; !(p.flushing.Load() && p.dropped(m)) {
				if match(m.Msg) {
					p.remove(b, looked)
					return nil
				}
				continue
			}
			p.remove(b, looked)
			saved = b.saved
			looked--
		}
		if r.timed && r.after <= 0 {
			return ErrTimeout
		}
		p.mu.Lock()
		if !p.box.empty() || p.ended.Load() != 0 {
			p.mu.Unlock()
			continue
		}
		p.state = parked
		p.mu.Unlock()
		select {
		case <-w.wake:
		case <-expired:
			if p.unpark(w) {
				return ErrTimeout
			}
		}
	}
}

// fetch moves the mailbox into b.saved. p.mu is held.
func (p *proc) fetch(b *plain) {
	p.box.each(func(m *Envelope) { b.saved = append(b.saved, *m) })
	for s := p.box.head; s != nil; {
		next := s.next
		s.recycle()
		s = next
	}
	p.box = chain{}
}

func (p *proc) remove(b *plain, i int) {
	p.mu.Lock()
	last := len(b.saved) - 1
	copy(b.saved[i:], b.saved[i+1:])
	b.saved[last] = Envelope{}
	b.saved = b.saved[:last]
	p.handled++
	p.mu.Unlock()
}

// unpark ends a receive's wait by its timeout. It reports false if a message
// or a signal came first.
func (p *proc) unpark(w *worker) bool {
	p.mu.Lock()
	if p.state == parked {
		p.state = running
		p.mu.Unlock()
		return true
	}
	p.mu.Unlock()
	<-w.wake
	return false
}
