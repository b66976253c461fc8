package pubsub

import (
	"context"
	"fmt"
	"reflect"

	"github.com/otplint/otplint/runtime/process"
	"github.com/otplint/otplint/runtime/registry"
	"github.com/otplint/otplint/runtime/supervisor"
)

// Topic is what one subscribes and broadcasts to: a name and the type of the
// messages. Names are compared as they are; there are no wildcards. Topics of
// one name and different types are different topics.
type Topic[M any] string

// id is the topic in the registry.
func (t Topic[M]) id() topic { return topic{string(t), reflect.TypeFor[M]()} }

// topic identifies a topic by the name and the type of its messages.
type topic struct {
	name string
	typ  reflect.Type
}

// String is how logs and errors name the topic.
func (t topic) String() string { return fmt.Sprintf("%s (%v)", t.name, t.typ) }

// meta is a subscription's metadata, or nil.
type meta any

// subscribers holds who subscribes to what, and their metadata.
type subscribers = registry.Registry[topic, meta]

// PubSub is the reference to a PubSub: [New] makes it, and it reaches whatever
// incarnation runs. Others know nothing of what is broadcast in it.
type PubSub struct {
	id      string
	subs    *subscribers
	adapter Adapter // nil for none
}

// Option is an option of a PubSub.
type Option func(*options)

type options struct {
	adapter  Adapter
	registry []registry.Option
}

// Partitions divides the topics among n processes, to which subscribers are
// linked; the default is 1. It is worth it where many cores subscribe and
// unsubscribe at a time. A broadcast costs the same.
func Partitions(n int) Option {
	return func(o *options) { o.registry = append(o.registry, registry.Partitions(n)) }
}

// New is a child of a supervisor that is a PubSub. Start it before those who
// subscribe.
//
// It is listed in the node's directory as the registry that it is.
func New(id string, opts ...Option) supervisor.Child[*PubSub] {
	o := options{registry: []registry.Option{registry.Duplicate()}}
	for _, opt := range opts {
		opt(&o)
	}
	return supervisor.Map(registry.New[topic, meta](id, o.registry...), func(r *subscribers) *PubSub {
		return &PubSub{id, r, o.adapter}
	})
}

// Dest is the PubSub's process, to monitor it.
func (ps *PubSub) Dest() process.Dest { return ps.subs.Dest() }

func (ps *PubSub) String() string { return ps.id }

// SubscribeOption is an option of a subscription.
type SubscribeOption func(*any)

// WithMeta gives a subscription metadata, for a [Dispatcher] to read.
func WithMeta(meta any) SubscribeOption { return func(m *any) { *m = meta } }

// Subscribe has the process that ctx belongs to get each message that is
// broadcast to the topic from now on, until it ends. A process that subscribes
// twice gets each twice.
//
// It fails with registry.ErrNoProcess, with process.ErrFenced if the process
// has ended, and with process.NoProc while the PubSub does not run. (Elixir:
// subscribe/3.)
func Subscribe[M any](ctx context.Context, ps *PubSub, t Topic[M], opts ...SubscribeOption) error {
	var m any
	for _, opt := range opts {
		opt(&m)
	}
	if err := ps.subs.Register(ctx, t.id(), m); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	return nil
}

// Unsubscribe ends all subscriptions of the process to the topic. What is in
// its mailbox already still comes. That there is none is no error; it fails
// as [Subscribe] does. (Elixir: unsubscribe/2.)
func Unsubscribe[M any](ctx context.Context, ps *PubSub, t Topic[M]) error {
	if err := ps.subs.Unregister(ctx, t.id()); err != nil {
		return fmt.Errorf("unsubscribe: %w", err)
	}
	return nil
}

// Subscribers counts the subscriptions to a topic.
func Subscribers[M any](ps *PubSub, t Topic[M]) (n int) {
	for range ps.subs.Entries(t.id()) {
		n++
	}
	return n
}

// TopicInfo is what tools show of a topic.
type TopicInfo struct {
	Name        string
	Type        string // of its messages
	Subscribers int    // subscriptions
}

// Topics lists the topics that have subscribers, in no order. It is for tools:
// it looks at every subscription.
func (ps *PubSub) Topics() []TopicInfo {
	counts := map[topic]int{}
	for e := range ps.subs.All() {
		counts[e.Key]++
	}
	topics := make([]TopicInfo, 0, len(counts))
	for k, n := range counts {
		topics = append(topics, TopicInfo{k.name, k.typ.String(), n})
	}
	return topics
}
