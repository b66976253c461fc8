package pubsub_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/otplint/otplint/runtime/genserver"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/supervisor"
)

// counter is a server that counts down the messages it gets.
type counter struct {
	events *pubsub.PubSub
	left   *sync.WaitGroup
}

func (s *counter) Init(c *genserver.Context) genserver.Result {
	if err := pubsub.Subscribe(c, s.events, orders); err != nil {
		return c.Stop(err)
	}
	return c.OK()
}

func (s *counter) HandleInfo(c *genserver.Context, _ any) genserver.Result {
	s.left.Done()
	return c.NoReply()
}

// batch is how many messages are under way at a time: the rival's channels have room for as many.
const batch = 64

// BenchmarkFanOut is a message to all subscribers, until all of a batch have been handled; the rival is a goroutine and a channel for
// each, kept in a map behind a lock. ns/op is for one message to all.
func BenchmarkFanOut(b *testing.B) {
	for _, n := range []int{1, 10, 1000} {
		b.Run(fmt.Sprintf("pubsub/%d", n), func(b *testing.B) { fanOutPubSub(b, n) })
		b.Run(fmt.Sprintf("channels/%d", n), func(b *testing.B) { fanOutChannels(b, n) })
	}
}

func fanOutPubSub(b *testing.B, n int) {
	ctx := context.Background()
	events := pubsub.New("bench")
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{events}))
	if err != nil {
		b.Fatal(err)
	}
	defer supervisor.Stop(ctx, sup)
	var left sync.WaitGroup
	for range n {
		s, err := genserver.Start(ctx, func() *counter { return &counter{events.Ref(), &left} })
		if err != nil {
			b.Fatal(err)
		}
		defer genserver.Stop(ctx, s, process.Normal)
	}
	ps := events.Ref()
	b.ReportAllocs()
	b.ResetTimer()
	inBatches(b.N, n, &left, func(i int) {
		if err := pubsub.Broadcast(ctx, ps, orders, placed{i}); err != nil {
			b.Error(err)
		}
	})
	b.StopTimer()
}

func fanOutChannels(b *testing.B, n int) {
	var left, all sync.WaitGroup
	defer all.Wait()
	var mu sync.RWMutex
	topics := map[string]map[chan placed]struct{}{"orders": {}}
	for range n {
		ch := make(chan placed, batch)
		topics["orders"][ch] = struct{}{}
		all.Go(func() {
			for range ch {
				left.Done()
			}
		})
		defer close(ch)
	}
	b.ReportAllocs()
	b.ResetTimer()
	inBatches(b.N, n, &left, func(i int) {
		mu.RLock()
		defer mu.RUnlock()
		for ch := range topics["orders"] {
			select {
			case ch <- placed{i}:
			default:
				b.Error("a channel is full")
			}
		}
	})
	b.StopTimer()
}

// inBatches sends messages to n subscribers and waits for each batch.
func inBatches(messages, n int, left *sync.WaitGroup, send func(i int)) {
	for sent := 0; sent < messages; {
		size := min(batch, messages-sent)
		left.Add(size * n)
		for range size {
			send(sent)
			sent++
		}
		left.Wait()
	}
}

// BenchmarkSubscribe is a subscription that comes and goes, among others.
func BenchmarkSubscribe(b *testing.B) {
	ctx := context.Background()
	events := pubsub.New("bench")
	sup, err := supervisor.Start(ctx, supervisor.Supervisor("root", supervisor.OneForOne, []supervisor.Spec{events}))
	if err != nil {
		b.Fatal(err)
	}
	defer supervisor.Stop(ctx, sup)
	var left sync.WaitGroup
	for range 1000 {
		s, err := genserver.Start(ctx, func() *counter { return &counter{events.Ref(), &left} })
		if err != nil {
			b.Fatal(err)
		}
		defer genserver.Stop(ctx, s, process.Normal)
	}
	done := make(chan struct{})
	_, err = process.Spawn(ctx, func(c *process.Context) error {
		defer close(done)
		b.ReportAllocs()
		b.ResetTimer()
		for range b.N {
			if err := pubsub.Subscribe(c, events.Ref(), orders); err != nil {
				b.Error(err)
			}
			if err := pubsub.Unsubscribe(c, events.Ref(), orders); err != nil {
				b.Error(err)
			}
		}
		b.StopTimer()
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	<-done
}
