package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/otplint/otplint/internal/benchtest"
	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/task"
)

const subscribers = 1000

// tick counts down what has arrived.
type tick struct{ arrived *sync.WaitGroup }

const ticks pubsub.Topic[tick] = "ticks"

func broadcast(b *testing.B) {
	ctx := world()
	child := pubsub.New("events")
	under(b, ctx, child)
	for range subscribers {
		s, err := genserver.Start(ctx, func() *listener { return &listener{child.Ref()} })
		must(b, err)
		b.Cleanup(func() { must(b, genserver.Stop(ctx, s, nil)) })
	}
	var arrived sync.WaitGroup
	serial(b, func(int) {
		arrived.Add(subscribers)
		must(b, pubsub.Broadcast(ctx, child.Ref(), ticks, tick{&arrived}))
		arrived.Wait()
	})
}

type listener struct{ events *pubsub.PubSub }

func (l *listener) Init(c *genserver.Context) genserver.Result {
	if err := pubsub.Subscribe(c, l.events, ticks); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func (l *listener) HandleInfo(c *genserver.Context, msg any) genserver.Result {
	switch msg := msg.(type) {
	case tick:
		msg.arrived.Done()
		return c.NoReply()
	}
	return c.Unhandled(msg)
}

func channelFanOut(b *testing.B) {
	var mu sync.RWMutex
	var all []chan tick
	for range subscribers {
		ch := make(chan tick, 16)
		all = append(all, ch)
		go func() {
			for t := range ch {
				t.arrived.Done()
			}
		}()
		b.Cleanup(func() { close(ch) })
	}
	var arrived sync.WaitGroup
	serial(b, func(int) {
		arrived.Add(subscribers)
		mu.RLock()
		for _, ch := range all {
			select {
			case ch <- tick{&arrived}:
			default:
				b.Error("full")
			}
		}
		mu.RUnlock()
		arrived.Wait()
	})
}

// Tasks: each item is the hash of a kilobyte.

var kilobyte [1024]byte

func hash(_ context.Context, i int) (byte, error) {
	sum := sha256.Sum256(kilobyte[:])
	return sum[i%len(sum)], nil
}

func upTo(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func stream(b *testing.B) {
	ctx := world()
	m := benchtest.Measure(b)
	sum := 0
	for v, err := range task.AsyncStream(ctx, upTo(b.N), hash) {
		must(b, err)
		sum += int(v)
	}
	m.Done()
	fmt.Fprint(io.Discard, sum)
}

func group(b *testing.B) {
	m := benchtest.Measure(b)
	g, ctx := errgroup.WithContext(context.Background())
	g.SetLimit(runtime.GOMAXPROCS(0))
	results := make([]byte, b.N)
	for i := range upTo(b.N) {
		g.Go(func() (err error) {
			results[i], err = hash(ctx, i)
			return err
		})
	}
	must(b, g.Wait())
	m.Done()
}
