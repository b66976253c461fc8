package pubsub

import (
	"context"
	"errors"
	"fmt"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
)

// Broadcast sends a message to all who subscribe to the topic, the sender
// included if it does. That nobody does is no error. It fails with
// process.ErrFenced if ctx belongs to a process that has ended, with
// process.NoProc while the PubSub does not run, and with what an Adapter says;
// then nobody on this node has got it. nil does not mean that anybody has.
// (Elixir: broadcast/4.)
func Broadcast[M any](ctx context.Context, ps *PubSub, t Topic[M], m M) error {
	return ps.broadcast(ctx, t.id(), m, process.PID{})
}

// BroadcastFrom is Broadcast to all but the process that ctx belongs to; if it
// belongs to none, to all. (Elixir: broadcast_from/5.)
func BroadcastFrom[M any](ctx context.Context, ps *PubSub, t Topic[M], m M) error {
	self, _ := process.SelfOf(ctx)
	return ps.broadcast(ctx, t.id(), m, self)
}

// LocalBroadcast is Broadcast on this node only. (Elixir: local_broadcast/4.)
func LocalBroadcast[M any](ctx context.Context, ps *PubSub, t Topic[M], m M) error {
	return ps.deliver(ctx, t.id(), m, process.PID{})
}

// LocalBroadcastFrom is BroadcastFrom on this node only. (Elixir:
// local_broadcast_from/5.)
func LocalBroadcastFrom[M any](ctx context.Context, ps *PubSub, t Topic[M], m M) error {
	self, _ := process.SelfOf(ctx)
	return ps.deliver(ctx, t.id(), m, self)
}

// broadcast hands the message to the adapter and delivers it on this node,
// unless the adapter fails: whoever tries again doubles nothing here.
func (ps *PubSub) broadcast(ctx context.Context, k topic, m any, except process.PID) error {
	if ps.adapter != nil {
		if _, err := ps.sender(ctx); err != nil {
			return fmt.Errorf("broadcast to %v: %w", k, err)
		}
		if err := ps.adapter.Broadcast(ctx, Remote{k.name, k.typ, m}); err != nil {
			return fmt.Errorf("broadcast to %v on other nodes: %w", k, err)
		}
	}
	return ps.deliver(ctx, k, m, except)
}

// deliver sends a message to the subscribers on this node, but for one.
func (ps *PubSub) deliver(ctx context.Context, k topic, m any, except process.PID) error {
	ctx, err := ps.sender(ctx)
	if err != nil {
		return fmt.Errorf("broadcast to %v: %w", k, err)
	}
	for e := range ps.subs.Entries(k) {
		if e.PID == except && !except.IsZero() {
			continue
		}
		// Who has ended does not miss it, and the mailbox counts what it has no
		// room for. Only a sender that was killed meanwhile must not go on.
		if err := process.TrySend(ctx, e.PID, m); errors.Is(err, process.ErrFenced) {
			return fmt.Errorf("broadcast to %v: %w", k, err)
		}
	}
	return nil
}

// sender is the context to send with: the process's own, which is quick to
// ask, or one of nobody. What the caller's says beside the sender, a deadline
// say, does not matter to what never waits.
func (ps *PubSub) sender(ctx context.Context) (context.Context, error) {
	if !ps.subs.Running() {
		return nil, fmt.Errorf("pubsub %q: not running: %w", ps.id, process.NoProc)
	}
	c, ok := process.ContextOf(ctx)
	if !ok {
		return context.Background(), nil
	}
	if !c.Self().Alive() {
		return nil, fmt.Errorf("pubsub %q: %w", ps.id, process.ErrFenced)
	}
	return c, nil
}

// Subscriber is a subscription, as a [Dispatcher] gets it.
type Subscriber struct {
	PID  process.PID
	Meta any // what WithMeta gave
}

// Dispatcher delivers a message in another way than by sending it to all: it
// may look at the subscriptions' metadata, send something made once for many,
// or send to some. It runs in the publisher's goroutine, once, and is not
// called if nobody subscribes. from is the publisher that does not want its
// own message, or the zero PID; it is the dispatcher that leaves it out.
// Deliver with process.TrySend: what waits holds up the publisher.
type Dispatcher[M any] func(ctx context.Context, from process.PID, to []Subscriber, m M)

// Dispatch is LocalBroadcast by a dispatcher of one's own. (Elixir: the
// argument dispatcher of broadcast/4 and broadcast_from/5.)
func Dispatch[M any](ctx context.Context, ps *PubSub, t Topic[M], from process.PID, m M, d Dispatcher[M]) error {
	if _, err := ps.sender(ctx); err != nil {
		return fmt.Errorf("dispatch to %v: %w", t.id(), err)
	}
	ps.subs.Dispatch(t.id(), func(entries []registry.Entry[topic, meta]) {
		to := make([]Subscriber, len(entries))
		for i, e := range entries {
			to[i] = Subscriber{e.PID, e.Value}
		}
		d(ctx, from, to, m)
	})
	return nil
}
