package pubsub_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/registry"
)

// inBubble runs a test in a world of its own.
func inBubble(t *testing.T, test func(w *proctest.World)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(proctest.New(t)) })
}

// One that does not handle its messages, with a full mailbox of whatever kind, holds up nobody, and what it loses is counted.
func TestSlowSubscriber(t *testing.T) {
	for _, overflow := range []process.Overflow{process.Refuse, process.DropNewest, process.Block} {
		inBubble(t, func(w *proctest.World) {
			ps := start(w, "events")
			before := subscriber(w, ps, orders)
			release := make(chan struct{})
			slow, err := process.Spawn(w.Ctx, func(c *process.Context) error {
				if err := pubsub.Subscribe(c, ps, orders); err != nil {
					return err
				}
				<-release
				_, err := process.Receive(c)
				return err
			}, process.Bounded(2, overflow))
			wantErr(w, "spawn", err, nil)
			synctest.Wait()
			after := subscriber(w, ps, orders)
			var want []any
			for i := range 10 {
				wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, ps, orders, placed{i}), nil)
				want = append(want, placed{i})
			}
			wantGot(w, "who subscribed before it", before, want...)
			wantGot(w, "who subscribed after it", after, want...)
			if info, _ := process.InfoOf(w.Ctx, slow); info.Lost != 8 || info.Mailbox != 2 {
				t.Errorf("overflow %v: lost %d, kept %d", overflow, info.Lost, info.Mailbox)
			}
			close(release)
		})
	}
}

// A publisher that was killed does not publish on.
func TestFencedPublisher(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		ps := start(w, "events")
		a, publisher := subscriber(w, ps, orders), w.Puppet()
		var kept *process.Context
		publisher.Do(func(c *process.Context) { kept = c })
		publisher.Exit(nil)
		wantErr(w, "broadcast", pubsub.Broadcast(kept, ps, orders, placed{1}), process.ErrFenced)
		wantErr(w, "dispatch", pubsub.Dispatch(kept, ps, orders, process.PID{}, placed{1}, nil), process.ErrFenced)
		wantErr(w, "subscribe", pubsub.Subscribe(kept, ps, orders), process.ErrFenced)
		a.WantNothing()
	})
}

// One that is killed half way through a broadcast does not go on with it.
func TestPublisherKilledOnTheWay(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		ps := start(w, "events")
		const n = 50
		var subscribers []*proctest.Puppet
		for range n {
			subscribers = append(subscribers, subscriber(w, ps, orders))
		}
		var result error
		publisher, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			result = pubsub.Dispatch(c, ps, orders, c.Self(), placed{1}, func(ctx context.Context, _ process.PID, to []pubsub.Subscriber, m placed) {
				for i, s := range to {
					if i == n/2 {
						process.Exit(w.Ctx, c.Self(), process.Kill)
					}
					_ = process.TrySend(ctx, s.PID, m)
				}
			})
			return nil
		})
		wantErr(w, "spawn", err, nil)
		_, _ = process.Wait(w.Ctx, publisher)
		synctest.Wait()
		got := 0
		for _, s := range subscribers {
			got += len(s.Got())
		}
		if got != n/2 || result != nil {
			t.Errorf("%d of %d got it, %v", got, n, result)
		}
	})
}

func TestNotRunning(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		ps := pubsub.New("events").Ref()
		w.Puppet().Do(func(c *process.Context) {
			wantErr(w, "subscribe", pubsub.Subscribe(c, ps, orders), process.NoProc)
			wantErr(w, "unsubscribe", pubsub.Unsubscribe(c, ps, orders), process.NoProc)
			wantErr(w, "broadcast", pubsub.Broadcast(c, ps, orders, placed{1}), process.NoProc)
			wantErr(w, "broadcast from", pubsub.BroadcastFrom(c, ps, orders, placed{1}), process.NoProc)
			wantErr(w, "dispatch", pubsub.Dispatch(c, ps, orders, c.Self(), placed{1}, nil), process.NoProc)
		})
		if n := pubsub.Subscribers(ps, orders) + len(ps.Topics()); n != 0 {
			t.Errorf("%d subscribers and topics", n)
		}
	})
}

func TestSubscribeOutsideProcess(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		ps := start(w, "events")
		wantErr(w, "subscribe", pubsub.Subscribe(w.Ctx, ps, orders), registry.ErrNoProcess)
	})
}

// Subscribers end with a PubSub that is killed, those that trap exits hear of it, and both can subscribe to the next incarnation.
func TestRestart(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		ps := start(w, "events")
		a := subscriber(w, ps, orders)
		trapping := w.Trapping()
		subscribe(w, trapping, ps, orders)
		process.Exit(w.Ctx, w.Resolve(ps.Dest()), process.Kill)
		a.Want(process.Killed)
		if got := trapping.Got(); len(got) != 1 {
			t.Errorf("who traps exits got %v", got)
		}
		wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, ps, orders, placed{1}), nil)
		trapping.WantNothing()
		subscribe(w, trapping, ps, orders)
		wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, ps, orders, placed{2}), nil)
		wantGot(w, "who subscribed again", trapping, placed{2})
	})
}

