package process

import "sync"

// Kind says how a message came.
type Kind uint8

const (
	KindInfo   Kind = iota + 1 // Send, a timer, a Down
	KindCall                   // a request: Envelope.Call waits for an answer
	KindCast                   // a behaviour's own one-way message
	KindSystem                 // asked of the behaviour itself, not of its user's code
	KindDown                   // of a monitor: Msg is a Down, see Context.TakeDown
	KindExit                   // a trapped exit signal: Msg is an Exited
)

// Envelope is a message in a mailbox.
type Envelope struct {
	Msg  any
	Call *Pending // of a Call, else nil
	Kind Kind

	counted bool // takes up room in a bounded mailbox
}

// segment is a piece of a mailbox: 31 messages and the link make it 1 KB.
type segment struct {
	next *segment
	n    int32
	msgs [31]Envelope
}

var segments = sync.Pool{New: func() any { return new(segment) }}

// recycle hands a segment back, which makes what it held collectable.
func (s *segment) recycle() {
	s.reset()
	segments.Put(s)
}

func (s *segment) reset() {
	clear(s.msgs[:s.n])
	s.n, s.next = 0, nil
}

// chain is a list of segments: a mailbox's, or a batch that its consumer took.
// A mutex guards it, and because producers hold that mutex segments can be
// recycled freely, which lock-free queues cannot do: that is why they lose.
type chain struct{ head, tail *segment }

func (c *chain) push(e Envelope, spare **segment) {
	t := c.tail
	if t == nil || int(t.n) == len(t.msgs) {
		s := *spare
		if s != nil {
			*spare = nil
		} else {
			s = segments.Get().(*segment)
		}
		if t == nil {
			c.head = s
		} else {
			t.next = s
		}
		c.tail, t = s, s
	}
	t.msgs[t.n] = e
	t.n++
}

func (c *chain) empty() bool { return c.head == nil }

func (c *chain) len() int {
	n := 0
	for s := c.head; s != nil; s = s.next {
		n += int(s.n)
	}
	return n
}

// each calls f for every message of the chain; it is read, not consumed.
func (c *chain) each(f func(*Envelope)) {
	for s := c.head; s != nil; s = s.next {
		for i := range s.msgs[:s.n] {
			f(&s.msgs[i])
		}
	}
}
