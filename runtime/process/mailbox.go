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
	at   int32 // numbers the segments of a chain, so that its length needs no walk
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
	s.n, s.at, s.next = 0, 0, nil
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
			t.next, s.at = s, t.at+1
		}
		c.tail, t = s, s
	}
	t.msgs[t.n] = e
	t.n++
}

func (c *chain) empty() bool { return c.head == nil }

func (c *chain) len() int {
	if c.head == nil {
		return 0
	}
	return int(c.tail.at-c.head.at)*len(c.head.msgs) + int(c.tail.n) // all but the last are full
}

// each calls f for every message of the chain; it is read, not consumed.
func (c *chain) each(f func(*Envelope)) {
	for s := c.head; s != nil; s = s.next {
		for i := range s.msgs[:s.n] {
			f(&s.msgs[i])
		}
	}
}
