package pubsub_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/otplint/otplint/runtime/internal/conformance"
	"github.com/otplint/otplint/runtime/internal/proctest"
	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/supervisor"
)

func TestMain(m *testing.M) { conformance.Main(m) }

// TestConformance runs the PUB cases, each by its id; docs/conformance.md says what they are.
func TestConformance(t *testing.T) { conformance.Run(t, "PUB", cases) }

// placed is a message.
type placed struct{ ID int }

const (
	orders = pubsub.Topic[placed]("orders")
	others = pubsub.Topic[placed]("others")
)

// start starts a PubSub under a supervisor that restarts it.
func start(w *proctest.World, id string, opts ...pubsub.Option) *pubsub.PubSub {
	w.T.Helper()
	child := pubsub.New(id, opts...)
	sup, err := supervisor.Start(w.Ctx, supervisor.Supervisor("sup", supervisor.OneForOne, []supervisor.Spec{child}))
	if err != nil {
		w.T.Fatal(err)
	}
	w.T.Cleanup(func() {
		if err := supervisor.Stop(w.Ctx, sup); err != nil {
			w.T.Errorf("stop: %v", err)
		}
	})
	return child.Ref()
}

// subscriber starts a puppet that subscribes to a topic.
func subscriber[M any](w *proctest.World, ps *pubsub.PubSub, t pubsub.Topic[M], opts ...pubsub.SubscribeOption) *proctest.Puppet {
	w.T.Helper()
	p := w.Puppet()
	subscribe(w, p, ps, t, opts...)
	return p
}

func subscribe[M any](w *proctest.World, p *proctest.Puppet, ps *pubsub.PubSub, t pubsub.Topic[M], opts ...pubsub.SubscribeOption) {
	w.T.Helper()
	p.Do(func(c *process.Context) { wantErr(w, "subscribe", pubsub.Subscribe(c, ps, t, opts...), nil) })
}

func wantErr(w *proctest.World, what string, err, want error) {
	w.T.Helper()
	if !errors.Is(err, want) {
		w.T.Errorf("%s: %v, want %v", what, err, want)
	}
}

// wantGot checks the messages that a puppet has got.
func wantGot(w *proctest.World, who string, p *proctest.Puppet, want ...any) {
	w.T.Helper()
	if got := p.Got(); !slices.Equal(got, want) {
		w.T.Errorf("%s got %v, want %v", who, got, want)
	}
}

func passes(id string, test func(w *proctest.World)) conformance.Case {
	return conformance.Case{ID: id, Standing: conformance.Passes, Test: func(t *testing.T) { test(proctest.New(t)) }}
}

func changed(id, why string, test func(w *proctest.World)) conformance.Case {
	c := passes(id, test)
	c.Standing, c.Why = conformance.Changed, why
	return c
}

