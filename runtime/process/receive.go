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
		if ok = (ok || msg == nil && any(v) == nil) && match(v); ok { // nil is of every interface type
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
			m := &saved[looked]
			if p.flushed(m) {
				p.remove(b, looked)
				saved = b.saved
				looked--
			} else if match(m.Msg) {
				if m.Kind == KindDown {
					p.takeDown(m.Msg.(Down).Ref)
				}
				p.remove(b, looked)
				return nil
			}
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

// flushed reports whether m is a Down that Demonitor has taken back.
func (p *proc) flushed(m *Envelope) bool {
	if m.Kind != KindDown {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.hasDown(m.Msg.(Down).Ref)
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
	if b.saved[i].counted {
		p.makeRoom()
	}
	if last := len(b.saved) - 1; i == 0 { // as mostly: what is in order costs no move
		b.saved[0] = Envelope{}
		b.saved = b.saved[1:]
	} else {
		copy(b.saved[i:], b.saved[i+1:])
		b.saved[last] = Envelope{}
		b.saved = b.saved[:last]
	}
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
