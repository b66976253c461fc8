package benchtest

import (
	"context"
	"sync"
	"time"
)

// Queue is a slice behind a mutex, which the consumer swaps for an empty one:
// the fastest mailbox for one consumer that raw Go has.
var Queue = System{
	Name:  "raw-queue",
	Start: func(h Handler) Box { q := newQueue(h); return Box{q.send, q.stop} },
	Ring: func(n int, done func()) Ring {
		return ring(n, done, func(h Handler) Box { q := newQueue(h); return Box{q.send, q.stop} })
	},
}

type queue struct {
	mu      sync.Mutex
	pending []any
	closed  bool
	asleep  bool
	wake    chan struct{}
	done    chan struct{}
	h       Handler
}

func newQueue(h Handler) *queue {
	q := &queue{wake: make(chan struct{}, 1), done: make(chan struct{}), h: h}
	go q.run()
	return q
}

func (q *queue) send(by int) {
	var msg any = Op{by}
	q.mu.Lock()
	q.pending = append(q.pending, msg)
	q.wakeAndUnlock()
}

func (q *queue) wakeAndUnlock() {
	asleep := q.asleep
	q.asleep = false
	q.mu.Unlock()
	if asleep {
		q.wake <- struct{}{}
	}
}

func (q *queue) stop() {
	q.mu.Lock()
	q.closed = true
	q.wakeAndUnlock()
	<-q.done
}

func (q *queue) run() {
	defer close(q.done)
	h := q.h // beside the lock it would miss the cache for each message
	var batch []any
	for {
		q.mu.Lock()
		batch, q.pending = q.pending, batch[:0]
		if len(batch) == 0 {
			if q.closed {
				q.mu.Unlock()
				return
			}
			q.asleep = true
			q.mu.Unlock()
			<-q.wake
			continue
		}
		q.mu.Unlock()
		for _, msg := range batch {
			h.Handle(msg)
		}
		clear(batch)
	}
}

// Channel is a buffered channel and a goroutine.
var Channel = System{
	Name:    "raw-channel",
	Start:   func(h Handler) Box { return newChannel(h, 1024) },
	Call:    callChannel,
	Ring:    func(n int, done func()) Ring { return ring(n, done, func(h Handler) Box { return newChannel(h, 128) }) },
	Spawn:   func() (stop func()) { return newChannel(nil, 1).Stop },
	Idle:    idleChannels,
	Restart: restartRaw,
}

func newChannel(h Handler, size int) Box {
	in, done := make(chan any, size), make(chan struct{})
	go func() {
		defer close(done)
		for msg := range in {
			h.Handle(msg)
		}
	}()
	return Box{
		Send: func(by int) { in <- Op{by} },
		Stop: func() { close(in); <-done },
	}
}

// adder is what a called server does, behind an interface.
type adder interface{ handle(req any) int }

func (s *sum) handle(req any) int { return s.add(req.(Op).By) }

// callChannel has one channel there and one back, and no timeout unless the
// caller has a deadline.
func callChannel(stack int, deadline bool) (call func(by int) int, stop func()) {
	var server adder = &sum{stack: stack}
	in, out, done := make(chan any), make(chan int), make(chan struct{})
	go func() {
		defer close(done)
		for req := range in {
			out <- server.handle(req)
		}
	}()
	end := func() { close(in); <-done }
	if !deadline {
		return func(by int) int { in <- Op{by}; return <-out }, end
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	return func(by int) int {
		in <- Op{by}
		select {
		case n := <-out:
			return n
		case <-ctx.Done():
			return 0
		}
	}, func() { cancel(); end() }
}

// node is a member of a ring of boxes.
type node struct {
	next Box
	done func()
}

func (n *node) Handle(msg any) {
	if by := By(msg); by > 0 {
		n.next.Send(by - 1)
		return
	}
	n.done()
}

func ring(n int, done func(), start func(Handler) Box) Ring {
	nodes, boxes := make([]node, n), make([]Box, n)
	for i := range nodes {
		nodes[i].done = done
		boxes[i] = start(&nodes[i])
	}
	for i := range nodes {
		nodes[i].next = boxes[(i+1)%n]
	}
	return Ring{
		Inject: func(at, hops int) { boxes[at].Send(hops) },
		Stop: func() {
			for _, b := range boxes {
				b.Stop()
			}
		},
	}
}

func idleChannels(n int) (stop func()) {
	boxes := make([]Box, n)
	for i := range boxes {
		boxes[i] = newChannel(new(sink), 16)
		boxes[i].Send(0)
	}
	return func() {
		for _, b := range boxes {
			b.Stop()
		}
	}
}

// restartRaw is a loop that starts its function again when that has panicked.
func restartRaw(started func()) (crash func() time.Time, stop func()) {
	in, done := make(chan any, 1), make(chan struct{})
	life := func(ended chan<- bool) {
		defer func() { ended <- recover() == nil }()
		started()
		for range in {
			panic("crash")
		}
	}
	go func() {
		defer close(done)
		ended := make(chan bool)
		for over := false; !over; {
			go life(ended)
			over = <-ended
		}
	}()
	return func() time.Time {
			at := time.Now()
			in <- Op{1}
			return at
		},
		func() { close(in); <-done }
}