var cases = []conformance.Case{
	passes("PUB-001", func(w *proctest.World) {
		ps := start(w, "events")
		a, sender := subscriber(w, ps, orders), subscriber(w, ps, orders)
		sender.Do(func(c *process.Context) { wantErr(w, "broadcast", pubsub.Broadcast(c, ps, orders, placed{1}), nil) })
		wantGot(w, "a", a, placed{1})
		wantGot(w, "the sender", sender, placed{1})
		sender.Do(func(c *process.Context) {
			wantErr(w, "broadcast from", pubsub.BroadcastFrom(c, ps, orders, placed{2}), nil)
			wantErr(w, "local broadcast from", pubsub.LocalBroadcastFrom(c, ps, orders, placed{3}), nil)
			wantErr(w, "local broadcast", pubsub.LocalBroadcast(c, ps, orders, placed{4}), nil)
		})
		wantGot(w, "a", a, placed{2}, placed{3}, placed{4})
		wantGot(w, "the sender", sender, placed{4})
		wantErr(w, "broadcast from nobody", pubsub.BroadcastFrom(w.Ctx, ps, orders, placed{5}), nil)
		wantGot(w, "a", a, placed{5})
		wantGot(w, "the former sender", sender, placed{5})
	}),
	passes("PUB-002", func(w *proctest.World) {
		ps := start(w, "events")
		a := subscriber(w, ps, orders)
		subscribe(w, a, ps, orders)
		wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, ps, orders, placed{1}), nil)
		wantGot(w, "a", a, placed{1}, placed{1})
		a.Do(func(c *process.Context) { wantErr(w, "unsubscribe", pubsub.Unsubscribe(c, ps, orders), nil) })
		wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, ps, orders, placed{2}), nil)
		wantGot(w, "a", a)
	}),
	passes("PUB-004", func(w *proctest.World) {
		ps := start(w, "events")
		wantErr(w, "broadcast to nobody", pubsub.Broadcast(w.Ctx, ps, orders, placed{1}), nil)
		w.Puppet().Do(func(c *process.Context) {
			wantErr(w, "unsubscribe without a subscription", pubsub.Unsubscribe(c, ps, orders), nil)
		})
	}),
	passes("PUB-005", func(w *proctest.World) {
		ps, elsewhere := start(w, "events"), start(w, "more events")
		in := subscriber(w, ps, orders)
		strangers := map[string]*proctest.Puppet{
			"another topic":  subscriber(w, ps, others),
			"a star":         subscriber(w, ps, pubsub.Topic[placed]("*")),
			"a prefix":       subscriber(w, ps, pubsub.Topic[placed]("order")),
			"a pattern":      subscriber(w, ps, pubsub.Topic[placed]("orders:*")),
			"nothing":        subscriber(w, ps, pubsub.Topic[placed]("")),
			"another type":   subscriber(w, ps, pubsub.Topic[int]("orders")),
			"another PubSub": subscriber(w, elsewhere, orders),
		}
		wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, ps, orders, placed{1}), nil)
		wantGot(w, "the subscriber", in, placed{1})
		for who, p := range strangers {
			wantGot(w, "a subscriber of "+who, p)
		}
	}),
	passes("PUB-006", func(w *proctest.World) {
		ps := start(w, "events")
		a, b := subscriber(w, ps, orders), subscriber(w, ps, orders)
		a.Exit(errors.New("crash"))
		if n := pubsub.Subscribers(ps, orders); n != 1 {
			w.T.Errorf("%d subscribers", n)
		}
		wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, ps, orders, placed{1}), nil)
		wantGot(w, "b", b, placed{1})
		b.Want(nil)
	}),
	passes("PUB-007", func(w *proctest.World) {
		ps := start(w, "events", pubsub.Partitions(4))
		var subscribers []*proctest.Puppet
		for range 10 {
			subscribers = append(subscribers, subscriber(w, ps, orders))
		}
		var want []any
		for i := range 100 {
			wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, ps, orders, placed{i}), nil)
			want = append(want, placed{i})
		}
		for i, p := range subscribers {
			wantGot(w, fmt.Sprint("subscriber ", i), p, want...)
		}
	}),
	{ID: "PUB-009", Standing: conformance.Cluster, Why: "Needs several nodes. An Adapter gets what is broadcast, and Deliver gives it to the subscribers of another node."},
	changed("PUB-010", "All subscribers of a topic are in one partition, so it is called once, or not at all if there are none.", func(w *proctest.World) {
		ps := start(w, "events", pubsub.Partitions(4))
		sender := subscriber(w, ps, orders, pubsub.WithMeta("sender"))
		var to []pubsub.Subscriber
		for i := range 8 {
			to = append(to, pubsub.Subscriber{PID: subscriber(w, ps, orders, pubsub.WithMeta(i)).PID, Meta: i})
		}
		to = append([]pubsub.Subscriber{{PID: sender.PID, Meta: "sender"}}, to...)
		calls := 0
		dispatcher := func(ctx context.Context, from process.PID, got []pubsub.Subscriber, m placed) {
			calls++
			if self, _ := process.SelfOf(ctx); self != sender.PID || from != sender.PID || m != (placed{1}) || !slices.Equal(got, to) {
				w.T.Errorf("in %v from %v: %v to %v", self, from, m, got)
			}
			if info, _ := process.InfoOf(w.Ctx, sender.PID); !info.Busy {
				w.T.Error("it does not run in the publisher")
			}
			for _, s := range got {
				if n, ok := s.Meta.(int); ok && n < 2 {
					_ = process.TrySend(ctx, s.PID, m)
				}
			}
		}
		sender.Do(func(c *process.Context) {
			wantErr(w, "dispatch", pubsub.Dispatch(c, ps, orders, c.Self(), placed{1}, dispatcher), nil)
			wantErr(w, "dispatch to nobody", pubsub.Dispatch(c, ps, others, c.Self(), placed{1}, dispatcher), nil)
		})
		synctest.Wait()
		if calls != 1 {
			w.T.Errorf("called %d times", calls)
		}
		sender.WantNothing()
	}),
	{ID: "PUB-012", Standing: conformance.NotApplicable, Why: "There is one set of partitions, and what goes to other nodes does not say how many there are."},
	passes("PUB-013", func(w *proctest.World) {
		ps := start(w, "events")
		early := subscriber(w, ps, orders)
		wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, ps, orders, placed{1}), nil)
		late := subscriber(w, ps, orders)
		wantGot(w, "the early one", early, placed{1})
		wantGot(w, "the late one", late)
		wantErr(w, "broadcast", pubsub.Broadcast(w.Ctx, ps, orders, placed{2}), nil)
		wantGot(w, "the early one", early, placed{2})
		wantGot(w, "the late one", late, placed{2})
	}),
}