// What a topic carries may be an interface: the message arrives as what it is.
func TestInterfaceTopic(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		ps := start(w, "events")
		const failures = pubsub.Topic[error]("failures")
		a := subscriber(w, ps, failures)
		wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, ps, failures, errors.ErrUnsupported), nil)
		wantGot(w, "the subscriber", a, errors.ErrUnsupported)
	})
}

func TestTopics(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		ps := start(w, "events", pubsub.Partitions(3))
		subscriber(w, ps, orders)
		a := subscriber(w, ps, orders)
		subscribe(w, a, ps, pubsub.Topic[int]("orders"))
		topics := ps.Topics()
		slices.SortFunc(topics, func(a, b pubsub.TopicInfo) int { return b.Subscribers - a.Subscribers })
		want := []pubsub.TopicInfo{{Name: "orders", Type: "pubsub_test.placed", Subscribers: 2}, {Name: "orders", Type: "int", Subscribers: 1}}
		if !slices.Equal(topics, want) || pubsub.Subscribers(ps, orders) != 2 || pubsub.Subscribers(ps, others) != 0 {
			t.Errorf("topics %v, %d and %d subscribers", topics, pubsub.Subscribers(ps, orders), pubsub.Subscribers(ps, others))
		}
		published, ok := w.Node.LookupPublished("registry", "events")
		if !ok || published.Summary().Size != 3 || published.Summary().Type != "duplicate registry[pubsub.topic,pubsub.meta]" {
			t.Errorf("published: %v", ok)
		}
	})
}

// cable is an adapter to the PubSubs of other nodes.
type cable struct {
	t    *testing.T
	far  []*pubsub.PubSub
	torn error
}

func (c *cable) Broadcast(ctx context.Context, m pubsub.Remote) error {
	for _, ps := range c.far {
		if err := ps.Deliver(context.Background(), m); err != nil {
			c.t.Error(err)
		}
	}
	return c.torn
}

// What is broadcast goes to the adapter once, what is broadcast locally or comes from other nodes does not.
func TestAdapter(t *testing.T) {
	inBubble(t, func(w *proctest.World) {
		there := proctest.New(w.T)
		far := start(there, "events")
		c := &cable{t: t, far: []*pubsub.PubSub{far}}
		near := start(w, "events", pubsub.WithAdapter(c))
		a, b := subscriber(w, near, orders), subscriber(there, far, orders)
		wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, near, orders, placed{1}), nil)
		a.Do(func(ctx *process.Context) {
			wantErr(w, "broadcast from", pubsub.BroadcastFrom(ctx, near, orders, placed{2}), nil)
		})
		wantErr(w, "local broadcast", pubsub.LocalBroadcast(w.Ctx, near, orders, placed{3}), nil)
		wantErr(w, "deliver", near.Deliver(w.Ctx, pubsub.Remote{Topic: "nobody's"}), nil)
		wantGot(w, "here", a, placed{1}, placed{3})
		wantGot(w, "there", b, placed{1}, placed{2})
		c.torn = errors.ErrUnsupported
		wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, near, orders, placed{4}), errors.ErrUnsupported)
		wantGot(w, "here", a) // as in Elixir: it may be tried again
	})
}

// Publishers and subscribers that come and die: who stays gets every message of each publisher, in order.
func TestUnderFire(t *testing.T) {
	w := proctest.New(t)
	ps := start(w, "events", pubsub.Partitions(2))
	type message struct{ publisher, n int }
	const topic = pubsub.Topic[message]("numbers")
	const publishers, messages = 4, 300
	var subscribed, all sync.WaitGroup
	subscribed.Add(3)
	for range 3 {
		all.Add(1)
		_, err := process.Spawn(w.Ctx, func(c *process.Context) error {
			defer all.Done()
			wantErr(w, "subscribe", pubsub.Subscribe(c, ps, topic), nil)
			subscribed.Done()
			var next [publishers]int
			for range publishers * messages {
				msg, err := process.Receive(c)
				if err != nil {
					return err
				}
				m := msg.(message)
				if m.n != next[m.publisher] {
					t.Errorf("message %v, want %d", m, next[m.publisher])
					return nil
				}
				next[m.publisher]++
			}
			return nil
		})
		wantErr(w, "spawn", err, nil)
	}
	subscribed.Wait()
	for p := range publishers {
		all.Go(func() {
			for n := range messages {
				wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, ps, topic, message{p, n}), nil)
			}
		})
	}
	all.Go(func() {
		for range 200 { // who come and go
			pid, err := process.Spawn(w.Ctx, func(c *process.Context) error {
				err := pubsub.Subscribe(c, ps, topic)
				for err == nil {
					_, err = process.Receive(c)
				}
				return err
			})
			wantErr(w, "spawn", err, nil)
			process.Exit(w.Ctx, pid, process.Kill)
		}
	})
	all.Wait()
}
